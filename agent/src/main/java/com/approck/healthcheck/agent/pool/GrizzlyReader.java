package com.approck.healthcheck.agent.pool;

import java.net.InetSocketAddress;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Grizzly's worker pool, on which its HTTP server runs handlers. The server's socket owns it: the pools of clients have
 * none, and the selectors are in a pool of their own. Read from
 * Grizzly 2.4.4, 4.0.2 and 5.0.2.
 *
 * <p>A transport without a worker pool serves on its selectors, and is left alone. A worker that waits for a task does so
 * in {@code Worker.getTask}, as its stack tells.
 */
final class GrizzlyReader implements PoolReader {
    private static final String SERVER = "org.glassfish.grizzly.nio.transport.TCPNIOServerConnection";
    private static final String POOL = "org.glassfish.grizzly.threadpool.AbstractThreadPool";

    @Override
    public Object poolOf(Reflected owner) throws ReflectiveOperationException {
        Object executor = ServerSockets.isOpen(owner)
                ? new Reflected(owner.call("getTransport")).call("getWorkerThreadPool")
                : null;
        return executor == null ? null : AnyExecutor.unwrap(executor);
    }

    @Override
    public String nameOf(Reflected owner) throws ReflectiveOperationException {
        return "grizzly-" + ((InetSocketAddress) owner.call("getLocalAddress")).getPort();
    }

    @Override
    public Object ownerOf(Reflected task) {
        return null;
    }

    @Override
    public Collection<Object> ownersBehind(Reflected found) {
        List<Object> servers = new ArrayList<>();
        for (Object attached : ServerSockets.attachedTo((Selector) found.get())) {
            if (new Reflected(attached).is(SERVER)) {
                servers.add(attached);
            }
        }
        return servers;
    }

    @Override
    public boolean isStopped(Reflected pool, List<Object> owners) throws ReflectiveOperationException {
        return !ServerSockets.isAnyOpen(owners);
    }

    @Override
    public boolean isBoundless(Reflected pool) throws ReflectiveOperationException {
        return !pool.is(POOL) && PoolReader.super.isBoundless(pool);
    }

    @Override
    public int capacity(Reflected pool) throws ReflectiveOperationException {
        return pool.is(POOL)
                ? Math.max(1, new Reflected(pool.call("getConfig")).count("getMaxPoolSize"))
                : AnyExecutor.capacity(pool);
    }

    @Override
    public int alive(Reflected pool) throws ReflectiveOperationException {
        return pool.is(POOL) ? pool.count("getSize") : AnyExecutor.alive(pool);
    }

    @Override
    public Watch watch(Reflected pool) {
        return pool.is(POOL) ? Watch.STACK : AnyExecutor.watch(pool);
    }

    @Override
    public Map<Thread, Long> progress(Reflected pool) throws ReflectiveOperationException {
        return pool.is(POOL) ? PoolReader.super.progress(pool) : AnyExecutor.progress(pool);
    }

    @Override
    public Collection<Thread> threads(Reflected pool) throws ReflectiveOperationException {
        if (!pool.is(POOL)) {
            return AnyExecutor.threads(pool);
        }
        Collection<Thread> threads = new ArrayList<>();
        for (Object worker : ((Map<?, ?>) pool.field("workers")).keySet().toArray()) {
            Thread thread = (Thread) new Reflected(worker).field("t");
            if (thread != null) {
                threads.add(thread);
            }
        }
        return threads;
    }
}
