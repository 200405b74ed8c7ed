package com.approck.healthcheck.agent.sample;

import java.util.Collections;
import java.util.List;

/** What all the watched pools of this JVM were doing at one moment. Immutable. */
public final class Sample {
    /** One pool's numbers; each 0 or more. Immutable. */
    public static final class Pool {
        private final String name;
        private final int able;
        private final int alive;
        private final int busy;
        private final int stuck;
        private final int queued;
        private final int capacity;

        Pool(String name, int able, int alive, int busy, int stuck, int queued, int capacity) {
            this.name = name;
            this.able = able;
            this.alive = alive;
            this.busy = busy;
            this.stuck = stuck;
            this.queued = queued;
            this.capacity = capacity;
        }

        /** The name as it stands in a gauge. */
        public String name() {
            return name;
        }

        /** Workers that can take or finish work. */
        public int able() {
            return able;
        }

        /** Live threads. */
        public int alive() {
            return alive;
        }

        /** Workers on a request. */
        public int busy() {
            return busy;
        }

        /** Workers that can neither take nor finish work. */
        public int stuck() {
            return stuck;
        }

        /** Tasks that wait for a thread. */
        public int queued() {
            return queued;
        }

        /** The most workers that can be on requests at once. */
        public int capacity() {
            return capacity;
        }
    }

    private final List<Pool> pools;
    private final boolean known;

    Sample(List<Pool> pools, boolean known) {
        this.pools = Collections.unmodifiableList(pools);
        this.known = known;
    }

    /** Whether there is something to tell: not while there are pools and none of them could ever be read. */
    public boolean isKnown() {
        return known;
    }

    /** Each watched pool that could be read. */
    public List<Pool> pools() {
        return pools;
    }

    /** Able workers over all pools; 0 if none is left. */
    public int able() {
        int sum = 0;
        for (Pool pool : pools) {
            sum += pool.able();
        }
        return sum;
    }
}
