package com.approck.healthcheck.sidecar.workers;

import com.approck.healthcheck.sidecar.statsd.Aspect;
import java.util.function.Consumer;

/** Adds up the numbers of current sources and their pools. */
final class TotalsBuilder implements Consumer<Source> {
    private final ReceptionClock clock;
    private long able;
    private long busy;
    private long stuck;
    private long queued;
    private long capacity;

    TotalsBuilder(ReceptionClock clock) {
        this.clock = clock;
    }

    @Override
    public void accept(Source source) {
        if (clock.isExpired(source)) {
            return;
        }
        able += source.ableWorkers(clock);
        for (int i = 0; i < source.pools.size(); i++) {
            Pool pool = source.pools.get(i);
            if (!clock.isExpired(source, pool)) {
                busy += Math.max(0, pool.number(Aspect.POOL_BUSY));
                stuck += Math.max(0, pool.number(Aspect.POOL_STUCK));
                queued += Math.max(0, pool.number(Aspect.POOL_QUEUED));
                capacity += Math.max(0, pool.number(Aspect.POOL_CAPACITY));
            }
        }
    }

    Totals build() {
        return new Totals(able, busy, stuck, queued, capacity);
    }
}
