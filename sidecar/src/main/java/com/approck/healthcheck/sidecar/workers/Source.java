package com.approck.healthcheck.sidecar.workers;

import com.approck.healthcheck.sidecar.statsd.Aspect;
import com.approck.healthcheck.sidecar.statsd.Gauge;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * What one sender with a lease last reported under one name; or, without a lease, what any sender reported last.
 * Guarded by its {@link SourceRegistry}.
 */
final class Source {
    final SourceName name;
    InetSocketAddress address;
    /** 0: no lease, so that the report is valid for the time to live that {@link ReceptionClock} has for all such. */
    long leaseNanos;

    double able = Pool.UNKNOWN;
    boolean draining;
    long reportedAt;
    /** {@link ReceptionClock#pausedNanos} when the last report arrived. */
    long pausedAtReport;

    final List<Pool> pools = new ArrayList<>(2);
    /** How many of {@link #pools} have no able worker. */
    int poolsAtZero;
    /** Whether the last {@link SourceRegistry#takeEvents} left it as one that has appeared, and as draining. */
    boolean appearedInEvents;

    boolean drainingInEvents;
    /** Another name of the same address. */
    Source sibling;

    Source(SourceName name, InetSocketAddress address) {
        this.name = name;
        this.address = address;
    }

    void recordReport(InetSocketAddress by, long now, long pausedNanos) {
        address = by;
        reportedAt = now;
        pausedAtReport = pausedNanos;
    }

    /** Returns whether the number changed. */
    boolean applyAble(Gauge gauge) {
        double before = able;
        able = Pool.applied(before, gauge);
        return before != able;
    }

    /** Returns whether it began or stopped to drain. */
    boolean applyDraining(Gauge gauge) {
        boolean before = draining;
        draining = gauge.value() > 0;
        return before != draining;
    }

    /** Null if there is none yet. Allocates nothing. */
    Pool findPool(Gauge gauge) {
        // By index: an iterator here would be the receiver's only garbage.
        for (int i = 0; i < pools.size(); i++) {
            Pool pool = pools.get(i);
            if (gauge.isOfPool(pool.name)) {
                return pool;
            }
        }
        return null;
    }

    /** What was reported; if that is missing because its datagram was lost, the sum of the pools. */
    long ableWorkers(ReceptionClock clock) {
        if (able >= 0) {
            return (long) able;
        }
        long sum = 0;
        for (int i = 0; i < pools.size(); i++) {
            Pool pool = pools.get(i);
            if (!clock.isExpired(this, pool)) {
                sum += Math.max(0, pool.number(Aspect.POOL_ABLE));
            }
        }
        return sum;
    }
}
