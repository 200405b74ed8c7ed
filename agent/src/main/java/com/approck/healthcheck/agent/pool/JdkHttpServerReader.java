package com.approck.healthcheck.agent.pool;

import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.Collections;

/**
 * The JDK's own {@code com.sun.net.httpserver.HttpServer}: without an executor it serves on its one dispatcher thread, and
 * stands for that pool of one itself. Read from JDK 17 and 25.
 */
final class JdkHttpServerReader implements PoolReader {
    private static final String SERVER = "sun.net.httpserver.ServerImpl";

    @Override
    public Object poolOf(Reflected owner) throws ReflectiveOperationException {
        if (!(Boolean) owner.field("started") || (Boolean) owner.field("terminating") || isExporter(owner)) {
            return null;
        }
        Object executor = AnyExecutor.unwrap(owner.field("executor"));
        return AnyExecutor.most(new Reflected(executor)) == AnyExecutor.NO_BOUND ? owner.get() : executor;
    }

    @Override
    public String nameOf(Reflected owner) throws ReflectiveOperationException {
        return "httpserver-" + ((InetSocketAddress) owner.call("getAddress")).getPort();
    }

    @Override
    public Object ownerOf(Reflected task) throws ReflectiveOperationException {
        return task.field("this$0");
    }

    @Override
    public boolean isStopped(Reflected pool) throws ReflectiveOperationException {
        return pool.is(SERVER) && (Boolean) pool.field("terminating");
    }

    @Override
    public boolean isBoundless(Reflected pool) throws ReflectiveOperationException {
        return pool.is(SERVER) && !servesOnDispatcher(pool);
    }

    @Override
    public int capacity(Reflected pool) throws ReflectiveOperationException {
        if (pool.is(SERVER)) {
            return servesOnDispatcher(pool) ? 1 : AnyExecutor.ABLE_WITHOUT_BOUND;
        }
        return AnyExecutor.most(pool);
    }

    @Override
    public int alive(Reflected pool) throws ReflectiveOperationException {
        if (pool.is(SERVER)) {
            return servesOnDispatcher(pool) ? 1 : 0;
        }
        return AnyExecutor.alive(pool);
    }

    @Override
    public int queued(Reflected pool) throws ReflectiveOperationException {
        return AnyExecutor.queued(pool);
    }

    @Override
    public Collection<Thread> threads(Reflected pool) throws ReflectiveOperationException {
        return pool.is(SERVER) ? feeders(pool) : AnyExecutor.threads(pool);
    }

    @Override
    public Collection<Thread> feeders(Reflected owner) throws ReflectiveOperationException {
        return owner.hasField("dispatcherThread")
                ? Collections.singleton((Thread) owner.field("dispatcherThread"))
                : Collections.<Thread>emptySet();
    }

    /**
     * Whether it serves nothing but metrics to Prometheus, as the server inside the JMX exporter's agent does: its workers
     * would stand for those of an application that has lost its own.
     */
    private static boolean isExporter(Reflected server) throws ReflectiveOperationException {
        Object contexts = server.field("contexts");
        Object[] all;
        synchronized (contexts) {
            all = ((Collection<?>) new Reflected(contexts).field("list")).toArray();
        }
        for (Object each : all) {
            Object handler = new Reflected(each).call("getHandler");
            if (handler == null || !handler.getClass().getName().startsWith("io.prometheus.")) {
                return false;
            }
        }
        return all.length > 0;
    }

    private static boolean servesOnDispatcher(Reflected server) throws ReflectiveOperationException {
        return new Reflected(server.field("executor")).is("sun.net.httpserver.ServerImpl$DefaultExecutor");
    }
}
