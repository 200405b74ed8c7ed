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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;

/**
 * The JDK's own {@code com.sun.net.httpserver.HttpServer}. Without an executor it serves on its one dispatcher thread, and
 * stands for that pool of one itself, as it does with an executor that has no bound. Read from JDK 17 and 25.
 */
final class JdkHttpServer implements ServerSupport, ExecutorAdapter {
    private static final String SERVER = "sun.net.httpserver.ServerImpl";

    @Override
    public String name() {
        return "JDK HttpServer";
    }

    @Override
    public List<MethodHook> hooks() {
        return Arrays.asList(
                new MethodHook(HookKind.POOL_STARTED, SERVER, "start"),
                new MethodHook(HookKind.POOL_STOPPED, SERVER, "stop", "int"),
                new MethodHook(HookKind.TASK, SERVER + "$Exchange", "run"));
    }

    @Override
    public Discovery discovery() {
        return Discovery.ofOwners(SERVER);
    }

    @Override
    public List<String> idleSelectorCallers() {
        return Collections.singletonList(SERVER + "$Dispatcher.");
    }

    @Override
    public List<PoolAdapter> adapters() {
        return Collections.singletonList(this);
    }

    @Override
    public OwnedPool poolOf(ReflectedObject owner) throws ReflectiveOperationException {
        if (!isRunning(owner)) {
            return OwnedPool.none("it is not running");
        }
        ReflectedObject executor = owner.with(ExecutorAdapter.unwrap(owner.fieldObject("executor")));
        return OwnedPool.of(ExecutorAdapter.maxThreads(executor) == UNBOUNDED ? owner.get() : executor.get());
    }

    @Override
    public Collection<?> handlersOf(ReflectedObject owner) throws ReflectiveOperationException {
        ReflectedObject contexts = owner.fieldObject("contexts");
        List<Object> handlers = new ArrayList<>();
        synchronized (contexts.get()) {
            for (Object context : (Collection<?>) contexts.field("list")) {
                Object handler = owner.with(context).call("getHandler");
                if (handler != null) {
                    handlers.add(handler);
                }
            }
        }
        return handlers;
    }

    @Override
    public String nameOf(ReflectedObject owner) throws ReflectiveOperationException {
        return "httpserver-" + ((InetSocketAddress) owner.call("getAddress")).getPort();
    }

    @Override
    public Object ownerOf(ReflectedObject task) throws ReflectiveOperationException {
        return task.field("this$0");
    }

    @Override
    public boolean isRunning(ReflectedObject owner) throws ReflectiveOperationException {
        return (Boolean) owner.field("started") && !(Boolean) owner.field("terminating");
    }

    @Override
    public PoolStats read(ReflectedObject pool, List<Object> owners) throws ReflectiveOperationException {
        if (!pool.is(SERVER)) {
            return ExecutorAdapter.readExecutor(pool);
        }
        if (servesOnDispatcher(pool)) {
            return PoolStats.bounded(1, 1, 0);
        }
        PoolStats stats = PoolStats.unbounded(0, 0);
        ReflectedObject executor = pool.with(ExecutorAdapter.unwrap(pool.fieldObject("executor")));
        return ExecutorAdapter.isVirtual(executor) ? stats.onVirtualThreads() : stats;
    }

    @Override
    public ProgressSource progressSource(ReflectedObject pool) {
        return ProgressSource.HOOK;
    }

    @Override
    public Collection<Thread> threads(ReflectedObject pool) throws ReflectiveOperationException {
        return pool.is(SERVER) ? ioThreads(pool) : ExecutorAdapter.threadsOf(pool);
    }

    @Override
    public Collection<Thread> ioThreads(ReflectedObject owner) throws ReflectiveOperationException {
        return owner.hasField("dispatcherThread")
                ? Collections.singleton((Thread) owner.field("dispatcherThread"))
                : Collections.<Thread>emptySet();
    }

    private static boolean servesOnDispatcher(ReflectedObject server) throws ReflectiveOperationException {
        return server.fieldObject("executor").is(SERVER + "$DefaultExecutor");
    }
}
