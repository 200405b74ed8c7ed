package com.approck.healthcheck.agent.pool;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;

/**
 * Jetty's pools: the owner is the {@code Server}, as a pool alone may be an HTTP client's; one that is found in a running
 * JVM, by its threads, is its own owner. Read from Jetty 9.4.0, 9.4.58, 10.0.0, 11.0.26, 12.0.39 and 12.1.14.
 *
 * <p>Capacity is the maximum less the leased threads: acceptors and selectors take their threads from the same pool and
 * never give them back, so that of 8 threads only 6 ever serve (QueuedThreadPool.getLeasedThreads, Jetty 12.0.39). Where
 * requests run on virtual threads, it is the number of permits, if there is one.
 */
final class JettyReader implements PoolReader {
    private static final String RESERVED = "org.eclipse.jetty.util.thread.ReservedThreadExecutor";
    private static final String SERVER = "org.eclipse.jetty.server.Server";
    private static final String VIRTUAL = "org.eclipse.jetty.util.thread.VirtualThreadPool";

    @Override
    public Object poolOf(Reflected owner) throws ReflectiveOperationException {
        if (!(Boolean) owner.call("isRunning")) {
            return null;
        }
        if (owner.is(SERVER)) {
            return owner.call("getThreadPool");
        }
        boolean leasesAreKnown =
                !owner.is(VIRTUAL) && !(owner.has("getThreadPoolBudget") && owner.call("getThreadPoolBudget") == null);
        if (leasesAreKnown) {
            return startedServers(owner).isEmpty() ? null : owner.get();
        }
        // How the clients of Jetty name the pools that they make: HttpClient@1f2e3d, WebSocketClient@1f2e3d.
        return nameOf(owner).contains("Client@") ? null : owner.get();
    }

    /**
     * The servers that have started and to whose connectors and selectors the pool has leased threads. A client's pool has
     * none, nor has that of a server which is still starting. None is known before Jetty 9.4.8, where a server is found in
     * the list of those that have started.
     */
    private static List<Object> startedServers(Reflected pool) throws ReflectiveOperationException {
        Object budget = pool.has("getThreadPoolBudget") ? pool.call("getThreadPoolBudget") : null;
        List<Object> started = new ArrayList<>();
        if (budget != null) {
            for (Object lease : ((Collection<?>) new Reflected(budget).field("leases")).toArray()) {
                Reflected leasee = new Reflected(new Reflected(lease).field("leasee"));
                Reflected connector = leasee.hasField("this$0") && !leasee.has("getServer")
                        ? new Reflected(leasee.field("this$0"))
                        : leasee;
                Object server = connector.has("getServer") ? connector.call("getServer") : null;
                if (server != null && (Boolean) new Reflected(server).call("isStarted") && !started.contains(server)) {
                    started.add(server);
                }
            }
        }
        return started;
    }

    @Override
    public String nameOf(Reflected owner) throws ReflectiveOperationException {
        Reflected pool = owner.is(SERVER) ? new Reflected(owner.call("getThreadPool")) : owner;
        Object name = pool.has("getName") ? pool.call("getName") : null;
        return name == null ? ThreadNames.common(threads(pool), "jetty") : (String) name;
    }

    @Override
    public Object ownerOf(Reflected task) throws ReflectiveOperationException {
        if (task.has("getServer")) {
            return task.call("getServer");
        }
        if (task.has("onFillable")) {
            return null;
        }
        Reflected channel = new Reflected(task.field("this$0"));
        Reflected connection = new Reflected(channel.call("getConnectionMetaData"));
        return new Reflected(connection.call("getConnector")).call("getServer");
    }

    /** The connection of a WebSocket, from which nothing leads to a server: a client's has the same class. */
    @Override
    public Object executorOfTask(Reflected task) throws ReflectiveOperationException {
        return task.call("getExecutor");
    }

    /**
     * A pool leads to servers by the threads that it has leased. Until Jetty 12.0 every server is listed as well, from the beginning of its start, among those which a command may stop. The
     * list is in a class that is loaded when it is first asked for; and it may change while it is read, which then throws.
     */
    @Override
    public Collection<Object> ownersBehind(Reflected found) throws ReflectiveOperationException {
        if (!(found.get() instanceof Class)) {
            return startedServers(found);
        }
        Class<?> holder = (Class<?>) found.get();
        Field instance = holder.getDeclaredField("instance");
        Reflected.open(instance, holder);
        List<Object> started = new ArrayList<>();
        for (Object each : ((Collection<?>) new Reflected(instance.get(null)).field("_lifeCycles")).toArray()) {
            Reflected listed = new Reflected(each);
            if (listed.is(SERVER) && (Boolean) listed.call("isStarted")) {
                started.add(each);
            }
        }
        return started;
    }

    @Override
    public boolean isStopped(Reflected pool) throws ReflectiveOperationException {
        return pool.has("isRunning") && !(Boolean) pool.call("isRunning");
    }

    @Override
    public boolean isBoundless(Reflected pool) throws ReflectiveOperationException {
        return most(pool) == AnyExecutor.NO_BOUND;
    }

    @Override
    public boolean isVirtual(Reflected pool) throws ReflectiveOperationException {
        return pool.is(VIRTUAL) || helperOf(pool) != null;
    }

    @Override
    public int capacity(Reflected pool) throws ReflectiveOperationException {
        return capacity(pool, Collections.emptyList());
    }

    @Override
    public int capacity(Reflected pool, List<Object> owners) throws ReflectiveOperationException {
        int most = most(pool);
        return most == AnyExecutor.NO_BOUND ? AnyExecutor.ABLE_WITHOUT_BOUND : Math.max(1, most - leased(pool, owners));
    }

    @Override
    public int alive(Reflected pool) throws ReflectiveOperationException {
        return pool.count("getThreads");
    }

    @Override
    public int reserved(Reflected pool) throws ReflectiveOperationException {
        return leased(pool, Collections.emptyList());
    }

    @Override
    public int heldBack(Reflected pool) throws ReflectiveOperationException {
        // Not in every version, and to be removed in a later one.
        return pool.has("getAvailableReservedThreads") ? pool.count("getAvailableReservedThreads") : 0;
    }

    /**
     * An OutOfMemoryError can end the jobs in which Jetty accepts and selects, and nothing starts them again. Read from the
     * selectors of Java 17 and 25; those of Java 8 do not tell.
     */
    @Override
    public boolean isListening(List<Object> owners) throws ReflectiveOperationException {
        for (Object owner : owners) {
            Reflected server = new Reflected(owner);
            if (server.is(SERVER) && (Boolean) server.call("isRunning")) {
                for (Object each : (Object[]) server.call("getConnectors")) {
                    Reflected connector = new Reflected(each);
                    if ((Boolean) connector.call("isRunning") && !isListening(connector)) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    private static boolean isListening(Reflected connector) throws ReflectiveOperationException {
        if (connector.hasField("_acceptors")
                && Arrays.asList((Object[]) connector.field("_acceptors")).contains(null)) {
            return false;
        }
        if (connector.has("getSelectorManager")) {
            Reflected manager = new Reflected(connector.call("getSelectorManager"));
            for (Object each : (Object[]) manager.field("_selectors")) {
                Object selector = new Reflected(each).field("_selector");
                Reflected reflected = new Reflected(selector);
                if (selector == null || (reflected.hasField("inSelect") && !(Boolean) reflected.field("inSelect"))) {
                    return false;
                }
            }
        }
        return true;
    }

    @Override
    public int queued(Reflected pool) throws ReflectiveOperationException {
        if (pool.has("getQueueSize")) {
            return pool.count("getQueueSize");
        }
        Object executor = executorOf(pool);
        return executor == null ? 0 : AnyExecutor.queued(new Reflected(executor));
    }

    @Override
    @SuppressWarnings("unchecked") // QueuedThreadPool: private final Set<Thread> _threads
    public Collection<Thread> threads(Reflected pool) throws ReflectiveOperationException {
        Object executor = executorOf(pool);
        if (executor != null) {
            return AnyExecutor.threads(new Reflected(executor));
        }
        return pool.hasField("_threads")
                ? new ArrayList<>((Collection<Thread>) pool.field("_threads"))
                : new ArrayList<>();
    }

    private static int most(Reflected pool) throws ReflectiveOperationException {
        Object helper = helperOf(pool);
        if (helper != null) {
            return most(new Reflected(helper));
        }
        Object executor = executorOf(pool);
        if (executor != null) {
            return AnyExecutor.most(new Reflected(executor));
        }
        // Of a VirtualThreadPool, the permits; 0 or less is no bound.
        int most = pool.has("getMaxThreads") ? pool.count("getMaxThreads") : 0;
        return most == 0 ? AnyExecutor.NO_BOUND : most;
    }

    /** What a pool of platform threads gives its requests to, if they run on virtual ones; null if they don't. */
    private static Object helperOf(Reflected pool) throws ReflectiveOperationException {
        return !pool.is(VIRTUAL) && pool.has("getVirtualThreadsExecutor")
                ? pool.call("getVirtualThreadsExecutor")
                : null;
    }

    /** The executor inside an {@code ExecutorThreadPool}; null for pools that are executors themselves. */
    private static Object executorOf(Reflected pool) throws ReflectiveOperationException {
        return pool.is("org.eclipse.jetty.util.thread.ExecutorThreadPool") ? pool.field("_executor") : null;
    }

    /** What acceptors and selectors keep of a pool for ever. */
    private static int leased(Reflected pool, List<Object> owners) throws ReflectiveOperationException {
        if (pool.has("getLeasedThreads")) {
            return pool.count("getLeasedThreads");
        }
        if (pool.is(VIRTUAL)) {
            // Its acceptors and selectors hold permits too; but who owns it is not always known, and a number that
            // depends
            // on that would be worse than one that is two too high.
            return 0;
        }
        int leased = 0;
        Object budget = pool.has("getThreadPoolBudget") ? pool.call("getThreadPoolBudget") : null;
        if (budget != null) {
            for (Object each : (Collection<?>) new Reflected(budget).field("leases")) {
                Reflected lease = new Reflected(each);
                // Reserved threads are leased as well, but in order to serve.
                boolean reserved = new Reflected(lease.field("leasee")).is(RESERVED);
                leased += reserved ? 0 : (Integer) lease.field("threads");
            }
            return leased;
        }
        // Jetty 9.4.0 keeps no budget: there it is known once the server is.
        for (Object owner : owners) {
            Reflected server = new Reflected(owner);
            leased += server.is(SERVER) ? leasedBy(server, pool) : 0;
        }
        return leased;
    }

    /** What the connectors of one server keep of a pool. */
    private static int leasedBy(Reflected server, Reflected pool) throws ReflectiveOperationException {
        int leased = 0;
        for (Object each : (Object[]) server.call("getConnectors")) {
            Reflected connector = new Reflected(each);
            if (connector.call("getExecutor") == pool.get() && connector.has("getSelectorManager")) {
                leased += connector.count("getAcceptors");
                leased += new Reflected(connector.call("getSelectorManager")).count("getSelectorCount");
            }
        }
        return leased;
    }
}
