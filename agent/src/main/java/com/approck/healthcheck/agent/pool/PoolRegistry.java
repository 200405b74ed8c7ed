package com.approck.healthcheck.agent.pool;

import com.approck.healthcheck.agent.config.Globs;
import com.approck.healthcheck.agent.reflect.ModuleOpener;
import com.approck.healthcheck.agent.reflect.ReflectedObject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The pools that run and the workers that were seen in them.
 *
 * <p>Thread-safe. The methods that a hook reaches ({@link #addPoolsOf}, {@link #removePoolsOf}, {@link #addWorker}) never
 * throw, and run on threads of the server: they take a lock that is held for microseconds, and only when a pool starts or
 * stops or a thread is seen for the first time.
 */
public final class PoolRegistry {
    /** More pools than any server has; any more are not watched. */
    static final int MAX_POOLS = 1_000;

    /** Gets to know what happens. Called on any thread; returns at once and never throws. */
    public interface Listener {
        /** A pool was added or removed. */
        void poolsChanged();

        /** A pool is not watched, or requests are not followed, because of an exception. */
        void failed(String sentence, Throwable reason);

        /** Something was found that looks like a pool and is not watched. Called once for each sentence. */
        void skipped(String sentence);
    }

    private final List<ServerSupport> servers;
    private final Globs watched;
    private final ModuleOpener opener;
    private final Listener listener;
    private final List<MonitoredPool> pools = new ArrayList<>();
    private final AgentCode agentCode = new AgentCode();
    private final HookedWorkers workers = new HookedWorkers();
    private final PatternCheck patternCheck;
    private final SkippedPools skipped = new SkippedPools();
    private boolean everFound;
    private boolean everWatched;

    /**
     * @param servers {@code Servers.ALL} but for tests
     * @param watched which pools of servers to watch, by name
     */
    public PoolRegistry(List<ServerSupport> servers, Globs watched, ModuleOpener opener, Listener listener) {
        this.servers = servers;
        this.watched = watched;
        this.opener = opener;
        this.listener = listener;
        this.patternCheck = new PatternCheck(watched.included());
    }

    /** Adds the pools of an owner that has started. Never throws. */
    public void addPoolsOf(Object owner) {
        boolean known = false;
        for (ServerSupport server : servers) {
            if (!server.discovery().isByThreadName() && server.discovery().isOwner(owner.getClass())) {
                known = true;
                addPoolsOf(owner, server);
            }
        }
        if (!known) {
            notWatched(owner, new IllegalArgumentException("it belongs to no known server"));
        }
    }

    /** Adds the pools of an owner, as one server's adapters see them; returns whether it has one. Never throws. */
    public boolean addPoolsOf(Object owner, ServerSupport server) {
        boolean watched = false;
        for (PoolAdapter adapter : server.adapters()) {
            try {
                watched |= add(owner, server, adapter) != null;
            } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
                notWatched(owner, e);
            }
        }
        return watched;
    }

    /**
     * Adds an executor if a thread is one of its workers: tasks hold all kinds of executors. Never throws.
     *
     * @param from the thread from which the executor was found
     */
    void addExecutor(Object executor, ServerSupport server, Thread from) {
        try {
            for (PoolAdapter adapter : server.adapters()) {
                if (adapter.threads(new ReflectedObject(executor, opener)).contains(from)) {
                    add(executor, server, adapter);
                } else {
                    skip(server, executor, "the thread " + from.getName() + " is not one of its workers");
                }
            }
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            notWatched(executor, e);
        }
    }

    /** Removes the pools of an owner that has stopped, unless others own them too; or a pool that has stopped itself. */
    public void removePoolsOf(Object owner) {
        boolean removed = false;
        synchronized (this) {
            for (Iterator<MonitoredPool> i = pools.iterator(); i.hasNext(); ) {
                MonitoredPool pool = i.next();
                if (pool.is(owner) || (pool.isOwnedBy(owner) && pool.removeOwner(owner))) {
                    i.remove();
                    removed = true;
                }
            }
        }
        if (removed) {
            listener.poolsChanged();
        }
    }

    /**
     * Adds the current thread, which begins a task and has no counter yet. Never throws.
     *
     * @return the thread's counter; nobody reads it if the task's pool is not watched
     */
    public AtomicLong addWorker(Object task) {
        try {
            MonitoredPool pool = poolOfTask(task);
            if (pool != null) {
                return workers.followByHook(Thread.currentThread(), pool);
            }
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            listener.failed(
                    "requests of class " + task.getClass().getName()
                            + " are not followed, so stuck ones are not noticed: ",
                    e);
        }
        return new AtomicLong();
    }

    /** Returns the pool in which a hooked task runs; null if that is not watched. Never throws. For the agent's thread. */
    public MonitoredPool poolOf(Object task) {
        try {
            return poolOfTask(task);
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            // Most likely a task that has ended meanwhile: of one that has not, addWorker would have warned.
            return null;
        }
    }

    /**
     * Notes that a thread of a pool was seen on a request, or not on one, by its stack.
     *
     * @return the worker if it is a new one
     */
    public Optional<Worker> followByStack(Thread thread, MonitoredPool pool, boolean onRequest) {
        return workers.followByStack(thread, pool, onRequest);
    }

    /** Returns whether that thread is on a request whose begin the hook has reported. */
    public boolean isOnRequestByHook(long threadId) {
        return workers.isOnRequestByHook(threadId);
    }

    /**
     * Returns the methods in which workers of a pool are on a request, as {@code class.method} of a stack's frame. A framework
     * without methods of its own runs requests on another server's executor (Quarkus on that of JBoss): then all methods count.
     */
    public Set<String> taskMethods(MonitoredPool pool) {
        Set<String> methods = new HashSet<>(pool.taskMethods());
        if (methods.isEmpty()) {
            for (ServerSupport server : servers) {
                methods.addAll(MonitoredPool.taskMethods(server));
            }
        }
        return methods;
    }

    /** Returns the pools that run now. */
    public synchronized List<MonitoredPool> pools() {
        pools.removeIf(MonitoredPool::hasEnded);
        return new ArrayList<>(pools);
    }

    /** Returns whether a pool of the application's has ever been found, watched or not. */
    public synchronized boolean everFound() {
        return everFound;
    }

    /** Returns, for each kind of what was found and is not watched, a sentence with the reason. */
    public List<String> skipped() {
        return skipped.sentences();
    }

    /** Returns whether another agent brought a class into the JVM. */
    public boolean isOfOtherAgent(Class<?> type) {
        return agentCode.isOfAgent(type);
    }

    /** Returns whether a pool has ever been watched. */
    public synchronized boolean everWatched() {
        return everWatched;
    }

    /** Moves the workers that were added since the last call to the end of a collection. */
    public void drainNewWorkers(Collection<Worker> to) {
        workers.drainTo(to);
    }

    /** Forgets a worker: its thread has ended, or its pool is gone. */
    public void forget(Worker worker) {
        workers.forget(worker);
    }

    /**
     * Counts a sample; returns, once, some samples after the first pool was found, a sentence for each pattern of the setting
     * {@code pools} that matches none.
     */
    public synchronized List<String> checkPatterns() {
        return patternCheck.countSample();
    }

    private MonitoredPool poolOfTask(Object task) throws ReflectiveOperationException {
        ServerSupport server = serverOfTask(task.getClass());
        ReflectedObject reflected = new ReflectedObject(task, opener);
        for (PoolAdapter adapter : server.adapters()) {
            Object owner = adapter.ownerOf(reflected);
            if (owner != null) {
                return add(owner, server, adapter);
            }
            MonitoredPool pool = knownPool(adapter.executorOf(reflected));
            if (pool != null) {
                return pool;
            }
        }
        return null;
    }

    private ServerSupport serverOfTask(Class<?> task) {
        for (ServerSupport server : servers) {
            for (MethodHook hook : server.hooks()) {
                if (hook.kind() == HookKind.TASK && Discovery.isOrExtends(task, hook.className())) {
                    return server;
                }
            }
        }
        throw new IllegalArgumentException("it belongs to no known server");
    }

    private synchronized MonitoredPool knownPool(Object object) {
        for (MonitoredPool pool : pools) {
            if (object != null && pool.is(object)) {
                return pool;
            }
        }
        return null;
    }

    /** Returns the pool of an owner, which is watched from now on if it was not yet; null if it has none to be watched. */
    private MonitoredPool add(Object owner, ServerSupport server, PoolAdapter adapter)
            throws ReflectiveOperationException {
        MonitoredPool pool;
        String reason;
        synchronized (this) {
            for (MonitoredPool known : pools) {
                if (known.isReadBy(adapter) && known.isOwnedBy(owner)) {
                    return known;
                }
            }
            ReflectedObject reflected = new ReflectedObject(owner, opener);
            OwnedPool owned = adapter.poolOf(reflected);
            if (owned.pool() != null && isOfOtherAgent(reflected, adapter)) {
                owned = OwnedPool.none("another agent brought it into the JVM, so it is not the application's");
            }
            everFound |= owned.pool() != null;
            pool = knownPool(owned.pool());
            if (pool != null) {
                pool.addOwner(owner, opener);
                return pool;
            }
            String name = owned.pool() == null ? null : adapter.nameOf(reflected);
            reason = name == null ? owned.reason() : reasonAgainst(name, server);
            if (reason == null) {
                ReflectedObject reflectedPool = new ReflectedObject(owned.pool(), opener);
                pool = new MonitoredPool(server, adapter, GaugeNames.unique(name, this::isTaken), reflectedPool);
                pool.addOwner(owner, opener);
                // Throws for a pool that cannot be read: later, its missing numbers would look like a death.
                PoolStats unused = pool.read();
                pools.add(pool);
                everWatched = true;
            }
        }
        if (reason != null) {
            skip(server, owner, reason);
            return null;
        }
        listener.poolsChanged();
        return pool;
    }

    private boolean isOfOtherAgent(ReflectedObject owner, PoolAdapter adapter) throws ReflectiveOperationException {
        if (agentCode.isOfAgent(owner.get().getClass())) {
            return true;
        }
        Collection<?> handlers = adapter.handlersOf(owner);
        for (Object handler : handlers) {
            if (!agentCode.isOfAgent(handler.getClass())) {
                return false;
            }
        }
        return !handlers.isEmpty();
    }

    private String reasonAgainst(String name, ServerSupport server) {
        patternCheck.addName(name);
        if (!server.discovery().isByThreadName() && !watched.matches(name)) {
            return "the setting pools excludes its name " + name;
        }
        return pools.size() < MAX_POOLS ? null : MAX_POOLS + " pools are watched already";
    }

    private boolean isTaken(String gaugeName) {
        for (MonitoredPool pool : pools) {
            if (pool.name().equals(gaugeName)) {
                return true;
            }
        }
        return false;
    }

    private void notWatched(Object owner, Throwable reason) {
        listener.failed("pool of class " + owner.getClass().getName() + " not watched: ", reason);
    }

    private void skip(ServerSupport server, Object found, String reason) {
        String sentence = "found " + found.getClass().getName() + " of " + server.name() + ", not watched: " + reason;
        if (skipped.add(sentence)) {
            listener.skipped(sentence);
        }
    }
}
