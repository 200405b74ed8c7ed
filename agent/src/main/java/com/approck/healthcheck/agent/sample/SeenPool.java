package com.approck.healthcheck.agent.sample;

import com.approck.healthcheck.agent.pool.MonitoredPool;
import java.util.Collection;
import java.util.Collections;
import java.util.List;

/** One pool as of the last sample, and what its threads do at this moment, for people. Immutable. */
public final class SeenPool {
    private final MonitoredPool pool;
    private final Sample.Pool numbers;
    private final String whyCapacity;
    private final String unreachable;
    private final List<SeenThread> atWork;
    private final int moreAtWork;
    private final List<SeenThread> idle;
    private final List<SeenThread> accepting;

    /**
     * @param numbers null if the pool could never be read
     * @param unreachable why no worker counts; null if that is not so
     * @param atWork those of the workers that are not idle, the stuck ones first
     * @param moreAtWork the number of any more
     */
    SeenPool(
            MonitoredPool pool,
            Sample.Pool numbers,
            String whyCapacity,
            String unreachable,
            List<SeenThread> atWork,
            int moreAtWork,
            List<SeenThread> idle,
            List<SeenThread> accepting) {
        this.pool = pool;
        this.numbers = numbers;
        this.whyCapacity = whyCapacity;
        this.unreachable = unreachable;
        this.atWork = Collections.unmodifiableList(atWork);
        this.moreAtWork = moreAtWork;
        this.idle = Collections.unmodifiableList(idle);
        this.accepting = Collections.unmodifiableList(accepting);
    }

    /** Returns the pool's name in gauges. */
    public String name() {
        return pool.name();
    }

    /** Returns the server's name. */
    public String server() {
        return pool.server();
    }

    /** Returns the name of the pool's class; null if it has been collected. */
    public String className() {
        return pool.className();
    }

    /** Returns the names of its owners' classes. */
    public Collection<String> ownerClassNames() {
        return pool.ownerClassNames();
    }

    /** Returns how its requests are known. */
    public String howFollowed() {
        switch (pool.progressSource()) {
            case COUNTER:
                return "by the pool's own counters, at each sample";
            case STACK:
                return "by the stacks of its threads, where they do not wait for work";
            default:
                return pool.isHookCalled()
                        ? "by the agent's hook, which has been called"
                        : "by the stacks of its threads, because the agent's hook has not been called yet";
        }
    }

    /** Returns its numbers; null if it could never be read. */
    public Sample.Pool numbers() {
        return numbers;
    }

    /** Returns why the capacity is that number. */
    public String whyCapacity() {
        return whyCapacity;
    }

    /** Returns why no worker counts; null if that is not so. */
    public String unreachable() {
        return unreachable;
    }

    /** Returns the workers that are not idle, the stuck ones first. */
    public List<SeenThread> atWork() {
        return atWork;
    }

    /** Returns the number of workers that are not idle and not among {@link #atWork}. */
    public int moreAtWork() {
        return moreAtWork;
    }

    /** Returns its live threads that are on no request, selectors included, accepting ones excluded. */
    public List<SeenThread> idle() {
        return idle;
    }

    /** Returns the threads that accept its connections, or hand them out. */
    public List<SeenThread> accepting() {
        return accepting;
    }
}
