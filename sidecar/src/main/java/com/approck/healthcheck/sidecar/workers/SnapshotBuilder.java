package com.approck.healthcheck.sidecar.workers;

import com.approck.healthcheck.sidecar.statsd.Aspect;
import com.approck.healthcheck.sidecar.statsd.Gauge;
import com.approck.healthcheck.sidecar.words.Words;
import java.util.Optional;
import java.util.function.Consumer;

/** Adds up the sources. To be cheap, it makes text only of the last report and of the one pool that is named. */
final class SnapshotBuilder implements Consumer<Source> {
    private final ReceptionClock clock;
    private final long now;
    private long able;
    private long ableStaying;
    private int current;
    private int counted;
    private int drainingAble;
    private int poolsAtZero;
    private Source sourceOfPoolAtZero;
    private Pool poolAtZero;

    SnapshotBuilder(ReceptionClock clock, long now) {
        this.clock = clock;
        this.now = now;
    }

    @Override
    public void accept(Source source) {
        if (clock.isExpired(source)) {
            return;
        }
        current++;
        long workers = source.ableWorkers(clock);
        able += workers;
        if (source.draining) {
            addDraining(workers);
        } else {
            counted++;
            ableStaying += workers;
            addPools(source);
        }
    }

    private void addDraining(long workers) {
        if (workers > 0) {
            counted++;
            drainingAble++;
        }
    }

    private void addPools(Source source) {
        // To walk through the pools of all sources costs more than to walk through the sources.
        for (int i = 0; source.poolsAtZero > 0 && i < source.pools.size(); i++) {
            Pool pool = source.pools.get(i);
            if (pool.isAtZero() && !clock.isExpired(source, pool)) {
                poolsAtZero++;
                if (poolAtZero == null || pool.zeroSince - poolAtZero.zeroSince < 0) {
                    poolAtZero = pool;
                    sourceOfPoolAtZero = source;
                }
            }
        }
    }

    /**
     * The snapshot of all sources that were added.
     *
     * @param newest the source that reported last; null if none ever did
     */
    WorkersSnapshot build(long uptimeNanos, long unchangedNanos, Source newest) {
        return new WorkersSnapshot(
                uptimeNanos,
                able,
                ableStaying,
                current,
                counted,
                drainingAble,
                unchangedNanos,
                newest == null ? Optional.empty() : Optional.of(lastReport(newest)),
                poolAtZero == null ? Optional.empty() : Optional.of(poolAtZero()),
                poolsAtZero);
    }

    private WorkersSnapshot.LastReport lastReport(Source source) {
        return new WorkersSnapshot.LastReport(
                source.name.toString(),
                Words.of(source.address),
                now - source.reportedAt,
                source.leaseNanos > 0,
                clock.validNanos(source),
                clock.isExpired(source),
                source.draining);
    }

    private WorkersSnapshot.PoolAtZero poolAtZero() {
        return new WorkersSnapshot.PoolAtZero(
                Gauge.text(poolAtZero.name),
                Words.of(sourceOfPoolAtZero.address),
                now - poolAtZero.zeroSince,
                poolAtZero.number(Aspect.POOL_STUCK),
                poolAtZero.number(Aspect.POOL_CAPACITY));
    }
}
