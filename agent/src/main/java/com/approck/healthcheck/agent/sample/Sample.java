package com.approck.healthcheck.agent.sample;

import com.approck.healthcheck.agent.pool.PoolStats;
import java.util.Collections;
import java.util.List;

/** What all watched pools of this JVM were doing at one moment. Immutable. */
public final class Sample {
    /** One pool's numbers; each 0 or more. Immutable. */
    public static final class Pool {
        private final String name;
        private final int able;
        private final int busy;
        private final int stuck;
        private final PoolStats stats;

        /** @param stats what the pool itself reports */
        Pool(String name, int able, int busy, int stuck, PoolStats stats) {
            this.name = name;
            this.able = able;
            this.busy = busy;
            this.stuck = stuck;
            this.stats = stats;
        }

        /** Returns the pool's name in gauges. */
        public String name() {
            return name;
        }

        /** Returns the number of workers that can take or finish work. */
        public int able() {
            return able;
        }

        /** Returns the number of live threads. */
        public int alive() {
            return stats.alive();
        }

        /** Returns the number of workers on a request. */
        public int busy() {
            return busy;
        }

        /** Returns the number of workers that can neither take nor finish work. */
        public int stuck() {
            return stuck;
        }

        /** Returns the number of tasks that wait for a thread. */
        public int queued() {
            return stats.queued();
        }

        /** Returns the most workers that the pool can have on requests at once. */
        public int capacity() {
            return stats.capacity();
        }
    }

    private final List<Pool> pools;
    private final boolean known;

    Sample(List<Pool> pools, boolean known) {
        this.pools = Collections.unmodifiableList(pools);
        this.known = known;
    }

    /** Returns whether there is something to report: false while there are pools and none of them could ever be read. */
    public boolean isKnown() {
        return known;
    }

    /** Returns each watched pool that could be read. */
    public List<Pool> pools() {
        return pools;
    }

    /** Returns the able workers of all pools; 0 if there is no pool. */
    public int able() {
        int sum = 0;
        for (Pool pool : pools) {
            sum += pool.able();
        }
        return sum;
    }
}
