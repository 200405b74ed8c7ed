package com.approck.healthcheck.agent.pool;

import com.approck.healthcheck.agent.reflect.ModuleOpener;
import com.approck.healthcheck.agent.reflect.ReflectedObject;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A running pool. Held weakly: a pool that its application has dropped without stopping it is gone.
 *
 * <p>The methods that read the pool are for the agent's thread alone.
 */
public final class MonitoredPool {
    private final ServerSupport server;
    private final PoolAdapter adapter;
    private final String name;
    private final ReflectedObject pool;
    private final List<Owner> owners = new CopyOnWriteArrayList<>();
    private volatile boolean hookCalled;

    MonitoredPool(ServerSupport server, PoolAdapter adapter, String name, ReflectedObject pool) {
        this.server = server;
        this.adapter = adapter;
        this.name = name;
        this.pool = pool;
    }

    /** Returns the server's name, for logs. */
    public String server() {
        return server.name();
    }

    /** Returns the pool's name in gauges: unique among the pools of this JVM, made of letters, digits, {@code _} and {@code -}. */
    public String name() {
        return name;
    }

    /** Returns the name of the pool's class; null if it has been collected. */
    public String className() {
        Object object = pool.get();
        return object == null ? null : object.getClass().getName();
    }

    /** Returns the names of the classes of its owners that have not been collected. */
    public Set<String> ownerClassNames() {
        Set<String> names = new LinkedHashSet<>();
        for (Object owner : liveOwners()) {
            names.add(owner.getClass().getName());
        }
        return names;
    }

    /** Reads the pool. */
    public PoolStats read() throws ReflectiveOperationException {
        return adapter.read(pool, liveOwners());
    }

    /** Returns where the sampler learns whether the pool's workers make progress. */
    public ProgressSource progressSource() {
        return adapter.progressSource(pool);
    }

    /** Returns the methods of the pool's server that run one request, as {@code class.method} of a stack's frame. */
    Set<String> taskMethods() {
        return taskMethods(server);
    }

    static Set<String> taskMethods(ServerSupport server) {
        Set<String> methods = new HashSet<>();
        for (MethodHook hook : server.hooks()) {
            if (hook.kind() == HookKind.TASK) {
                methods.add(hook.className() + "." + hook.method());
            }
        }
        return methods;
    }

    /** Returns a number that is another whenever bytes have moved on a task's connection, as far as that is known. */
    public long bytesMoved(Object task) {
        try {
            return adapter.bytesMoved(pool.with(task));
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            return 0;
        }
    }

    /** Returns whether the hook has reported a request of this pool. */
    public boolean isHookCalled() {
        return hookCalled;
    }

    void setHookCalled() {
        hookCalled = true;
    }

    /** Returns the progress of each live worker, as {@link PoolAdapter#progress}. */
    public Map<Thread, Long> progress() throws ReflectiveOperationException {
        return adapter.progress(pool);
    }

    /** Returns the pool's threads, or none if they cannot be listed at this moment. Not for every sample. */
    public Collection<Thread> threads() {
        try {
            return adapter.threads(pool);
        } catch (OutOfMemoryError e) {
            throw e;
        } catch (Throwable e) {
            return Collections.emptyList();
        }
    }

    /** Returns whether the selectors of the owners select at this moment. */
    public boolean isListening() throws ReflectiveOperationException {
        return adapter.isListening(pool, liveOwners());
    }

    /** Returns the name of a dead thread without which no request reaches the pool, while its owner runs; null if none died. */
    public String deadIoThread() throws ReflectiveOperationException {
        for (Owner owner : owners) {
            String dead = owner.deadIoThread();
            Object object = dead == null ? null : owner.get();
            if (object != null && adapter.poolOf(pool.with(object)).pool() != null) {
                return dead;
            }
        }
        return null;
    }

    /** Returns the live threads, beside its workers, without which no request reaches the pool. */
    public Collection<Thread> ioThreads() {
        List<Thread> threads = new ArrayList<>();
        for (Owner owner : owners) {
            owner.addIoThreadsTo(threads);
        }
        return threads;
    }

    /** Returns whether the pool has been collected. */
    public boolean isCollected() {
        return pool.get() == null;
    }

    /** Returns whether the pool has been collected, or has stopped where no hook reports it. */
    boolean hasEnded() {
        try {
            return isCollected() || adapter.isStopped(pool, liveOwners());
        } catch (OutOfMemoryError e) {
            throw e;
        } catch (Throwable e) {
            return isCollected();
        }
    }

    private List<Object> liveOwners() {
        List<Object> live = new ArrayList<>(1);
        for (Owner reference : owners) {
            Object owner = reference.get();
            if (owner != null) {
                live.add(owner);
            }
        }
        return live;
    }

    boolean isReadBy(PoolAdapter other) {
        return adapter == other;
    }

    boolean is(Object other) {
        return pool.get() == other;
    }

    boolean isOwnedBy(Object owner) {
        for (Owner one : owners) {
            if (one.get() == owner) {
                return true;
            }
        }
        return false;
    }

    /** Adds an owner. A pool that was found by itself is its own owner until another is known. */
    void addOwner(Object owner, ModuleOpener opener) {
        if (!isOwnedBy(owner) && (owners.isEmpty() || !is(owner))) {
            owners.removeIf(one -> is(one.get()));
            owners.add(new Owner(owner, ioThreadsOf(owner, opener)));
        }
    }

    private Collection<Thread> ioThreadsOf(Object owner, ModuleOpener opener) {
        try {
            return adapter.ioThreads(new ReflectedObject(owner, opener));
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            // Then only their death goes unnoticed.
            return Collections.emptySet();
        }
    }

    /** Removes an owner; returns whether none is left. */
    boolean removeOwner(Object owner) {
        owners.removeIf(one -> one.get() == owner || one.get() == null);
        return owners.isEmpty();
    }

    /** An object that starts and stops the pool, and the threads that bring requests to it. */
    private static final class Owner extends WeakReference<Object> {
        private final Map<String, WeakReference<Thread>> ioThreads = new LinkedHashMap<>();

        Owner(Object owner, Collection<Thread> ioThreads) {
            super(owner);
            for (Thread thread : ioThreads) {
                this.ioThreads.put(thread.getName(), new WeakReference<>(thread));
            }
        }

        void addIoThreadsTo(Collection<Thread> threads) {
            for (WeakReference<Thread> reference : ioThreads.values()) {
                Thread thread = reference.get();
                if (thread != null && thread.isAlive()) {
                    threads.add(thread);
                }
            }
        }

        String deadIoThread() {
            for (Map.Entry<String, WeakReference<Thread>> entry : ioThreads.entrySet()) {
                Thread thread = entry.getValue().get();
                if (thread == null || !thread.isAlive()) {
                    return entry.getKey();
                }
            }
            return null;
        }
    }
}
