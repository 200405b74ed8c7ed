package com.approck.healthcheck.agent.pool;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The workers of pools whose requests a hook reports; until it does, their stacks show which of them are on a request.
 * Bounded. Thread-safe; its lock is held for microseconds.
 */
final class HookedWorkers {
    /** More workers than a JVM can run well; any more are not tracked, and count as able. */
    static final int MAX_WORKERS = 100_000;

    private final Map<Long, Worker> byThread = new HashMap<>();

    /** The threads whose counters the hook moves. */
    private final Set<Long> followedByHook = new HashSet<>();

    /** Those that the hook has reported and the sampler has not taken yet. */
    private final Queue<Worker> waiting = new ArrayDeque<>();

    /** Returns the counter that the hook has to move for a thread, which begins a request in a pool. */
    synchronized AtomicLong followByHook(Thread thread, MonitoredPool pool) {
        long id = Worker.idOf(thread);
        pool.setHookCalled();
        Worker worker = byThread.get(id);
        if (worker != null) {
            // What it was on when it was seen on its stack has ended, as another request begins.
            worker.setOnRequest(false);
        }
        if (worker == null || worker.pool() != pool) {
            worker = new Worker(thread, pool, new AtomicLong());
            if (!add(worker)) {
                return worker.counter();
            }
            waiting.add(worker);
        }
        followedByHook.add(id);
        return worker.counter();
    }

    /**
     * Notes that a thread was seen on a request, or not on one, by its stack. Does nothing for a thread that the hook follows.
     *
     * @return the worker if it is a new one
     */
    synchronized Optional<Worker> followByStack(Thread thread, MonitoredPool pool, boolean onRequest) {
        long id = Worker.idOf(thread);
        Worker worker = byThread.get(id);
        if (followedByHook.contains(id)) {
            return Optional.empty();
        }
        if (worker != null && worker.pool() == pool) {
            worker.setOnRequest(onRequest);
            return Optional.empty();
        }
        if (!onRequest) {
            return Optional.empty();
        }
        if (worker != null) {
            worker.setOnRequest(false);
        }
        Worker added = new Worker(thread, pool, new AtomicLong(1));
        return add(added) ? Optional.of(added) : Optional.empty();
    }

    private boolean add(Worker worker) {
        if (byThread.size() >= MAX_WORKERS && !byThread.containsKey(worker.threadId())) {
            return false;
        }
        byThread.put(worker.threadId(), worker);
        return true;
    }

    synchronized boolean isFollowedByHook(long threadId) {
        return followedByHook.contains(threadId);
    }

    /** Moves the workers that the hook has reported since the last call to the end of a collection. */
    synchronized void drainTo(Collection<Worker> to) {
        to.addAll(waiting);
        waiting.clear();
    }

    /** Forgets a worker: its thread has ended, or its pool is gone. */
    synchronized void forget(Worker worker) {
        if (byThread.get(worker.threadId()) == worker) {
            byThread.remove(worker.threadId());
            followedByHook.remove(worker.threadId());
        }
    }
}
