package com.approck.healthcheck.agent.server;

import com.approck.healthcheck.agent.pool.Discovery;
import com.approck.healthcheck.agent.pool.HookKind;
import com.approck.healthcheck.agent.pool.MethodHook;
import com.approck.healthcheck.agent.pool.OwnedPool;
import com.approck.healthcheck.agent.pool.PoolAdapter;
import com.approck.healthcheck.agent.pool.PoolStats;
import com.approck.healthcheck.agent.pool.ServerSupport;
import com.approck.healthcheck.agent.reflect.ReflectedObject;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;

/**
 * Helidon 4, which serves each connection on a virtual thread of its own and has no bound: a listener stands for its pool.
 * Read from Helidon 4.0.0 and 4.5.0. Helidon 3 is a server on Netty.
 *
 * <p>A listener ends with the one thread that accepts its connections, whether it was stopped or that thread died.
 */
final class Helidon implements ServerSupport, PoolAdapter {
    private static final String LISTENER = "io.helidon.webserver.ServerListener";

    @Override
    public String name() {
        return "Helidon";
    }

    @Override
    public List<MethodHook> hooks() {
        return Arrays.asList(
                new MethodHook(HookKind.POOL_STARTED, LISTENER, "start"),
                new MethodHook(HookKind.POOL_STOPPED, LISTENER, "stop"));
    }

    @Override
    public Discovery discovery() {
        return Discovery.ofOwners(LISTENER);
    }

    @Override
    public List<PoolAdapter> adapters() {
        return Collections.singletonList(this);
    }

    @Override
    public OwnedPool poolOf(ReflectedObject owner) throws ReflectiveOperationException {
        return accepts(owner) ? OwnedPool.of(owner.get()) : OwnedPool.none("it does not accept connections");
    }

    @Override
    public String nameOf(ReflectedObject owner) throws ReflectiveOperationException {
        return "helidon-" + owner.count("port");
    }

    @Override
    public boolean isStopped(ReflectedObject pool, List<Object> owners) throws ReflectiveOperationException {
        return !accepts(pool);
    }

    @Override
    public PoolStats read(ReflectedObject pool, List<Object> owners) {
        return PoolStats.unbounded(0, 0).onVirtualThreads();
    }

    @Override
    public Collection<Thread> threads(ReflectedObject pool) {
        return Collections.emptyList();
    }

    private static boolean accepts(ReflectedObject listener) throws ReflectiveOperationException {
        Thread acceptor = (Thread) listener.field("serverThread");
        return (Boolean) listener.field("running") && acceptor != null && acceptor.isAlive();
    }
}
