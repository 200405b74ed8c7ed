package com.approck.healthcheck.agent.server;

import com.approck.healthcheck.agent.pool.Discovery;
import com.approck.healthcheck.agent.pool.HookKind;
import com.approck.healthcheck.agent.pool.MethodHook;
import com.approck.healthcheck.agent.pool.OwnedPool;
import com.approck.healthcheck.agent.pool.PoolAdapter;
import com.approck.healthcheck.agent.pool.PoolStats;
import com.approck.healthcheck.agent.pool.ProgressSource;
import com.approck.healthcheck.agent.pool.ServerSupport;
import com.approck.healthcheck.agent.reflect.ReflectedObject;
import java.net.InetSocketAddress;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Grizzly's worker pool, on which its HTTP server runs handlers. The server's socket owns it: the pools of clients have none,
 * and the selectors are in a pool of their own. Read from Grizzly 2.4.4, 4.0.2 and 5.0.2.
 *
 * <p>A transport without a worker pool serves on its selectors, and is not watched. No reference leads from the workers to
 * the sockets, but the selector threads wait in selectors in which these are registered.
 */
final class Grizzly implements ServerSupport, ExecutorAdapter {
    private static final String SERVER = "org.glassfish.grizzly.nio.transport.TCPNIOServerConnection";
    private static final String POOL = "org.glassfish.grizzly.threadpool.AbstractThreadPool";

    @Override
    public String name() {
        return "Grizzly";
    }

    @Override
    public List<MethodHook> hooks() {
        return Arrays.asList(
                new MethodHook(HookKind.POOL_STARTED, SERVER, "listen"),
                new MethodHook(HookKind.POOL_STOPPED, SERVER, "preClose"));
    }

    @Override
    public Discovery discovery() {
        return Discovery.ofOwners(SERVER).reachedThrough("java.nio.channels.Selector");
    }

    @Override
    public Collection<Object> ownersReachableFrom(ReflectedObject selector) {
        List<Object> servers = new ArrayList<>();
        for (Object attached : ServerSockets.attachedTo((Selector) selector.get())) {
            if (selector.with(attached).is(SERVER)) {
                servers.add(attached);
            }
        }
        return servers;
    }

    @Override
    public List<String> idleFrames() {
        return Arrays.asList(
                "org.glassfish.grizzly.threadpool.FixedThreadPool$BasicWorker.getTask",
                "org.glassfish.grizzly.threadpool.SyncThreadPool$SyncThreadWorker.getTask");
    }

    @Override
    public List<String> idleSelectorCallers() {
        return Collections.singletonList("org.glassfish.grizzly.nio.");
    }

    @Override
    public Map<String, String> executorWrappers() {
        return Collections.singletonMap("org.glassfish.grizzly.threadpool.GrizzlyExecutorService", "pool");
    }

    @Override
    public List<PoolAdapter> adapters() {
        return Collections.singletonList(this);
    }

    @Override
    public OwnedPool poolOf(ReflectedObject owner) throws ReflectiveOperationException {
        if (!isRunning(owner)) {
            return OwnedPool.none("its socket is closed");
        }
        ReflectedObject executor = owner.callObject("getTransport").callObject("getWorkerThreadPool");
        return executor.get() == null
                ? OwnedPool.none("its transport has no worker pool and serves on its selectors")
                : OwnedPool.of(ExecutorAdapter.unwrap(executor));
    }

    @Override
    public String nameOf(ReflectedObject owner) throws ReflectiveOperationException {
        return "grizzly-" + ((InetSocketAddress) owner.call("getLocalAddress")).getPort();
    }

    @Override
    public boolean isRunning(ReflectedObject owner) throws ReflectiveOperationException {
        return owner.isTrue("isOpen");
    }

    @Override
    public PoolStats read(ReflectedObject pool, List<Object> owners) throws ReflectiveOperationException {
        if (!pool.is(POOL)) {
            return ExecutorAdapter.readExecutor(pool).withAcceptingThreads(acceptingThreads(pool, owners));
        }
        int capacity = Math.max(1, pool.callObject("getConfig").count("getMaxPoolSize"));
        return PoolStats.bounded(capacity, pool.count("getSize"), ExecutorAdapter.queued(pool))
                .withAcceptingThreads(acceptingThreads(pool, owners));
    }

    /** The selector of a server's socket may go from one thread to another, so it is asked for at each sample. */
    private static Collection<Set<Thread>> acceptingThreads(ReflectedObject pool, List<Object> owners)
            throws ReflectiveOperationException {
        List<Set<Thread>> threads = new ArrayList<>(owners.size());
        for (Object owner : owners) {
            ReflectedObject runner = pool.with(owner).callObject("getSelectorRunner");
            Thread thread = runner.get() == null ? null : (Thread) runner.call("getRunnerThread");
            if (thread != null) {
                threads.add(Collections.singleton(thread));
            }
        }
        return threads;
    }

    @Override
    public ProgressSource progressSource(ReflectedObject pool) {
        return pool.is(POOL) ? ProgressSource.STACK : ExecutorAdapter.super.progressSource(pool);
    }

    @Override
    public Collection<Thread> threads(ReflectedObject pool) throws ReflectiveOperationException {
        if (!pool.is(POOL)) {
            return ExecutorAdapter.threadsOf(pool);
        }
        Collection<Thread> threads = new ArrayList<>();
        for (Object worker : ((Map<?, ?>) pool.field("workers")).keySet().toArray()) {
            Thread thread = (Thread) pool.with(worker).field("t");
            if (thread != null) {
                threads.add(thread);
            }
        }
        return threads;
    }
}
