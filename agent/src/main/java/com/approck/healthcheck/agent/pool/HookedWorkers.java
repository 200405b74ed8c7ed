package com.approck.healthcheck.agent.pool;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The workers of pools whose requests a hook reports; until it does, their stacks show which of them are on a request.
 * Bounded. Thread-safe; its lock is held for microseconds.
 */
final class HookedWorkers {
    /** More workers than a JVM can run well; any more are not tracked, and count as able. */
    static final int MAX_WORKERS = 100_000;

    private final Map<Long, Worker> byThread = new HashMap<>();

    /** Those that the hook has reported and the sampler has not taken yet. */
    private final Queue<Worker> waiting = new ArrayDeque<>();

    /** Returns the counter that the hook has to move for a thread, which begins a request in a pool. */
    synchronized AtomicLong followByHook(Thread thread, MonitoredPool pool) {
        long id = Worker.idOf(thread);
        pool.setHookCalled();
        Worker worker = byThread.get(id);
        if (worker == null || worker.pool() != pool) {
            if (worker != null) {
                // It is on no request of its former pool any more.
                worker.seenByHook();
            }
            worker = new Worker(thread, pool, new AtomicLong());
            if (add(worker)) {
                waiting.add(worker);
            }
        }
        worker.seenByHook();
        return worker.counter();
    }

    /**
     * Notes that a thread of a pool was seen on a request, or not on one, by its stack.
     *
     * @return the worker if it is a new one
     */
    synchronized Optional<Worker> followByStack(Thread thread, MonitoredPool pool, boolean onRequest) {
        Worker worker = byThread.get(Worker.idOf(thread));
        if (worker != null && worker.pool() == pool) {
            worker.seenOnStack(onRequest);
            return Optional.empty();
        }
        if (!onRequest || (worker != null && worker.isHooked())) {
            return Optional.empty();
        }
        if (worker != null) {
            // It is on no request of its former pool any more.
            worker.seenOnStack(false);
        }
        Worker added = new Worker(thread, pool, new AtomicLong());
        added.seenOnStack(true);
        return add(added) ? Optional.of(added) : Optional.empty();
    }

    private boolean add(Worker worker) {
        if (byThread.size() >= MAX_WORKERS && !byThread.containsKey(worker.threadId())) {
            return false;
        }
        byThread.put(worker.threadId(), worker);
        return true;
    }

    /** Returns whether that thread is on a request whose begin the hook has reported. */
    synchronized boolean isOnRequestByHook(long threadId) {
        Worker worker = byThread.get(threadId);
        return worker != null && worker.isOnRequestByHook();
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
        }
    }
}
