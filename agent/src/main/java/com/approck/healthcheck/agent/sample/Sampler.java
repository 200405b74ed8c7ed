package com.approck.healthcheck.agent.sample;

import com.approck.healthcheck.agent.log.Log;
import com.approck.healthcheck.agent.pool.MonitoredPool;
import com.approck.healthcheck.agent.pool.PoolRegistry;
import com.approck.healthcheck.agent.pool.ServerSupport;
import com.approck.healthcheck.agent.pool.Worker;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Looks at the pools and their workers and says what they are doing. For one thread.
 *
 * <p>A worker is stuck when it is part of a deadlock in two samples in a row, or waits for a lock that such a worker holds, or
 * has been on one request for {@code stuck-after} without using CPU. The cost is linear in the workers that have been seen.
 */
public final class Sampler {
    /** The number of samples in a row without the progress of a pool's workers that is worth a log line. */
    private static final int MAX_UNFOLLOWED_TICKS = 10;

    /** The most stacks of loops that are read in a tick to see which serve; of any more, one that uses CPU counts as busy. */
    private static final int MAX_STACKS = 32;

    private final PoolRegistry registry;
    private final long intervalNanos;
    private final long stuckAfterNanos;
    private final long exhaustedAfterNanos;
    private final Ticker ticker;
    private final Log log;
    private final ChangeLog changeLog;
    private final Supplier<JvmThreads> createThreads;
    private final Map<MonitoredPool, PoolState> pools = new LinkedHashMap<>();

    /** The workers that need further checks in this tick: those on requests, and those logged as stuck. Few when idle. */
    private final List<WorkerState> ofInterest = new ArrayList<>();

    private final StackFollower stacks;
    private final DeadlockDetector deadlocks = new DeadlockDetector();
    private final VirtualRequests virtualRequests;
    private final JvmLimits limits;
    private JvmThreads threads;
    private long lastTick;
    private boolean ticked;

    /**
     * @param servers which say where idle threads wait
     * @param stuckAfterNanos 0: only deadlocks make a worker stuck
     * @param exhaustedAfterNanos 0: no pool is ever exhausted
     * @param hooks the generation of the hooks: another number after each change, negative while some are not in yet
     */
    public Sampler(
            List<ServerSupport> servers,
            PoolRegistry registry,
            long intervalNanos,
            long stuckAfterNanos,
            long exhaustedAfterNanos,
            Ticker ticker,
            LongSupplier hooks,
            Log log) {
        this(
                () -> BasicThreads.orBetter(servers, log),
                new HookedVirtualTasks(),
                registry,
                intervalNanos,
                stuckAfterNanos,
                exhaustedAfterNanos,
                ticker,
                hooks,
                log);
    }

    /** @param createThreads called at the first sample: the JVM's management interface is not loaded without a pool */
    Sampler(
            Supplier<JvmThreads> createThreads,
            VirtualTasks virtualTasks,
            PoolRegistry registry,
            long intervalNanos,
            long stuckAfterNanos,
            long exhaustedAfterNanos,
            Ticker ticker,
            LongSupplier hooks,
            Log log) {
        this.createThreads = createThreads;
        this.registry = registry;
        this.intervalNanos = intervalNanos;
        this.stuckAfterNanos = stuckAfterNanos;
        this.exhaustedAfterNanos = exhaustedAfterNanos;
        this.ticker = ticker;
        this.log = log;
        this.virtualRequests = new VirtualRequests(virtualTasks, registry, stuckAfterNanos, log);
        this.limits = new JvmLimits(stuckAfterNanos);
        this.stacks = new StackFollower(registry, hooks, log);
        this.changeLog = new ChangeLog(log);
    }

    /** Takes one sample. */
    public Sample sample() {
        if (threads == null) {
            threads = createThreads.get();
        }
        long now = ticker.nanos();
        // A longer gap is a pause of the whole JVM (SIGSTOP, a long collection): nobody could move in it.
        long elapsed = ticked ? Math.min(now - lastTick, 2 * intervalNanos) : 0;
        lastTick = now;
        ticked = true;

        // Before the pools are listed: then the pool of each is among them, unless it has ended.
        List<Worker> newWorkers = new ArrayList<>();
        registry.drainNewWorkers(newWorkers);
        List<MonitoredPool> running = registry.pools();
        updatePools(running);
        newWorkers.addAll(stacks.tick(running, threads));
        addWorkers(newWorkers);
        tickWorkers(elapsed);
        Set<Long> deadlocked = deadlocks.search(ofInterest, !pools.isEmpty(), threads);
        for (WorkerState worker : ofInterest) {
            if (worker.isBusy()) {
                worker.pool().incrementBusy();
            }
            if (worker.isStuck()) {
                worker.pool().addStuck(worker.worker().threadId());
            }
            if (isOnOneRequestForLong(worker)) {
                worker.pool().incrementLasting();
            }
        }
        virtualRequests.tick(pools, elapsed);
        List<Sample.Pool> samples = samplePools(deadlocked, elapsed);
        changeLog.logWorkers(ofInterest, threads);
        return new Sample(samples, pools.isEmpty() || !samples.isEmpty());
    }

    /** Returns the number of pools at the last sample. */
    public int pools() {
        return pools.size();
    }

    /** Returns some of the pools as of the last sample, those in trouble first, and what their threads do now, for people. */
    public List<SeenPool> view(int max) {
        List<PoolState> troubledFirst = new ArrayList<>(pools.values());
        troubledFirst.sort(Comparator.comparing(PoolState::isInTrouble).reversed());
        List<SeenPool> seen = new ArrayList<>();
        for (PoolState pool : troubledFirst.subList(0, Math.min(max, troubledFirst.size()))) {
            seen.add(new PoolViewer(virtualRequests, threads).view(pool));
        }
        return seen;
    }

    /** Returns the identifiers of the threads that belong to a pool, as a worker or to accept connections. */
    public Set<Long> threadIds() {
        Set<Long> ids = new HashSet<>();
        for (PoolState pool : pools.values()) {
            pool.acceptingThreads().forEach(thread -> ids.add(Worker.idOf(thread)));
            pool.pool().threads().forEach(thread -> ids.add(Worker.idOf(thread)));
        }
        return ids;
    }

    /** Returns what the JVM as a whole cannot do at this moment. */
    public List<String> limits() {
        return limits.problems();
    }

    /** Returns the nanoseconds since the last sample; negative if there was none. */
    public long age() {
        return ticked ? ticker.nanos() - lastTick : -1;
    }

    /** Stacks do not distinguish one request from the next where the thread uses CPU: only the hook does. */
    private boolean isOnOneRequestForLong(WorkerState worker) {
        return exhaustedAfterNanos > 0
                && worker.isOnOneTaskFor(exhaustedAfterNanos)
                && (!worker.pool().isHooked()
                        || registry.isOnRequestByHook(worker.worker().threadId()));
    }

    private void updatePools(List<MonitoredPool> running) {
        Set<MonitoredPool> set = new HashSet<>(running);
        for (Iterator<PoolState> i = pools.values().iterator(); i.hasNext(); ) {
            PoolState pool = i.next();
            if (!set.contains(pool.pool())) {
                for (WorkerState worker : pool.workers()) {
                    registry.forget(worker.worker());
                }
                i.remove();
            }
        }
        for (MonitoredPool pool : running) {
            pools.computeIfAbsent(pool, PoolState::new).begin();
        }
    }

    private void addWorkers(List<Worker> newWorkers) {
        for (Worker worker : newWorkers) {
            PoolState pool = pools.get(worker.pool());
            if (pool == null) {
                registry.forget(worker);
            } else {
                pool.addWorker(worker);
            }
        }
    }

    private void tickWorkers(long elapsed) {
        ofInterest.clear();
        int stacksRead = 0;
        for (PoolState pool : pools.values()) {
            if (!pool.isHooked()) {
                readProgress(pool);
            }
            // If counters cannot be read, nobody knows whether a worker is still on the same request.
            long passed = pool.isFollowed() ? elapsed : 0;
            for (Iterator<WorkerState> i = pool.workers().iterator(); i.hasNext(); ) {
                WorkerState worker = i.next();
                boolean ended = !worker.worker().isAlive();
                if (ended || worker.tick(passed, stuckAfterNanos, intervalNanos / 10, threads)) {
                    pool.setMoved();
                }
                if (ended) {
                    i.remove();
                    registry.forget(worker.worker());
                } else if (worker.isOfInterest()) {
                    ofInterest.add(worker);
                    if (worker.wantsStackRead() && stacksRead++ < MAX_STACKS) {
                        worker.readStack(threads);
                    }
                }
            }
        }
    }

    private void readProgress(PoolState state) {
        try {
            state.readProgress();
        } catch (OutOfMemoryError e) {
            throw e;
        } catch (Throwable e) {
            // Most likely a set that changed while it was read; the next sample reads it again.
            MonitoredPool pool = state.pool();
            if (state.unfollowedTicks() >= MAX_UNFOLLOWED_TICKS && !pool.isCollected()) {
                log.warn(
                        "the workers of pool " + pool.name() + " of " + pool.server()
                                + " cannot be followed, so one that gets stuck may count as able: ",
                        e);
            }
        }
    }

    private List<Sample.Pool> samplePools(Set<Long> deadlocked, long elapsed) {
        for (PoolState pool : pools.values()) {
            read(pool);
            addDeadlocked(pool, deadlocked);
        }
        limits.tick(pools.values(), virtualRequests.hasMoved(), elapsed, threads);
        List<Sample.Pool> samples = new ArrayList<>(pools.size());
        for (PoolState pool : pools.values()) {
            if (pool.isKnown()) {
                pool.followAcceptingThreads(elapsed, stuckAfterNanos, intervalNanos / 10, threads);
                samples.add(pool.end(elapsed, stuckAfterNanos, exhaustedAfterNanos, limits));
                changeLog.logPool(pool);
                changeLog.logLost(pool);
            }
        }
        return samples;
    }

    private void read(PoolState state) {
        try {
            state.read();
        } catch (OutOfMemoryError e) {
            throw e;
        } catch (Throwable e) {
            // No reason to call its workers dead: which of them are stuck is known from elsewhere.
            MonitoredPool pool = state.pool();
            if (!pool.isCollected()) {
                log.warn(
                        "pool " + pool.name() + " of " + pool.server() + " cannot be read, "
                                + (state.isKnown() ? "using its last known values: " : "not reported: "),
                        e);
            }
        }
    }

    /** Threads of the pool that are deadlocked outside a request count as stuck as well. */
    private static void addDeadlocked(PoolState pool, Set<Long> deadlocked) {
        if (!deadlocked.isEmpty()) {
            for (Thread thread : pool.pool().threads()) {
                if (deadlocked.contains(Worker.idOf(thread))) {
                    pool.addStuck(Worker.idOf(thread));
                }
            }
        }
    }
}
