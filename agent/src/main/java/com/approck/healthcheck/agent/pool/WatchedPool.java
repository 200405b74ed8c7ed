package com.approck.healthcheck.agent.pool;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A running pool. Held weakly: a pool that its application has dropped without stopping it is gone.
 *
 * <p>The reading methods are for the sampler's thread alone.
 */
public final class WatchedPool {
    private final PoolType type;
    private final String name;
    private final Reflected pool;
    private final List<Owner> owners = new CopyOnWriteArrayList<>();
    private volatile boolean hookCalled;

    WatchedPool(PoolType type, String name, Object pool) {
        this.type = type;
        this.name = name;
        this.pool = new Reflected(pool);
    }

    /** The server's name, for people. */
    public String server() {
        return type.server();
    }

    /** The pool's name as it stands in a gauge: unique among the pools of this JVM, of letters, digits, {@code _ -}. */
    public String name() {
        return name;
    }

    /** How the sampler learns what the pool's workers do. */
    public Watch watch() {
        return type.reader().watch(pool);
    }

    /** As {@link PoolReader#progress}. */
    public Map<Thread, Long> progress() throws ReflectiveOperationException {
        return type.reader().progress(pool);
    }

    /** Whether a stuck worker takes nothing from the others, as the pool makes as many threads as it has tasks. */
    public boolean isBoundless() throws ReflectiveOperationException {
        return type.reader().isBoundless(pool);
    }

    /** As {@link PoolReader#isVirtual}. */
    public boolean isVirtual() throws ReflectiveOperationException {
        return type.reader().isVirtual(pool);
    }

    /** The methods in which the pool's workers are on a request, as {@code class.method} of a stack's frame. */
    public Set<String> taskMethods() {
        return type.taskMethods();
    }

    /** Whether the hook has reported a request of this pool. */
    public boolean isHookCalled() {
        return hookCalled;
    }

    void hookCalled() {
        hookCalled = true;
    }

    /** Whether the pool has been collected, or has stopped where no hook tells it. */
    boolean hasEnded() {
        try {
            return isGone() || type.reader().isStopped(pool, liveOwners());
        } catch (OutOfMemoryError e) {
            throw e;
        } catch (Throwable e) {
            return isGone();
        }
    }

    /** Whether the pool has been collected. */
    public boolean isGone() {
        return pool.get() == null;
    }

    /** The most workers that the pool can have on requests at once. */
    public int capacity() throws ReflectiveOperationException {
        return type.reader().capacity(pool, liveOwners());
    }

    /** The pool's live threads. */
    public int alive() throws ReflectiveOperationException {
        return type.reader().alive(pool);
    }

    /** The live threads of the pool that will never be on a request. */
    public int reserved() throws ReflectiveOperationException {
        return type.reader().reserved(pool);
    }

    /** The live threads that wait for work of another kind than what is queued. */
    public int heldBack() throws ReflectiveOperationException {
        return type.reader().heldBack(pool);
    }

    /** As {@link PoolReader#acceptors}. */
    public Collection<? extends Collection<Thread>> acceptors() throws ReflectiveOperationException {
        return type.reader().acceptors(pool, liveOwners());
    }

    /** The tasks that wait for a thread. */
    public int queued() throws ReflectiveOperationException {
        return type.reader().queued(pool);
    }

    /** The pool's threads, or none if they can't be listed at this moment. Not for every sample. */
    public Collection<Thread> threads() {
        try {
            return type.reader().threads(pool);
        } catch (OutOfMemoryError e) {
            throw e;
        } catch (Throwable e) {
            return Collections.emptyList();
        }
    }

    /**
     * The name of a dead thread without which no request reaches the pool, while its owner runs; null if there is none.
     */
    public String deadFeeder() throws ReflectiveOperationException {
        for (Owner owner : owners) {
            String dead = owner.deadFeeder();
            Object object = dead == null ? null : owner.get();
            if (object != null && type.reader().poolOf(new Reflected(object)) != null) {
                return dead;
            }
        }
        return null;
    }

    /** As {@link PoolReader#isListening}. */
    public boolean isListening() throws ReflectiveOperationException {
        return type.reader().isListening(liveOwners());
    }

    private List<Object> liveOwners() {
        List<Object> known = new ArrayList<>(1);
        for (Owner one : owners) {
            Object owner = one.get();
            if (owner != null) {
                known.add(owner);
            }
        }
        return known;
    }

    boolean isOf(PoolType other) {
        return type == other;
    }

    boolean is(Object other) {
        return pool.get() == other;
    }

    /** A pool that was found by itself is its own owner until a true one is known. */
    void addOwner(Object owner) {
        if (!isOwnedBy(owner) && (owners.isEmpty() || !is(owner))) {
            owners.removeIf(one -> is(one.get()));
            owners.add(new Owner(owner, feedersOf(owner)));
        }
    }

    private Collection<Thread> feedersOf(Object owner) {
        try {
            return type.reader().feeders(new Reflected(owner));
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            // Only a death more that is not seen.
            return Collections.emptySet();
        }
    }

    boolean isOwnedBy(Object owner) {
        for (Owner one : owners) {
            if (one.get() == owner) {
                return true;
            }
        }
        return false;
    }

    /** Takes an owner away; says whether none is left. */
    boolean removeOwner(Object owner) {
        owners.removeIf(one -> one.get() == owner || one.get() == null);
        return owners.isEmpty();
    }

    /** One that starts and stops the pool, and the threads with which it feeds it. */
    private static final class Owner extends WeakReference<Object> {
        private final Map<String, WeakReference<Thread>> feeders = new LinkedHashMap<>();

        Owner(Object owner, Collection<Thread> feeders) {
            super(owner);
            for (Thread feeder : feeders) {
                this.feeders.put(feeder.getName(), new WeakReference<>(feeder));
            }
        }

        String deadFeeder() {
            for (Map.Entry<String, WeakReference<Thread>> entry : feeders.entrySet()) {
                Thread feeder = entry.getValue().get();
                if (feeder == null || !feeder.isAlive()) {
                    return entry.getKey();
                }
            }
            return null;
        }
    }
}
