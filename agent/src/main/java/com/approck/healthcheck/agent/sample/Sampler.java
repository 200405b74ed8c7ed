package com.approck.healthcheck.agent.sample;

import com.approck.healthcheck.agent.log.Log;
import com.approck.healthcheck.agent.pool.Registry;
import com.approck.healthcheck.agent.pool.Watch;
import com.approck.healthcheck.agent.pool.WatchedPool;
import com.approck.healthcheck.agent.pool.Worker;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Looks at the pools and their workers and says what they are doing. For one thread.
 *
 * <p>A worker is stuck when it is part of a deadlock in two samples in a row, or waits for a lock that such a worker
 * holds, or has been on one request for {@code stuck-after} without using CPU. The cost is linear in the workers that
 * have been seen; the JVM is asked for deadlocks while a worker waits inside a request, and rarely otherwise.
 */
public final class Sampler {
    /** No more lines than this a tick about workers that became stuck or recovered. */
    private static final int MAX_LINES = 10;

    /** So many samples in a row may pass without news of a pool's workers before that is worth a line. */
    private static final int MAX_UNFOLLOWED_TICKS = 10;

    /** A deadlock of threads that no request runs on, as far as is known, is looked for at every tenth tick only. */
    private static final int SEARCH_EVERY_TICKS = 10;

    private final Registry registry;
    private final long intervalNanos;
    private final long stuckAfterNanos;
    private final Ticker ticker;
    private final Log log;

    /** By the worker's thread; where nothing is hooked, by pool as well, as servers may share their event loops. */
    private final Map<Object, Track> tracks = new LinkedHashMap<>();

    private final Map<WatchedPool, PoolTrack> pools = new HashMap<>();

    /** Of the tracks those that more than one look is for in this tick: at rest, hardly any. */
    private final List<Track> ofInterest = new ArrayList<>();

    private final StackFollower stacks;
    private JvmThreads threads;
    private Set<Long> deadlockedBefore = new HashSet<>();
    private final ThreadTrial trial = new ThreadTrial();
    private long lastTick;
    private boolean ticked;
    private int ticksSinceSearch;

    /**
     * @param stuckAfterNanos 0: only deadlocks make a worker stuck
     * @param hooks the generation of the hooks: another number after each change, negative while some are not in yet
     */
    public Sampler(
            Registry registry, long intervalNanos, long stuckAfterNanos, Ticker ticker, LongSupplier hooks, Log log) {
        this(registry, intervalNanos, stuckAfterNanos, ticker, hooks, log, null);
    }

    Sampler(
            Registry registry,
            long intervalNanos,
            long stuckAfterNanos,
            Ticker ticker,
            LongSupplier hooks,
            Log log,
            JvmThreads threads) {
        this.stacks = new StackFollower(registry, hooks, log);
        this.registry = registry;
        this.intervalNanos = intervalNanos;
        this.stuckAfterNanos = stuckAfterNanos;
        this.ticker = ticker;
        this.log = log;
        this.threads = threads;
    }

    /** Takes one sample. */
    public Sample sample() {
        if (threads == null) {
            threads = BasicThreads.orBetter(log);
        }
        long now = ticker.nanos();
        // A longer gap is a pause of the whole JVM (SIGSTOP, a long collection): nobody could move in it.
        long elapsed = ticked ? Math.min(now - lastTick, 2 * intervalNanos) : 0;
        lastTick = now;
        ticked = true;

        // Before the pools are listed: then the pool of each is among them, unless it has ended.
        List<Worker> fresh = new ArrayList<>();
        registry.drainNewWorkers(fresh);
        List<WatchedPool> running = registry.pools();
        beginPools(running);
        fresh.addAll(stacks.tick(running, threads));
        tickWorkers(fresh, elapsed);
        Set<Long> deadlocked = findDeadlocks();
        for (Track track : ofInterest) {
            if (track.isBusy()) {
                track.pool().busy();
            }
            if (track.isStuck()) {
                track.pool().stuck(track.worker().threadId());
            }
        }
        boolean anyWithoutThreads = false;
        for (PoolTrack pool : pools.values()) {
            read(pool, deadlocked);
            anyWithoutThreads |= pool.hasNoThread();
        }
        boolean threadsCanStart = trial.tick(anyWithoutThreads, threads);
        List<Sample.Pool> samples = new ArrayList<>(pools.size());
        for (PoolTrack pool : pools.values()) {
            if (pool.isKnown()) {
                samples.add(end(pool, elapsed, threadsCanStart));
            }
        }
        sayChanges();
        return new Sample(samples, pools.isEmpty() || !samples.isEmpty());
    }

    private void beginPools(List<WatchedPool> running) {
        Set<WatchedPool> set = new HashSet<>(running);
        for (Iterator<PoolTrack> i = pools.values().iterator(); i.hasNext(); ) {
            PoolTrack track = i.next();
            if (!set.contains(track.pool())) {
                track.gone();
                i.remove();
            }
        }
        for (WatchedPool pool : running) {
            pools.computeIfAbsent(pool, PoolTrack::new).begin();
        }
    }

    private void tickWorkers(List<Worker> fresh, long elapsed) {
        for (Worker worker : fresh) {
            PoolTrack pool = pools.get(worker.pool());
            if (pool == null) {
                registry.forget(worker);
            } else {
                tracks.put(worker.threadId(), new Track(worker, pool));
            }
        }
        for (PoolTrack pool : pools.values()) {
            if (pool.pool().watch() != Watch.HOOK) {
                readProgress(pool);
            }
        }
        ofInterest.clear();
        for (Iterator<Track> i = tracks.values().iterator(); i.hasNext(); ) {
            Track track = i.next();
            boolean ended = track.pool().isGone() || !track.worker().isAlive();
            // Of a worker whose counter can't be read nobody knows that it is on the same request still.
            long passed = track.pool().isFollowed() ? elapsed : 0;
            if (ended || track.tick(passed, stuckAfterNanos, intervalNanos / 10, threads)) {
                track.pool().moved();
            }
            if (ended) {
                i.remove();
                registry.forget(track.worker());
            } else if (track.isOfInterest()) {
                ofInterest.add(track);
            }
        }
    }

    private void readProgress(PoolTrack track) {
        WatchedPool pool = track.pool();
        try {
            for (Map.Entry<Thread, Long> entry : pool.progress().entrySet()) {
                Thread thread = entry.getKey();
                tracks.computeIfAbsent(
                                Arrays.<Object>asList(Worker.idOf(thread), pool),
                                key -> new Track(new Worker(thread, pool, new AtomicLong()), track))
                        .worker()
                        .tasks(entry.getValue());
            }
            track.followed(true);
        } catch (OutOfMemoryError e) {
            throw e;
        } catch (Throwable e) {
            // A set that changed while it was read, most likely; the next sample reads it again.
            track.followed(false);
            if (track.unfollowedTicks() >= MAX_UNFOLLOWED_TICKS && !pool.isGone()) {
                log.complain(
                        "the workers of the pool " + pool.name() + " of " + pool.server()
                                + " can't be followed, so that one that gets stuck may count as able: ",
                        e);
            }
        }
    }

    /** Marks the workers that are caught in a deadlock and gives the threads of all that were found twice in a row. */
    private Set<Long> findDeadlocks() {
        List<Track> waiting = waiting();
        boolean due = ++ticksSinceSearch >= SEARCH_EVERY_TICKS || !deadlockedBefore.isEmpty();
        if (pools.isEmpty() || (waiting.isEmpty() && !due)) {
            deadlockedBefore = new HashSet<>();
            return deadlockedBefore;
        }
        ticksSinceSearch = 0;
        Set<Long> found = threads.deadlocked();
        Set<Long> caught = new HashSet<>(found);
        caught.retainAll(deadlockedBefore);
        deadlockedBefore = found;
        if (!caught.isEmpty()) {
            addThoseWhoWaitFor(caught, waiting);
        }
        for (Track track : waiting) {
            track.deadlocked(caught.contains(track.worker().threadId()));
        }
        return caught;
    }

    /** The workers that may be caught: those that wait on a request, and loops that wait for a lock and not for work. */
    private List<Track> waiting() {
        Set<Long> idleLoops = new HashSet<>();
        for (Track track : ofInterest) {
            if (track.isIdleLoop()) {
                idleLoops.add(track.worker().threadId());
            }
        }
        Set<Long> onLocks =
                idleLoops.isEmpty() ? idleLoops : threads.lockHolders(idleLoops).keySet();
        List<Track> waiting = new ArrayList<>();
        for (Track track : ofInterest) {
            boolean onLock =
                    track.isIdleLoop() && onLocks.contains(track.worker().threadId());
            if (track.isWaiting() || onLock) {
                waiting.add(track);
            }
        }
        return waiting;
    }

    /** The JVM names the threads of the circle only; who waits for a lock that one of them holds is as lost as they. */
    private void addThoseWhoWaitFor(Set<Long> caught, List<Track> waiting) {
        Set<Long> ids = new HashSet<>();
        for (Track track : waiting) {
            ids.add(track.worker().threadId());
        }
        Map<Long, Long> holders = threads.lockHolders(ids);
        boolean grew = true;
        while (grew) {
            grew = false;
            for (Map.Entry<Long, Long> entry : holders.entrySet()) {
                if (caught.contains(entry.getValue()) && caught.add(entry.getKey())) {
                    grew = true;
                }
            }
        }
    }

    private void read(PoolTrack pool, Set<Long> deadlocked) {
        try {
            pool.read();
        } catch (OutOfMemoryError e) {
            throw e;
        } catch (Throwable e) {
            // No reason to call its workers dead: which of them are stuck is known from elsewhere.
            if (!pool.pool().isGone()) {
                log.complain(
                        "the pool " + pool.pool().name() + " of " + pool.pool().server() + " can't be read, "
                                + (pool.isKnown() ? "its last numbers stand: " : "and is not told of: "),
                        e);
            }
        }
        if (!deadlocked.isEmpty()) {
            // Threads of the pool that are deadlocked outside a request count as well.
            for (Thread thread : pool.pool().threads()) {
                if (deadlocked.contains(Worker.idOf(thread))) {
                    pool.stuck(Worker.idOf(thread));
                }
            }
        }
    }

    private Sample.Pool end(PoolTrack pool, long elapsed, boolean threadsCanStart) {
        Sample.Pool sample = pool.end(elapsed, stuckAfterNanos, threadsCanStart);
        if (pool.unreachableChanged()) {
            log.info("requests " + (pool.unreachable() == null ? "" : "no longer ") + "reach the pool "
                    + pool.pool().name()
                    + (pool.unreachable() == null
                            ? " again"
                            : ", and none of its workers counts: " + pool.pool().server() + ": " + pool.unreachable()));
        }
        return sample;
    }

    private void sayChanges() {
        int lines = 0;
        for (Track track : ofInterest) {
            if (!track.stuckChanged()) {
                continue;
            }
            if (++lines <= MAX_LINES) {
                Worker worker = track.worker();
                String who = "worker " + worker.threadName() + " of the pool "
                        + worker.pool().name();
                log.info(
                        track.isStuck()
                                ? who + " is stuck: " + track.reason() + "; " + threads.stackTop(worker.threadId())
                                : who + " is no longer stuck");
            }
        }
        if (lines > MAX_LINES) {
            log.info("and " + (lines - MAX_LINES) + " workers more became stuck or recovered");
        }
    }
}
