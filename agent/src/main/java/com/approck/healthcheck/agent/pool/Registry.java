package com.approck.healthcheck.agent.pool;

import com.approck.healthcheck.agent.config.Globs;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;
import java.util.function.Consumer;

/**
 * The pools that are running and the workers that have been seen in them.
 *
 * <p>Thread-safe. The methods that a hook reaches ({@link #changed}, {@link #firstTask}) never throw, and run on threads
 * of the server: they take a lock that is held for microseconds, and only when a pool starts or stops or a thread is seen
 * for the first time.
 */
public final class Registry {
    /** More pools than any server has; what comes beyond is not watched. */
    static final int MAX_POOLS = 1_000;

    /** More workers than a JVM can run well; what comes beyond is not tracked, and counts as able. */
    static final int MAX_WORKERS = 100_000;

    /** So many samples after the first pool has been seen, a pattern that none has matched is taken for a mistake. */
    private static final int SAMPLES_TO_MATCH = 10;

    /** No more names than this are given to somebody who looks for the right pattern. */
    private static final int MAX_NAMES = 10;

    private static final String PLAIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

    private final List<PoolType> types;
    private final Globs watched;
    private final Runnable onChange;
    private final BiConsumer<String, Throwable> complaints;
    private final List<WatchedPool> pools = new ArrayList<>();
    private final ConcurrentLinkedQueue<Worker> newWorkers = new ConcurrentLinkedQueue<>();

    /** By thread, the workers of the pools whose requests a hook reports; also the lock for what follows one of them. */
    private final Map<Long, Worker> workers = new HashMap<>();

    /** The threads of these that the hook follows. */
    private final Set<Long> hooked = new HashSet<>();

    private final Set<String> seenNames = new LinkedHashSet<>();
    private final Set<String> unmatched;
    private int samplesToMatch = SAMPLES_TO_MATCH;
    private boolean everWatched;

    /**
     * @param types the rows of the table, {@link PoolType#SERVERS} but for tests
     * @param watched which pools of servers to watch, by name
     * @param onChange told on the server's thread after a pool has come or gone; returns at once
     * @param complaints gets a sentence about a pool that can't be watched, and why it can't
     */
    public Registry(List<PoolType> types, Globs watched, Runnable onChange, BiConsumer<String, Throwable> complaints) {
        this.types = types;
        this.watched = watched;
        this.unmatched = new LinkedHashSet<>(watched.included());
        this.onChange = onChange;
        this.complaints = complaints;
    }

    /** A pool, or the owner of one, has started or stopped. Never throws. */
    public void changed(Object owner, boolean started) {
        try {
            if (started) {
                for (PoolType type : typesOf(owner, PoolType::isOwner)) {
                    add(owner, type);
                }
            } else {
                remove(owner);
            }
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            complaints.accept("a pool of class " + owner.getClass().getName() + " is left alone: ", e);
        }
    }

    /**
     * A thread begins a task and has no counter yet. Never throws.
     *
     * @return the counter of the thread: one that is sampled, or one that leads nowhere if the task's pool is not watched
     */
    public AtomicLong firstTask(Object task) {
        try {
            PoolType type = typesOf(task, PoolType::isTask).get(0);
            WatchedPool pool = poolOf(new Reflected(task), type);
            if (pool != null) {
                return followByHook(Thread.currentThread(), pool);
            }
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            complaints.accept(
                    "requests of class " + task.getClass().getName()
                            + " are not followed, so that a stuck one is not seen: ",
                    e);
        }
        return new AtomicLong();
    }

    private AtomicLong followByHook(Thread thread, WatchedPool pool) {
        long id = Worker.idOf(thread);
        synchronized (workers) {
            pool.hookCalled();
            Worker worker = workers.get(id);
            if (worker == null || worker.pool() != pool) {
                worker = new Worker(thread, pool, new AtomicLong());
                if (workers.size() >= MAX_WORKERS && !workers.containsKey(id)) {
                    return worker.counter();
                }
                workers.put(id, worker);
                newWorkers.add(worker);
            } else {
                // What it was on when it was seen on its stack has ended, as another request begins.
                worker.seenOnRequest(false);
            }
            hooked.add(id);
            return worker.counter();
        }
    }

    /**
     * A thread of a pool was seen on a request, or not on one, by its stack. Means nothing for a thread that the hook
     * follows.
     *
     * @return the worker if it is a new one
     */
    public Optional<Worker> seenOnStack(Thread thread, WatchedPool pool, boolean onRequest) {
        long id = Worker.idOf(thread);
        synchronized (workers) {
            if (hooked.contains(id)) {
                return Optional.empty();
            }
            Worker worker = workers.get(id);
            if (worker != null && worker.pool() == pool) {
                worker.seenOnRequest(onRequest);
                return Optional.empty();
            }
            if (!onRequest || workers.size() >= MAX_WORKERS) {
                return Optional.empty();
            }
            Worker fresh = new Worker(thread, pool, new AtomicLong(1));
            workers.put(id, fresh);
            return Optional.of(fresh);
        }
    }

    /** Whether the hook has reported a request on that thread. */
    public boolean isFollowedByHook(long threadId) {
        synchronized (workers) {
            return hooked.contains(threadId);
        }
    }

    /**
     * A running pool, or the owner of one, has been found on the way from one of the JVM's threads. An executor counts
     * only if the thread is one of its workers: tasks hold all sorts of executors. Never throws.
     */
    void found(Object owner, PoolType type, Thread from) {
        try {
            if (!PoolType.EXECUTORS.contains(type)
                    || type.reader().threads(new Reflected(owner)).contains(from)) {
                add(owner, type);
            }
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            complaints.accept("a pool of class " + owner.getClass().getName() + " is left alone: ", e);
        }
    }

    /** The pools that run now. */
    public synchronized List<WatchedPool> pools() {
        pools.removeIf(WatchedPool::hasEnded);
        return new ArrayList<>(pools);
    }

    /** Whether a pool has ever been watched. */
    public synchronized boolean everWatched() {
        return everWatched;
    }

    /** Moves the workers that have been seen since the last call to the end of a collection. */
    public void drainNewWorkers(Collection<Worker> to) {
        for (Worker worker = newWorkers.poll(); worker != null; worker = newWorkers.poll()) {
            to.add(worker);
        }
    }

    /** The caller has let go of a worker, whose thread has ended or whose pool is gone. */
    public void forget(Worker worker) {
        synchronized (workers) {
            if (workers.get(worker.threadId()) == worker) {
                workers.remove(worker.threadId());
                hooked.remove(worker.threadId());
            }
        }
    }

    /** The rows that an object belongs to: an owner may have pools of several types. */
    private List<PoolType> typesOf(Object object, BiPredicate<PoolType, Class<?>> isOf) {
        List<PoolType> found = new ArrayList<>();
        for (PoolType type : types) {
            if (isOf.test(type, object.getClass())) {
                found.add(type);
            }
        }
        if (found.isEmpty()) {
            throw new IllegalArgumentException("no row of the table is for it");
        }
        return found;
    }

    private WatchedPool poolOf(Reflected task, PoolType type) throws ReflectiveOperationException {
        Object owner = type.reader().ownerOf(task);
        return owner == null ? known(type.reader().executorOfTask(task)) : add(owner, type);
    }

    private synchronized WatchedPool known(Object object) {
        for (WatchedPool pool : pools) {
            if (object != null && pool.is(object)) {
                return pool;
            }
        }
        return null;
    }

    /** The pool of an owner, which is watched from now on if it was not yet; null if it has none to be watched. */
    private WatchedPool add(Object owner, PoolType type) throws ReflectiveOperationException {
        WatchedPool pool;
        synchronized (this) {
            for (WatchedPool known : pools) {
                if (known.isOf(type) && known.isOwnedBy(owner)) {
                    return known;
                }
            }
            Reflected reflected = new Reflected(owner);
            Object object = type.reader().poolOf(reflected);
            if (object == null) {
                return null;
            }
            pool = known(object);
            if (pool != null) {
                pool.addOwner(owner);
                return pool;
            }
            String name = type.reader().nameOf(reflected);
            seen(name);
            boolean chosen = PoolType.EXECUTORS.contains(type) || watched.matches(name);
            if (!chosen || pools.size() >= MAX_POOLS) {
                return null;
            }
            pool = new WatchedPool(type, uniqueGaugeName(name), object);
            pool.addOwner(owner);
            // A pool that can't be read is refused here: later, its missing numbers would look like a death.
            pool.capacity();
            pool.alive();
            pool.queued();
            pools.add(pool);
            everWatched = true;
        }
        onChange.run();
        return pool;
    }

    /** Complains once, after the first pools have been seen for some samples, of patterns that match none of them. */
    public synchronized void complainOfPatterns(Consumer<String> complain) {
        if (seenNames.isEmpty() || samplesToMatch == 0 || --samplesToMatch > 0) {
            return;
        }
        for (String pattern : unmatched) {
            complain.accept("the setting pools has the pattern '" + pattern + "', which matches no pool; there are "
                    + String.join(", ", seenNames));
        }
    }

    private void seen(String name) {
        if (samplesToMatch > 0) {
            unmatched.removeIf(pattern -> Globs.matches(pattern, name));
            if (seenNames.size() < MAX_NAMES) {
                seenNames.add(name);
            }
        }
    }

    private void remove(Object owner) {
        boolean removed = false;
        synchronized (this) {
            for (Iterator<WatchedPool> i = pools.iterator(); i.hasNext(); ) {
                WatchedPool pool = i.next();
                if (pool.is(owner) || (pool.isOwnedBy(owner) && pool.removeOwner(owner))) {
                    i.remove();
                    removed = true;
                }
            }
        }
        if (removed) {
            onChange.run();
        }
    }

    private String uniqueGaugeName(String name) {
        StringBuilder gauge = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            gauge.append(PLAIN.indexOf(c) >= 0 ? c : '_');
        }
        String unique = gauge.length() == 0 ? "_" : gauge.toString();
        String candidate = unique;
        for (int n = 2; isTaken(candidate); n++) {
            candidate = unique + "-" + n;
        }
        return candidate;
    }

    private boolean isTaken(String gauge) {
        for (WatchedPool pool : pools) {
            if (pool.name().equals(gauge)) {
                return true;
            }
        }
        return false;
    }
}
