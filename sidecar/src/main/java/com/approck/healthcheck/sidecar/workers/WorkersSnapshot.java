package com.approck.healthcheck.sidecar.workers;

import java.util.Optional;

/**
 * What is known about the workers at one moment: all that a verdict needs.
 *
 * @param uptimeNanos for how long we have listened
 * @param able able workers, summed over current sources
 * @param ableStaying the part of {@code able} of sources that are not draining
 * @param current sources whose word still holds
 * @param counted those of {@code current} that are not gone: a source that drains and has no worker left is
 * @param drainingAble how many of {@code current} are draining and still have workers
 * @param unchangedNanos time since the number of able workers was last told to be another
 * @param newest the last word of any source, still good or not; empty if none was ever heard
 * @param deadPool a pool without an able worker, of a current source that is not draining
 * @param deadPools how many such pools there are
 */
public record WorkersSnapshot(
        long uptimeNanos,
        long able,
        long ableStaying,
        int current,
        int counted,
        int drainingAble,
        long unchangedNanos,
        Optional<Word> newest,
        Optional<DeadPool> deadPool,
        int deadPools) {

    /**
     * The last that a source said.
     *
     * @param source as a person reads it: {@code 127.0.0.1:4711}
     * @param leaseNanos for how long it was good; 0 if for ever
     * @param over whether it holds no more
     */
    public record Word(String name, String source, long ageNanos, long leaseNanos, boolean over, boolean draining) {}

    /**
     * A pool that can serve nothing.
     *
     * @param forNanos for how long
     * @param stuck -1 if not told
     * @param capacity -1 if not told
     */
    public record DeadPool(String pool, String source, long forNanos, long stuck, long capacity) {}
}
