package com.approck.healthcheck.sidecar.workers;

import java.util.Optional;

/**
 * What is known about the workers at one moment: all that a verdict needs. A source is current while its last report is
 * valid.
 *
 * @param uptimeNanos how long the sidecar has listened
 * @param able able workers, summed over current sources
 * @param ableStaying the part of {@code able} that belongs to sources which are not draining
 * @param current number of current sources
 * @param counted number of current sources without those that are draining and have no worker left
 * @param drainingAble number of current sources that are draining and still have workers
 * @param drainingNanos time since the last of those began to drain; 0 if there is none
 * @param unchangedNanos time since the number of able workers last changed
 * @param lastReport the last report of any source, expired or not; empty if there never was one
 * @param poolAtZero a pool without an able worker, of a current source that is not draining
 * @param poolsAtZero number of such pools
 */
public record WorkersSnapshot(
        long uptimeNanos,
        long able,
        long ableStaying,
        int current,
        int counted,
        int drainingAble,
        long drainingNanos,
        long unchangedNanos,
        Optional<LastReport> lastReport,
        Optional<PoolAtZero> poolAtZero,
        int poolsAtZero) {

    /**
     * The last report that was received.
     *
     * @param source the sender as a person reads it: {@code 127.0.0.1:4711}
     * @param leased whether it has a lease
     * @param validNanos its lease, or the time to live of a report without one; 0: without end
     */
    public record LastReport(
            String name,
            String source,
            long ageNanos,
            boolean leased,
            long validNanos,
            boolean expired,
            boolean draining) {}

    /**
     * A pool that can serve nothing.
     *
     * @param forNanos time since it had an able worker
     * @param stuck -1 if not reported
     * @param capacity -1 if not reported
     */
    public record PoolAtZero(String pool, String source, long forNanos, long stuck, long capacity) {}
}
