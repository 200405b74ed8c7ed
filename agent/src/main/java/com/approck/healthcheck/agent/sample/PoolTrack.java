package com.approck.healthcheck.agent.sample;

import com.approck.healthcheck.agent.pool.Watch;
import com.approck.healthcheck.agent.pool.WatchedPool;
import com.approck.healthcheck.agent.pool.Worker;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** What the sampler remembers of one pool from tick to tick, and what it finds out about it in this one. */
final class PoolTrack {
    private final WatchedPool pool;
    private boolean known;
    private int capacity;
    private int alive;
    private int reserved;
    private int heldBack;
    private int queued;
    private Collection<? extends Collection<Thread>> acceptors = Collections.emptyList();
    private boolean boundless;
    private boolean virtual;
    private String deadFeeder;
    private boolean listening = true;
    private long deafNanos;
    private String unreachable;
    private boolean unreachableChanged;
    private long stillNanos;
    private int stillTicks;
    private int unfollowedTicks;
    private boolean gone;
    private boolean moved;
    private int busy;
    private final Set<Long> stuck = new HashSet<>();

    PoolTrack(WatchedPool pool) {
        this.pool = pool;
    }

    WatchedPool pool() {
        return pool;
    }

    /** The pool no longer runs. */
    void gone() {
        gone = true;
    }

    boolean isGone() {
        return gone;
    }

    /** Forgets what belonged to the last tick. */
    void begin() {
        moved = false;
        busy = 0;
        stuck.clear();
    }

    /** A task began or ended, or a worker came or went. */
    void moved() {
        moved = true;
    }

    /** What its workers do, where the pool itself has to be asked, was read in this tick or could not be. */
    void followed(boolean read) {
        unfollowedTicks = read ? 0 : unfollowedTicks + 1;
    }

    /** Whether the workers' counters are of this tick; loops have none, and are known by their CPU time. */
    boolean isFollowed() {
        return unfollowedTicks == 0 || pool.watch() == Watch.STACK;
    }

    /** For how many ticks nothing could be read. */
    int unfollowedTicks() {
        return unfollowedTicks;
    }

    /** One of its workers is on a request. */
    void busy() {
        busy++;
    }

    /** One of its threads is stuck; the same thread counts once. */
    void stuck(long threadId) {
        stuck.add(threadId);
    }

    /** Asks the server; what it can't tell now stays as it was. */
    void read() throws ReflectiveOperationException {
        capacity = pool.capacity();
        alive = pool.alive();
        reserved = pool.reserved();
        heldBack = pool.heldBack();
        queued = pool.queued();
        boundless = pool.isBoundless();
        virtual = pool.isVirtual();
        acceptors = pool.acceptors();
        deadFeeder = pool.deadFeeder();
        // Asked of pools only in which nothing happens: a server at work may be anywhere.
        listening = moved || busy > stuck.size() || pool.isListening();
        known = true;
    }

    /** Whether it could ever be read. */
    boolean isKnown() {
        return known;
    }

    /** Whether it has to create a thread before it can serve: it is idle, and shrunk to nothing or not yet grown. */
    boolean hasNoThread() {
        return !boundless && !virtual && alive <= reserved;
    }

    /** Why no request reaches the pool any more, in words; null if nothing speaks against it. */
    String unreachable() {
        return unreachable;
    }

    /** Whether that is news of this tick. */
    boolean unreachableChanged() {
        return unreachableChanged;
    }

    /**
     * Ends the tick.
     *
     * <p>A pool is starved, and then counts its live threads only, when it has queued work and fewer live threads than
     * capacity, and yet no task began or ended for {@code stuck-after}: threads can't be created. A thread that the server
     * holds back while work is queued, no task moves and others are stuck is as lost as they are. No worker is able that no
     * request can reach, or that does not live and can't be given a thread.
     */
    Sample.Pool end(long elapsedNanos, long stuckAfterNanos, boolean threadsCanStart) {
        boolean still = !moved && queued > 0 && isFollowed();
        stillTicks = still ? stillTicks + 1 : 0;
        int live = Math.max(0, alive - reserved - heldBack);
        stillNanos = still && live < capacity ? stillNanos + elapsedNanos : 0;
        boolean starved = stuckAfterNanos > 0 && stillNanos >= stuckAfterNanos;
        deafNanos = listening ? 0 : deafNanos + elapsedNanos;
        String before = unreachable;
        unreachable = whyUnreachable(stuckAfterNanos, threadsCanStart);
        unreachableChanged = (before == null) != (unreachable == null);
        int able;
        if (unreachable != null) {
            able = 0;
        } else if (starved) {
            able = live - stuck.size();
        } else if (boundless) {
            able = capacity;
        } else {
            able = capacity - stuck.size() - (!stuck.isEmpty() && stillTicks >= 2 ? heldBack : 0);
        }
        return new Sample.Pool(pool.name(), Math.max(0, able), alive, busy, stuck.size(), queued, capacity);
    }

    private boolean takesInNothing() {
        for (Collection<Thread> acceptorsOfOneAddress : acceptors) {
            boolean anyIsAble = acceptorsOfOneAddress.isEmpty();
            for (Thread acceptor : acceptorsOfOneAddress) {
                anyIsAble |= !stuck.contains(Worker.idOf(acceptor));
            }
            if (!anyIsAble) {
                return true;
            }
        }
        return false;
    }

    private String whyUnreachable(long stuckAfterNanos, boolean threadsCanStart) {
        if (takesInNothing()) {
            return "every thread that takes in connections is stuck";
        }
        if (deadFeeder != null) {
            return "its thread " + deadFeeder + " has died";
        }
        if (!threadsCanStart && hasNoThread()) {
            return "it has no thread, and the JVM can't create one (a limit on processes or memory)";
        }
        return stuckAfterNanos > 0 && deafNanos >= stuckAfterNanos
                ? "no thread has waited for requests on its sockets for " + TimeUnit.NANOSECONDS.toSeconds(deafNanos)
                        + " s"
                : null;
    }
}
