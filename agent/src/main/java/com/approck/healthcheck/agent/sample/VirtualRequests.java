package com.approck.healthcheck.agent.sample;

import com.approck.healthcheck.agent.log.Log;
import com.approck.healthcheck.agent.pool.MonitoredPool;
import com.approck.healthcheck.agent.pool.PoolRegistry;
import com.approck.healthcheck.agent.pool.Worker;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Follows the requests on virtual threads from tick to tick. For the sampler's thread.
 *
 * <p>The JVM knows no CPU time of a virtual thread, but its state. One that has waited without a time limit at each tick for
 * {@code stuck-after}, in one request on whose connection nothing moved meanwhile, is stuck where the pool has a bound:
 * elsewhere it takes nothing from the others.
 */
final class VirtualRequests {
    /** The most lines in a tick. */
    private static final int MAX_LINES = 10;

    private final VirtualTasks tasks;
    private final PoolRegistry registry;
    private final long stuckAfterNanos;
    private final Log log;
    private Map<Thread, Request> requests = new HashMap<>();
    private long begun;
    private boolean moved;

    /** @param stuckAfterNanos 0: no request is ever stuck */
    VirtualRequests(VirtualTasks tasks, PoolRegistry registry, long stuckAfterNanos, Log log) {
        this.tasks = tasks;
        this.registry = registry;
        this.stuckAfterNanos = stuckAfterNanos;
        this.log = log;
    }

    /** Counts a tick: gives each pool its requests, and those that are stuck. */
    void tick(Map<MonitoredPool, PoolState> pools, long elapsedNanos) {
        Map<Thread, Request> present = new HashMap<>();
        long numbers = 0;
        for (int slot = 0, slots = tasks.slots(); slot < slots; slot++) {
            numbers += tasks.number(slot);
            Thread thread = tasks.thread(slot);
            if (thread != null) {
                add(slot, thread, present);
            }
        }
        Set<Request> before = new HashSet<>(requests.values());
        Set<Request> now = new HashSet<>(present.values());
        moved = numbers != begun || !before.equals(now);
        begun = numbers;
        requests = present;
        markMoved(pools, before, now);
        markMoved(pools, now, before);
        int lines = 0;
        for (Request request : requests.values()) {
            PoolState pool = pools.get(request.pool);
            if (pool != null) {
                pool.incrementVirtual();
                lines += tick(request, pool, elapsedNanos, lines < MAX_LINES) ? 1 : 0;
            }
        }
    }

    /** Returns the number of requests on virtual threads in a pool, as of the last tick. */
    int count(MonitoredPool pool) {
        int count = 0;
        for (Request request : requests.values()) {
            count += request.pool == pool ? 1 : 0;
        }
        return count;
    }

    /** Returns some of the requests on virtual threads in a pool, those that have waited longest first, for people. */
    List<SeenThread> view(MonitoredPool pool, int max) {
        List<Request> longestFirst = new ArrayList<>(requests.values());
        longestFirst.removeIf(request -> request.pool != pool);
        longestFirst.sort(Comparator.<Request>comparingLong(request -> request.waitedNanos)
                .reversed());
        List<SeenThread> seen = new ArrayList<>();
        for (Request request : longestFirst.subList(0, Math.min(max, longestFirst.size()))) {
            seen.add(request.view());
        }
        return seen;
    }

    private static void markMoved(Map<MonitoredPool, PoolState> pools, Set<Request> some, Set<Request> others) {
        for (Request request : some) {
            PoolState pool = others.contains(request) ? null : pools.get(request.pool);
            if (pool != null) {
                pool.setMoved();
            }
        }
    }

    /** Returns whether a request began or ended between the last two ticks. */
    boolean hasMoved() {
        return moved;
    }

    private void add(int slot, Thread thread, Map<Thread, Request> present) {
        long number = tasks.number(slot);
        Object task = tasks.task(slot);
        if (thread.getState() == Thread.State.TERMINATED) {
            tasks.forget(slot, thread);
            return;
        }
        Request known = requests.get(thread);
        if (known != null && known.number == number) {
            present.put(thread, known);
            return;
        }
        MonitoredPool pool = task == null ? null : registry.poolOf(task);
        // Servers use their tasks again: only one that stayed in its slot is surely of this thread.
        if (pool != null && tasks.thread(slot) == thread && tasks.number(slot) == number) {
            present.put(thread, new Request(thread, number, task, pool));
        }
    }

    /** Returns whether it has logged a line. */
    private boolean tick(Request request, PoolState pool, long elapsedNanos, boolean mayLog) {
        if (stuckAfterNanos <= 0 || pool.isUnbounded()) {
            return false;
        }
        Thread.State state = request.thread.getState();
        boolean waits = state == Thread.State.WAITING || state == Thread.State.BLOCKED;
        long before = request.bytesMoved;
        request.bytesMoved = waits ? request.pool.bytesMoved(request.task) : -1;
        request.waitedNanos = waits && request.bytesMoved == before ? request.waitedNanos + elapsedNanos : 0;
        boolean stuck = request.waitedNanos >= stuckAfterNanos;
        if (stuck) {
            pool.addStuck(Worker.idOf(request.thread));
        }
        boolean changed = stuck != request.loggedStuck;
        request.loggedStuck = stuck;
        if (changed && mayLog) {
            log.info("worker " + nameOf(request.thread) + " of pool " + request.pool.name()
                    + (stuck ? " is stuck: " + describe(request) : " is no longer stuck"));
        }
        return changed;
    }

    /** Virtual threads seldom have names. */
    private static String nameOf(Thread thread) {
        return thread.getName().isEmpty() ? "#" + Worker.idOf(thread) : thread.getName();
    }

    private static String describe(Request request) {
        return "it has waited in one request for " + TimeUnit.NANOSECONDS.toSeconds(request.waitedNanos)
                + " s without a time limit; its thread is " + request.thread.getState()
                + StackTop.inOneLine(request.thread.getStackTrace());
    }

    private static final class Request {
        private final Thread thread;
        private final long number;
        private final Object task;
        private final MonitoredPool pool;
        private long waitedNanos;

        /** As {@link MonitoredPool#bytesMoved}; -1 if it did not wait at the last tick. */
        private long bytesMoved = -1;

        private boolean loggedStuck;

        Request(Thread thread, long number, Object task, MonitoredPool pool) {
            this.thread = thread;
            this.number = number;
            this.task = task;
            this.pool = pool;
        }

        SeenThread view() {
            long waited = TimeUnit.NANOSECONDS.toSeconds(waitedNanos);
            return new SeenThread(
                    nameOf(thread),
                    Worker.idOf(thread),
                    loggedStuck ? "stuck" : "busy",
                    waited == 0 ? "" : "it has waited for " + waited + " s without a time limit",
                    StackTop.of(thread.getState().toString(), thread.getStackTrace()));
        }
    }
}
