package com.approck.healthcheck.agent.sample;

import com.approck.healthcheck.agent.pool.PoolStats;
import java.util.List;

/** Samples with the numbers that a test gives them. */
public final class FakeSamples {
    private FakeSamples() {}

    /** A sample of these pools. */
    public static Sample of(Sample.Pool... pools) {
        return new Sample(List.of(pools), true);
    }

    /** One pool of a sample. */
    public static Sample.Pool pool(String name, int able, int alive, int busy, int stuck, int queued, int capacity) {
        return new Sample.Pool(name, able, busy, stuck, PoolStats.bounded(capacity, alive, queued));
    }
}
