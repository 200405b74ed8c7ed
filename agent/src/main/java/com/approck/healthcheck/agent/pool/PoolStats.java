package com.approck.healthcheck.agent.pool;

import java.util.Collection;
import java.util.Collections;
import java.util.Map;

/** What a pool reports of itself at one moment. Numbers are 0 or more. Immutable. */
public final class PoolStats {
    /** The capacity that is reported for a pool without a bound: what can run at once. */
    public static final int UNBOUNDED_CAPACITY =
            Math.max(1, Runtime.getRuntime().availableProcessors());

    private final int capacity;
    private final String whyCapacity;
    private final int alive;
    private final int queued;
    private final boolean unbounded;

    // Set before the object is returned, and never after.
    private int nonServing;
    private int idleReserved;
    private boolean virtual;
    private Collection<? extends Collection<Thread>> acceptingThreads = Collections.emptyList();
    private Map<Long, String> lostWorkers = Collections.emptyMap();

    private PoolStats(int capacity, String whyCapacity, int alive, int queued, boolean unbounded) {
        this.capacity = capacity;
        this.whyCapacity = whyCapacity;
        this.alive = alive;
        this.queued = queued;
        this.unbounded = unbounded;
    }

    private PoolStats copy() {
        PoolStats copy = new PoolStats(capacity, whyCapacity, alive, queued, unbounded);
        copy.nonServing = nonServing;
        copy.idleReserved = idleReserved;
        copy.virtual = virtual;
        copy.acceptingThreads = acceptingThreads;
        copy.lostWorkers = lostWorkers;
        return copy;
    }

    /**
     * Returns the numbers of a pool that has a bound.
     *
     * @param capacity the most workers that the pool can have on requests at once
     * @param whyCapacity what of the pool that number is, for people: "its largest size"
     * @param alive its live threads
     * @param queued tasks that wait for a thread
     */
    public static PoolStats bounded(int capacity, String whyCapacity, int alive, int queued) {
        return new PoolStats(capacity, whyCapacity, alive, queued, false);
    }

    /**
     * Returns the numbers of a pool that makes as many threads as it has tasks: a stuck worker takes nothing from the others.
     * Its capacity is {@link #UNBOUNDED_CAPACITY}.
     */
    public static PoolStats unbounded(int alive, int queued) {
        return new PoolStats(
                UNBOUNDED_CAPACITY,
                "a stated constant, the processors of the JVM: its requests have no bound",
                alive,
                queued,
                true);
    }

    /**
     * Returns the same, of a pool in which some live threads do not serve.
     *
     * @param nonServing threads that never run a request: acceptors, selectors
     * @param idleReserved threads that wait for work of another kind than what is queued: Jetty reserves one for its selector,
     *     for as long as a minute, however long the queue
     */
    public PoolStats withThreadsThatDoNotServe(int nonServing, int idleReserved) {
        PoolStats copy = copy();
        copy.nonServing = nonServing;
        copy.idleReserved = idleReserved;
        return copy;
    }

    /** Returns the same, of a pool whose workers are virtual threads: a bound is one of permits, and none lives while idle. */
    public PoolStats onVirtualThreads() {
        PoolStats copy = copy();
        copy.virtual = true;
        return copy;
    }

    /**
     * Returns the same, of a pool whose accepting threads are known at each moment.
     *
     * @param byAddress for each listening address, the threads that accept there, workers of the pool or not: if all of them
     *     are stuck or have died, the pool gets no work
     */
    public PoolStats withAcceptingThreads(Collection<? extends Collection<Thread>> byAddress) {
        PoolStats copy = copy();
        copy.acceptingThreads = byAddress;
        return copy;
    }

    /**
     * Returns the same, of a pool that knows itself of workers that are not able.
     *
     * @param reasons by the identifier of the worker's thread, which may have ended, a sentence without its subject and its
     *     full stop: "its thread has ended". Such a worker counts as stuck.
     */
    public PoolStats withLostWorkers(Map<Long, String> reasons) {
        PoolStats copy = copy();
        copy.lostWorkers = reasons;
        return copy;
    }

    /** Returns the most workers that the pool can have on requests at once; a constant if it is unbounded. */
    public int capacity() {
        return capacity;
    }

    /** Returns why the capacity is that number, without a full stop: "its largest size". */
    public String whyCapacity() {
        return whyCapacity;
    }

    /** Returns the number of live threads. */
    public int alive() {
        return alive;
    }

    /** Returns the number of tasks that wait for a thread. */
    public int queued() {
        return queued;
    }

    /** Returns the number of live threads that will never run a request. */
    public int nonServing() {
        return nonServing;
    }

    /** Returns the number of live threads that are reserved for work of another kind than what is queued. */
    public int idleReserved() {
        return idleReserved;
    }

    /** Returns whether the pool makes as many threads as it has tasks. */
    public boolean isUnbounded() {
        return unbounded;
    }

    /** Returns whether its workers are virtual threads. */
    public boolean isVirtual() {
        return virtual;
    }

    /** Returns, for each listening address, the threads that accept connections there, as far as they are known. */
    public Collection<? extends Collection<Thread>> acceptingThreads() {
        return acceptingThreads;
    }

    /** Returns why workers are not able, by the identifiers of their threads, as far as the pool itself knows. */
    public Map<Long, String> lostWorkers() {
        return lostWorkers;
    }
}
