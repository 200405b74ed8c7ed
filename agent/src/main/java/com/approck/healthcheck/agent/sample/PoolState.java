package com.approck.healthcheck.agent.sample;

import com.approck.healthcheck.agent.pool.MonitoredPool;
import com.approck.healthcheck.agent.pool.PoolStats;
import com.approck.healthcheck.agent.pool.ProgressSource;
import com.approck.healthcheck.agent.pool.Worker;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** What the sampler remembers of one pool from tick to tick, and what it finds out about it in this one. */
final class PoolState {
    private final MonitoredPool pool;
    private final ProgressSource progressSource;

    /** By thread identifier, in the order in which they were first seen. */
    private final Map<Long, WorkerState> workers = new LinkedHashMap<>();

    /** Null until the pool could be read. */
    private PoolStats stats;

    private final AcceptingThreads accepting = new AcceptingThreads();
    private String deadIoThread;
    private String stuckIoThread;
    private boolean listening = true;
    private long notListeningNanos;
    private String unreachable;
    private boolean unreachableChanged;
    private Sample.Pool numbers;
    private long stillNanos;
    private int stillTicks;
    private int unfollowedTicks;
    private boolean moved;
    private int busy;
    private int lasting;
    private boolean servesOnVirtualThreads;
    private final Set<Long> stuck = new HashSet<>();
    private Set<Long> loggedLost = new HashSet<>();

    PoolState(MonitoredPool pool) {
        this.pool = pool;
        this.progressSource = pool.progressSource();
    }

    MonitoredPool pool() {
        return pool;
    }

    /** Returns whether a hook moves the counters of its workers, so that the registry counts them. */
    boolean isHooked() {
        return progressSource == ProgressSource.HOOK;
    }

    Collection<WorkerState> workers() {
        return workers.values();
    }

    void addWorker(Worker worker) {
        workers.put(worker.threadId(), new WorkerState(worker, this));
    }

    /** Forgets what belonged to the last tick. */
    void begin() {
        moved = false;
        busy = 0;
        lasting = 0;
        stuck.clear();
    }

    /** Notes that a task began or ended, or that a worker was added or ended. */
    void setMoved() {
        moved = true;
    }

    /** Reads the progress of its workers, where the pool itself has to be asked. */
    void readProgress() throws ReflectiveOperationException {
        unfollowedTicks++;
        for (Map.Entry<Thread, Long> entry : pool.progress().entrySet()) {
            Thread thread = entry.getKey();
            long id = Worker.idOf(thread);
            WorkerState state = workers.get(id);
            if (state == null) {
                state = new WorkerState(new Worker(thread, pool, new AtomicLong()), this);
                workers.put(id, state);
            }
            state.worker().setTasks(entry.getValue());
        }
        unfollowedTicks = 0;
    }

    /** Returns whether the workers' counters are of this tick; loops have none, and are known by their CPU time. */
    boolean isFollowed() {
        return unfollowedTicks == 0 || progressSource == ProgressSource.STACK;
    }

    /** Returns for how many ticks no progress could be read. */
    int unfollowedTicks() {
        return unfollowedTicks;
    }

    /** Counts a worker on a request. */
    void incrementBusy() {
        busy++;
    }

    /** Counts a worker that has been on one request for {@code exhausted-after}. */
    void incrementLasting() {
        lasting++;
    }

    /** Notes that a thread is stuck; the same thread counts once. */
    void addStuck(long threadId) {
        stuck.add(threadId);
    }

    /** Reads the pool; if that fails, the last numbers stay. */
    void read() throws ReflectiveOperationException {
        PoolStats read = pool.read();
        deadIoThread = pool.deadIoThread();
        // Only a pool in which nothing happens is asked: the threads of a server at work may be anywhere.
        listening = moved || busy > stuck.size() || pool.isListening();
        stats = read;
    }

    /**
     * Follows the threads that accept its connections, for one tick of a pool that is known. One that is a worker as well, as a
     * dispatcher that serves, is followed as a worker.
     */
    void followAcceptingThreads(long elapsedNanos, long stuckAfterNanos, long toleranceNanos, JvmThreads threads) {
        Collection<Thread> ioThreads = pool.ioThreads();
        ioThreads.removeIf(thread -> workers.containsKey(Worker.idOf(thread)));
        List<Thread> all = new ArrayList<>(ioThreads);
        for (Collection<Thread> threadsOfOneAddress : stats.acceptingThreads()) {
            all.addAll(threadsOfOneAddress);
        }
        accepting.tick(all, elapsedNanos, stuckAfterNanos, toleranceNanos, threads);
        stuckIoThread = null;
        for (Thread thread : ioThreads) {
            if (stuckIoThread == null && accepting.isStuck(thread)) {
                stuckIoThread =
                        thread.getName() + " has not come back for connections " + accepting.describe(thread, threads);
            }
        }
    }

    /** Returns whether it could ever be read. */
    boolean isKnown() {
        return stats != null;
    }

    /** Returns whether it has to create a thread before it can serve: it is idle, and shrunk to nothing or not yet grown. */
    boolean hasNoThread() {
        return stats == null || (!stats.isUnbounded() && !stats.isVirtual() && stats.alive() <= stats.nonServing());
    }

    /** Returns whether it makes as many threads as it has tasks, or could not be read yet. */
    boolean isUnbounded() {
        return stats == null || stats.isUnbounded();
    }

    /** Returns whether its requests run on virtual threads: by the kind of its executor, or because some were seen there. */
    boolean isVirtual() {
        return stats != null && (stats.isVirtual() || (servesOnVirtualThreads && stats.isUnbounded()));
    }

    /** Counts a request on a virtual thread. */
    void incrementVirtual() {
        busy++;
        servesOnVirtualThreads = true;
    }

    /** Returns why workers are not able, by their threads, as far as the pool itself knows. */
    Map<Long, String> lostWorkers() {
        return stats == null ? Collections.emptyMap() : stats.lostWorkers();
    }

    /** Returns the workers that were lost at the last call, and notes those that are now. */
    Set<Long> exchangeLoggedLost() {
        Set<Long> before = loggedLost;
        loggedLost = new HashSet<>(lostWorkers().keySet());
        return before;
    }

    /** Returns why no request reaches the pool any more; null if nothing suggests that. */
    String unreachable() {
        return unreachable;
    }

    /** Returns what the last tick ended with; null if the pool could never be read. */
    Sample.Pool numbers() {
        return numbers;
    }

    /** Returns whether it lost workers, or all of them, or could never be read. */
    boolean isInTrouble() {
        return numbers == null || numbers.able() < numbers.capacity();
    }

    String whyCapacity() {
        return stats == null ? "" : stats.whyCapacity();
    }

    /** Returns the threads that were found stuck in the last tick. */
    Set<Long> stuck() {
        return stuck;
    }

    /** Returns the threads that accept its connections or hand them out, workers or not. */
    Collection<Thread> acceptingThreads() {
        Set<Thread> all = new LinkedHashSet<>(pool.ioThreads());
        if (stats != null) {
            stats.acceptingThreads().forEach(all::addAll);
        }
        return all;
    }

    boolean isStuckAccepting(Thread thread) {
        return stuck.contains(Worker.idOf(thread)) || accepting.isStuck(thread);
    }

    /** Returns whether that changed in this tick. */
    boolean unreachableChanged() {
        return unreachableChanged;
    }

    /**
     * Ends the tick, for a pool that is known.
     *
     * <p>A pool is starved, and then counts its live threads only, when it has queued work and fewer live threads than
     * capacity, and yet no task began or ended for {@code stuck-after}: threads cannot be created. A thread that the server
     * keeps in reserve while work is queued, no task moves and others are stuck is as lost as they are. No worker is able that
     * no request can reach, or that has no thread and cannot get one.
     *
     * <p>It is exhausted, and no worker is able, when work is queued and every worker that it has, or can have, has been on one
     * request for {@code exhausted-after}: whether that uses CPU or not, it is no load that ends.
     */
    Sample.Pool end(long elapsedNanos, long stuckAfterNanos, long exhaustedAfterNanos, JvmLimits limits) {
        stuck.addAll(stats.lostWorkers().keySet());
        boolean still = !moved && stats.queued() > 0 && isFollowed();
        stillTicks = still ? stillTicks + 1 : 0;
        int live = Math.max(0, stats.alive() - stats.nonServing() - stats.idleReserved());
        stillNanos = still && !stats.isVirtual() && live < stats.capacity() ? stillNanos + elapsedNanos : 0;
        boolean starved = stuckAfterNanos > 0 && stillNanos >= stuckAfterNanos;
        notListeningNanos = listening ? 0 : notListeningNanos + elapsedNanos;
        String before = unreachable;
        unreachable = whyUnreachable(stuckAfterNanos, limits);
        if (unreachable == null && isExhausted(starved ? live : stats.capacity())) {
            unreachable = "every worker has been on one request for "
                    + TimeUnit.NANOSECONDS.toSeconds(exhaustedAfterNanos) + " s or longer, and requests wait";
        }
        unreachableChanged = (before == null) != (unreachable == null);
        int able;
        if (unreachable != null) {
            able = 0;
        } else if (starved) {
            able = live - stuck.size();
        } else if (stats.isUnbounded()) {
            able = stats.capacity();
        } else if (stats.isVirtual() && !stuck.isEmpty() && stuck.size() + stats.nonServing() >= stats.capacity()) {
            // The other permits are those of acceptors and selectors.
            able = 0;
        } else {
            int lostReserve = !stuck.isEmpty() && stillTicks >= 2 ? stats.idleReserved() : 0;
            able = stats.capacity() - stuck.size() - lostReserve;
        }
        numbers = new Sample.Pool(pool.name(), Math.max(0, able), busy, stuck.size(), stats);
        return numbers;
    }

    /** A task that is in the queue for a moment does not count, nor do threads that serve only while the queue is empty. */
    private boolean isExhausted(int workers) {
        return lasting > 0 && !stats.isUnbounded() && stillTicks >= 2 && lasting + stats.idleReserved() >= workers;
    }

    /** Returns whether all threads that accept connections at one of the addresses are stuck or have died. */
    private boolean acceptsNothing() {
        for (Collection<Thread> threadsOfOneAddress : stats.acceptingThreads()) {
            boolean anyIsAble = threadsOfOneAddress.isEmpty();
            for (Thread thread : threadsOfOneAddress) {
                anyIsAble |= thread.isAlive() && !stuck.contains(Worker.idOf(thread)) && !accepting.isStuck(thread);
            }
            if (!anyIsAble) {
                return true;
            }
        }
        return false;
    }

    private String whyUnreachable(long stuckAfterNanos, JvmLimits limits) {
        if (acceptsNothing()) {
            return "every thread that accepts connections is stuck or has died";
        }
        if (deadIoThread != null) {
            return "its thread " + deadIoThread + " has died";
        }
        if (stuckIoThread != null) {
            return "its thread " + stuckIoThread;
        }
        String limit = limits.whyUnreachable(this);
        if (limit != null) {
            return limit;
        }
        return stuckAfterNanos > 0 && notListeningNanos >= stuckAfterNanos
                ? "no thread has waited for requests on its sockets for "
                        + TimeUnit.NANOSECONDS.toSeconds(notListeningNanos) + " s"
                : null;
    }
}
