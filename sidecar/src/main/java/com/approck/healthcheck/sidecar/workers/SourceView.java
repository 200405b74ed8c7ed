package com.approck.healthcheck.sidecar.workers;

import com.approck.healthcheck.sidecar.statsd.Aspect;
import com.approck.healthcheck.sidecar.statsd.Gauge;
import com.approck.healthcheck.sidecar.words.Words;
import java.util.ArrayList;
import java.util.List;

/**
 * One source as {@code ?verbose} shows it.
 *
 * @param name the gauge that it reports
 * @param address the sender; for a name without a lease, the sender of the last report
 * @param ageNanos time since the last report
 * @param leaseNanos 0 if it has none
 * @param current whether its last report is still valid
 * @param able -1 if not reported
 */
public record SourceView(
        String name,
        String address,
        long ageNanos,
        long leaseNanos,
        boolean current,
        long able,
        boolean draining,
        List<PoolView> pools) {

    /** One pool of it; each number is -1 if not reported. */
    public record PoolView(
            String name, long ageNanos, long able, long alive, long busy, long stuck, long queued, long capacity) {}

    /** With at most {@code maxPools} pools. */
    static SourceView of(Source source, ReceptionClock clock, long now, int maxPools) {
        List<PoolView> pools = new ArrayList<>();
        for (Pool pool : source.pools) {
            if (pools.size() < maxPools && !clock.isExpired(source, pool)) {
                pools.add(poolView(pool, now));
            }
        }
        return new SourceView(
                source.name.toString(),
                Words.of(source.address),
                now - source.reportedAt,
                source.leaseNanos,
                !clock.isExpired(source),
                (long) source.able,
                source.draining,
                List.copyOf(pools));
    }

    private static PoolView poolView(Pool pool, long now) {
        return new PoolView(
                Gauge.text(pool.name),
                now - pool.reportedAt,
                pool.number(Aspect.POOL_ABLE),
                pool.number(Aspect.POOL_ALIVE),
                pool.number(Aspect.POOL_BUSY),
                pool.number(Aspect.POOL_STUCK),
                pool.number(Aspect.POOL_QUEUED),
                pool.number(Aspect.POOL_CAPACITY));
    }
}
