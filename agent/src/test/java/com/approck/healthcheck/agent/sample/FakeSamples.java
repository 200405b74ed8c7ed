package com.approck.healthcheck.agent.sample;

import com.approck.healthcheck.agent.pool.MonitoredPool;
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
        return new Sample.Pool(
                name, able, busy, stuck, PoolStats.bounded(capacity, "a number of the test", alive, queued));
    }

    /** A thread as somebody sees it who asks. */
    public static SeenThread thread(String name, long id, String state, String detail, String... top) {
        return new SeenThread(name, id, state, detail, List.of(top));
    }

    /** A pool as somebody sees it who asks. */
    public static SeenPool seen(
            MonitoredPool pool,
            Sample.Pool numbers,
            String unreachable,
            List<SeenThread> atWork,
            int moreAtWork,
            List<SeenThread> idle,
            List<SeenThread> accepting) {
        return new SeenPool(pool, numbers, "its largest size", unreachable, atWork, moreAtWork, idle, accepting);
    }
}
