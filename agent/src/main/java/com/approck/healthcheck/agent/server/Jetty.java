package com.approck.healthcheck.agent.server;

import com.approck.healthcheck.agent.pool.Discovery;
import com.approck.healthcheck.agent.pool.HookKind;
import com.approck.healthcheck.agent.pool.MethodHook;
import com.approck.healthcheck.agent.pool.OwnedPool;
import com.approck.healthcheck.agent.pool.PoolAdapter;
import com.approck.healthcheck.agent.pool.PoolStats;
import com.approck.healthcheck.agent.pool.ServerSupport;
import com.approck.healthcheck.agent.reflect.ModuleOpener;
import com.approck.healthcheck.agent.reflect.ReflectedObject;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Semaphore;

/**
 * Jetty: its {@code Server} owns the pool, because a pool alone may be an HTTP client's; one that is found by its threads
 * in a running JVM is its own owner. Read from Jetty 9.4.0, 9.4.58, 10.0.0, 11.0.26, 12.0.39 and 12.1.14.
 *
 * <p>Capacity is the maximum less the leased threads: acceptors and selectors take their threads from the same pool and
 * never give them back, so of 8 threads only 6 ever serve (QueuedThreadPool.getLeasedThreads, Jetty 12.0.39). Where requests
 * run on virtual threads, it is the number of permits, if there is one.
 */
final class Jetty implements ServerSupport, PoolAdapter {
    static final String SERVER = "org.eclipse.jetty.server.Server";
    private static final String THREADS = "org.eclipse.jetty.util.thread.";
    private static final String RESERVED = THREADS + "ReservedThreadExecutor";
    private static final String QUEUED_POOL = THREADS + "QueuedThreadPool";
    private static final String EXECUTOR_POOL = THREADS + "ExecutorThreadPool";
    private static final String VIRTUAL_POOL = THREADS + "VirtualThreadPool";
    private static final String WEBSOCKET = "org.eclipse.jetty.websocket.";

    private static final String WHY_CAPACITY =
            "its largest size less the threads that acceptors and selectors keep (or its permits, on virtual threads)";

    /** Part of the names that Jetty's clients give to the pools that they make: HttpClient@1f2e3d, WebSocketClient@1f2e3d. */
    private static final String NAME_OF_CLIENT = "Client@";

    @Override
    public String name() {
        return "Jetty";
    }

    /**
     * {@code HandlerInvoker.run} (Jetty 12) and {@code HttpChannel.handle} (before) span one request. The pool's own {@code
     * runJob} does not: acceptors and selectors sit in one job for ever, and a selector may run a request inside its own.
     */
    @Override
    public List<MethodHook> hooks() {
        return Arrays.asList(
                new MethodHook(HookKind.POOL_STARTED, SERVER, "doStart"),
                new MethodHook(HookKind.POOL_STOPPED, SERVER, "doStop"),
                new MethodHook(HookKind.POOL_STOPPED, QUEUED_POOL, "doStop"),
                new MethodHook(HookKind.POOL_STOPPED, EXECUTOR_POOL, "doStop"),
                new MethodHook(HookKind.POOL_STOPPED, VIRTUAL_POOL, "doStop"),
                task("org.eclipse.jetty.server.internal.HttpChannelState$HandlerInvoker", "run"),
                task("org.eclipse.jetty.server.HttpChannel", "handle"),
                // Since Jetty 12, a request that is dispatched again, or whose body can be read on, runs outside the
                // handler.
                task("org.eclipse.jetty.ee11.servlet.ServletChannel", "handle"),
                task("org.eclipse.jetty.ee10.servlet.ServletChannel", "handle"),
                task("org.eclipse.jetty.ee9.nested.HttpChannel", "handle"),
                task("org.eclipse.jetty.ee8.nested.HttpChannel", "handle"),
                // Messages of WebSockets: in Jetty 12, in 10 and 11, and in 9.4.
                task(WEBSOCKET + "core.WebSocketConnection", "onFillable"),
                task(WEBSOCKET + "core.WebSocketConnection", "run"),
                task(WEBSOCKET + "core.internal.WebSocketConnection", "onFillable"),
                task(WEBSOCKET + "core.internal.WebSocketConnection", "run"),
                task(WEBSOCKET + "common.io.AbstractWebSocketConnection", "onFillable"));
    }

    private static MethodHook task(String className, String method) {
        return new MethodHook(HookKind.TASK, className, method);
    }

    @Override
    public Discovery discovery() {
        return Discovery.ofOwners(SERVER, QUEUED_POOL, EXECUTOR_POOL, VIRTUAL_POOL)
                .reachedThrough(QUEUED_POOL)
                .listedIn("org.eclipse.jetty.server.ShutdownMonitor$Holder");
    }

    /** A pool leads to servers by the threads that it has leased. */
    @Override
    public Collection<Object> ownersReachableFrom(ReflectedObject pool) throws ReflectiveOperationException {
        return startedServers(pool);
    }

    /**
     * Until Jetty 12.0 every server is listed, from the beginning of its start, among those that a command may stop. The
     * list's class is loaded when it is first used. The list may change while it is read, which then throws.
     */
    @Override
    public Collection<Object> ownersListedIn(Class<?> holder, ModuleOpener opener) throws ReflectiveOperationException {
        Field instance = holder.getDeclaredField("instance");
        opener.makeAccessible(instance);
        ReflectedObject monitor = new ReflectedObject(instance.get(null), opener);
        List<Object> started = new ArrayList<>();
        for (Object each : ((Collection<?>) monitor.field("_lifeCycles")).toArray()) {
            ReflectedObject listed = monitor.with(each);
            if (listed.is(SERVER) && listed.isTrue("isStarted")) {
                started.add(each);
            }
        }
        return started;
    }

    @Override
    public List<PoolAdapter> adapters() {
        return Collections.singletonList(this);
    }

    @Override
    public OwnedPool poolOf(ReflectedObject owner) throws ReflectiveOperationException {
        if (!owner.isTrue("isRunning")) {
            return OwnedPool.none("it is not running");
        }
        if (owner.is(SERVER)) {
            return isWithoutConnectors(owner)
                    ? OwnedPool.none("it is starting, and has not leased the threads of its connectors")
                    : OwnedPool.of(servingPool(owner.callObject("getThreadPool")));
        }
        boolean leasesAreKnown = !owner.is(VIRTUAL_POOL)
                && !(owner.has("getThreadPoolBudget") && owner.call("getThreadPoolBudget") == null);
        if (leasesAreKnown) {
            return startedServers(owner).isEmpty()
                    ? OwnedPool.none("no server that has started leases threads of it")
                    : OwnedPool.of(servingPool(owner));
        }
        return nameOf(owner).contains(NAME_OF_CLIENT)
                ? OwnedPool.none("it is the pool of a client")
                : OwnedPool.of(owner.get());
    }

    /** Requests run on permits of another pool where one is set, and the pool of platform threads serves nobody. */
    private static Object servingPool(ReflectedObject pool) throws ReflectiveOperationException {
        ReflectedObject virtualExecutor = virtualExecutorOf(pool);
        return virtualExecutor.is(VIRTUAL_POOL) ? virtualExecutor.get() : pool.get();
    }

    /** The connectors are what starts last, and until then the capacity is not known. The hook comes after them. */
    private static boolean isWithoutConnectors(ReflectedObject server) throws ReflectiveOperationException {
        if (!server.isTrue("isStarted")) {
            for (Object connector : (Object[]) server.call("getConnectors")) {
                if (!server.with(connector).isTrue("isStarted")) {
                    return true;
                }
            }
        }
        return false;
    }

    /**
     * Returns the servers that have started and to whose connectors and selectors the pool has leased threads. A client's pool
     * has none, nor has that of a server which is still starting. None is known before Jetty 9.4.8, where a server is found in
     * the list of those that have started.
     */
    private static List<Object> startedServers(ReflectedObject pool) throws ReflectiveOperationException {
        ReflectedObject budget =
                pool.has("getThreadPoolBudget") ? pool.callObject("getThreadPoolBudget") : pool.with(null);
        List<Object> started = new ArrayList<>();
        if (budget.get() != null) {
            for (Object lease : ((Collection<?>) budget.field("leases")).toArray()) {
                ReflectedObject leasee = pool.with(lease).fieldObject("leasee");
                ReflectedObject connector =
                        leasee.hasField("this$0") && !leasee.has("getServer") ? leasee.fieldObject("this$0") : leasee;
                Object server = connector.has("getServer") ? connector.call("getServer") : null;
                if (server != null && pool.with(server).isTrue("isStarted") && !started.contains(server)) {
                    started.add(server);
                }
            }
        }
        return started;
    }

    @Override
    public Collection<?> handlersOf(ReflectedObject owner) throws ReflectiveOperationException {
        Object handler = owner.is(SERVER) ? owner.call("getHandler") : null;
        return handler == null ? Collections.emptySet() : Collections.singleton(handler);
    }

    @Override
    public String nameOf(ReflectedObject owner) throws ReflectiveOperationException {
        ReflectedObject pool = owner.is(SERVER) ? owner.callObject("getThreadPool") : owner;
        Object name = pool.has("getName") ? pool.call("getName") : null;
        return name == null ? ThreadNames.common(threads(pool), "jetty") : (String) name;
    }

    @Override
    public Object ownerOf(ReflectedObject task) throws ReflectiveOperationException {
        if (task.has("getServer")) {
            return task.call("getServer");
        }
        if (task.has("onFillable")) {
            return null;
        }
        return task.fieldObject("this$0")
                .callObject("getConnectionMetaData")
                .callObject("getConnector")
                .call("getServer");
    }

    @Override
    public long bytesMoved(ReflectedObject task) throws ReflectiveOperationException {
        ReflectedObject channel = task.hasField("this$0") ? task.fieldObject("this$0") : task;
        if (!channel.has("getConnectionMetaData")) {
            return 0;
        }
        ReflectedObject connection = channel.callObject("getConnectionMetaData").callObject("getConnection");
        return ((Number) connection.call("getBytesIn")).longValue()
                + ((Number) connection.call("getBytesOut")).longValue();
    }

    /** The connection of a WebSocket leads to no server: a client's has the same class. */
    @Override
    public Object executorOf(ReflectedObject task) throws ReflectiveOperationException {
        return task.call("getExecutor");
    }

    @Override
    public boolean isStopped(ReflectedObject pool, List<Object> owners) throws ReflectiveOperationException {
        return pool.has("isRunning") && !pool.isTrue("isRunning");
    }

    @Override
    public PoolStats read(ReflectedObject pool, List<Object> owners) throws ReflectiveOperationException {
        int max = maxThreads(pool);
        int leased = leased(pool, owners);
        int alive = pool.count("getThreads");
        int queued = queued(pool);
        PoolStats stats = max == ExecutorAdapter.UNBOUNDED
                ? PoolStats.unbounded(alive, queued)
                : PoolStats.bounded(Math.max(1, max - leased), WHY_CAPACITY, alive, queued);
        stats = stats.withThreadsThatDoNotServe(
                        pool.is(VIRTUAL_POOL) ? permitsOfConnectors(pool, owners) : leased, idleReserved(pool))
                .withAcceptingThreads(JettyConnectors.acceptors(pool, owners));
        return pool.is(VIRTUAL_POOL) || virtualExecutorOf(pool).get() != null ? stats.onVirtualThreads() : stats;
    }

    @Override
    @SuppressWarnings("unchecked") // QueuedThreadPool: private final Set<Thread> _threads
    public Collection<Thread> threads(ReflectedObject pool) throws ReflectiveOperationException {
        if (pool.is(EXECUTOR_POOL)) {
            return ExecutorAdapter.threadsOf(pool.fieldObject("_executor"));
        }
        return pool.hasField("_threads")
                ? new ArrayList<>((Collection<Thread>) pool.field("_threads"))
                : new ArrayList<>();
    }

    @Override
    public boolean isListening(ReflectedObject pool, List<Object> owners) throws ReflectiveOperationException {
        return JettyConnectors.areListening(pool, owners);
    }

    private static int queued(ReflectedObject pool) throws ReflectiveOperationException {
        if (pool.has("getQueueSize")) {
            return pool.count("getQueueSize");
        }
        if (pool.is(VIRTUAL_POOL) && pool.hasField("_semaphore")) {
            // Each task has a virtual thread at once, which waits for a permit.
            Object permits = pool.field("_semaphore");
            return permits == null ? 0 : ((Semaphore) permits).getQueueLength();
        }
        return pool.is(EXECUTOR_POOL) ? ExecutorAdapter.queued(pool.fieldObject("_executor")) : 0;
    }

    /** The method is not in every version, and is to be removed in a later one. */
    private static int idleReserved(ReflectedObject pool) throws ReflectiveOperationException {
        return pool.has("getAvailableReservedThreads") ? pool.count("getAvailableReservedThreads") : 0;
    }

    private static int maxThreads(ReflectedObject pool) throws ReflectiveOperationException {
        ReflectedObject virtualExecutor = virtualExecutorOf(pool);
        if (virtualExecutor.get() != null) {
            return maxThreads(virtualExecutor);
        }
        if (pool.is(EXECUTOR_POOL)) {
            return ExecutorAdapter.maxThreads(pool.fieldObject("_executor"));
        }
        // For a VirtualThreadPool these are permits, where 0 or less means no bound.
        int max = pool.has("getMaxThreads") ? pool.count("getMaxThreads") : 0;
        return max == 0 ? ExecutorAdapter.UNBOUNDED : max;
    }

    /** Returns the executor of virtual threads to which a pool of platform threads gives its requests, around null if none. */
    private static ReflectedObject virtualExecutorOf(ReflectedObject pool) throws ReflectiveOperationException {
        return !pool.is(VIRTUAL_POOL) && pool.has("getVirtualThreadsExecutor")
                ? pool.callObject("getVirtualThreadsExecutor")
                : pool.with(null);
    }

    /** Returns the number of threads that acceptors and selectors keep for ever. */
    private static int leased(ReflectedObject pool, List<Object> owners) throws ReflectiveOperationException {
        if (pool.has("getLeasedThreads")) {
            return pool.count("getLeasedThreads");
        }
        if (pool.is(VIRTUAL_POOL)) {
            // Its owner is not always known, and a capacity that depends on that would be worse than one that is two
            // too high.
            return 0;
        }
        ReflectedObject budget =
                pool.has("getThreadPoolBudget") ? pool.callObject("getThreadPoolBudget") : pool.with(null);
        int leased = 0;
        if (budget.get() != null) {
            for (Object each : (Collection<?>) budget.field("leases")) {
                ReflectedObject lease = pool.with(each);
                // Reserved threads are leased as well, but in order to serve.
                boolean reserved = lease.fieldObject("leasee").is(RESERVED);
                leased += reserved ? 0 : (Integer) lease.field("threads");
            }
            return leased;
        }
        // Jetty 9.4.0 keeps no budget: the number is known once the server is.
        return permitsOfConnectors(pool, owners);
    }

    /** Returns the number of threads or permits that the acceptors and selectors of the known servers keep for ever. */
    private static int permitsOfConnectors(ReflectedObject pool, List<Object> owners)
            throws ReflectiveOperationException {
        int leased = 0;
        for (Object owner : owners) {
            ReflectedObject server = pool.with(owner);
            leased += server.is(SERVER) ? leasedBy(server, pool) : 0;
        }
        return leased;
    }

    /** Returns the number of threads that the connectors of one server keep of a pool. */
    private static int leasedBy(ReflectedObject server, ReflectedObject pool) throws ReflectiveOperationException {
        int leased = 0;
        for (Object each : (Object[]) server.call("getConnectors")) {
            ReflectedObject connector = pool.with(each);
            if (connector.call("getExecutor") == pool.get() && connector.has("getSelectorManager")) {
                leased += connector.count("getAcceptors");
                leased += connector.callObject("getSelectorManager").count("getSelectorCount");
            }
        }
        return leased;
    }
}
