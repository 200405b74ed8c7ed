package com.approck.healthcheck.agent.server;

import com.approck.healthcheck.agent.pool.Discovery;
import com.approck.healthcheck.agent.pool.OwnedPool;
import com.approck.healthcheck.agent.pool.PoolAdapter;
import com.approck.healthcheck.agent.pool.PoolStats;
import com.approck.healthcheck.agent.pool.ProgressSource;
import com.approck.healthcheck.agent.pool.ServerSupport;
import com.approck.healthcheck.agent.reflect.ReflectedObject;
import java.util.Collection;
import java.util.Collections;
import java.util.List;

/**
 * Ktor on Netty, which runs its calls on a group of event loops of its own, beside those of Netty's child group: threads
 * {@code eventLoopGroupProxy-*}. The server's channel owns that group, by the initializer of its connections. With {@code
 * shareWorkGroup} calls run on the child group, which {@link Netty} knows. Read from Ktor 2.0.0 and 3.5.2.
 *
 * <p>Nothing is hooked: the hooks of {@link Netty} report the channel.
 */
final class KtorNetty implements ServerSupport, PoolAdapter {
    private static final String INITIALIZER = "io.ktor.server.netty.NettyChannelInitializer";

    @Override
    public String name() {
        return "Ktor";
    }

    @Override
    public Discovery discovery() {
        return Netty.PLAIN.discovery();
    }

    @Override
    public Collection<Object> ownersReachableFrom(ReflectedObject loop) throws ReflectiveOperationException {
        return Netty.PLAIN.ownersReachableFrom(loop);
    }

    @Override
    public List<PoolAdapter> adapters() {
        return Collections.singletonList(this);
    }

    @Override
    public OwnedPool poolOf(ReflectedObject owner) throws ReflectiveOperationException {
        ReflectedObject acceptor = owner.with(isRunning(owner) ? Netty.acceptor(owner) : null);
        if (acceptor.get() == null) {
            return OwnedPool.none("its channel is closed, or has no handler with a child group, yet");
        }
        ReflectedObject initializer =
                acceptor.hasField("childHandler") ? acceptor.fieldObject("childHandler") : owner.with(null);
        if (!initializer.is(INITIALIZER)) {
            return OwnedPool.none("no " + INITIALIZER + " handles its connections");
        }
        Object calls = initializer.field("callEventGroup");
        return calls == acceptor.field("childGroup")
                ? OwnedPool.none("its calls run on the child group")
                : OwnedPool.of(calls);
    }

    @Override
    public String nameOf(ReflectedObject owner) throws ReflectiveOperationException {
        return Netty.nameWithPort("ktor", owner);
    }

    @Override
    public boolean isRunning(ReflectedObject owner) throws ReflectiveOperationException {
        return owner.isTrue("isOpen");
    }

    @Override
    public PoolStats read(ReflectedObject pool, List<Object> owners) throws ReflectiveOperationException {
        return Netty.readLoops(pool);
    }

    @Override
    public ProgressSource progressSource(ReflectedObject pool) {
        return ProgressSource.STACK;
    }

    @Override
    public Collection<Thread> threads(ReflectedObject pool) throws ReflectiveOperationException {
        return Netty.threadsOf(pool);
    }
}
