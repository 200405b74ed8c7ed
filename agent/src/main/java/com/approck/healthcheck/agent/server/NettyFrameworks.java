package com.approck.healthcheck.agent.server;

import com.approck.healthcheck.agent.pool.Discovery;
import com.approck.healthcheck.agent.pool.OwnedPool;
import com.approck.healthcheck.agent.pool.PoolAdapter;
import com.approck.healthcheck.agent.pool.ServerSupport;
import com.approck.healthcheck.agent.reflect.ReflectedObject;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The executors to which frameworks on Netty give what may block. The server's channel owns such an executor, as it does the
 * event loops, and leads to the framework's own server, which has it. Read from Vert.x 4.0.0, 4.5.14 and 5.2.3, from gRPC
 * 1.20.0 and 1.85.1, from Armeria 1.0.0 and 1.40.0, and from Play 2.9.0, 3.0.0 and 3.0.11.
 *
 * <p>Nothing is hooked: the hooks of {@link Netty} report the channel. Reactor Netty, Micronaut and Helidon 3 serve on the
 * event loops, and need no entry here.
 */
final class NettyFrameworks implements ServerSupport, ExecutorAdapter {
    static final NettyFrameworks VERTX = new NettyFrameworks(
            "Vert.x", Netty.PLAIN, "vertx", "io.vertx.", "io.vertx.core.impl.VertxImpl", "workerPool", "executor");
    static final NettyFrameworks GRPC =
            new NettyFrameworks("gRPC", Netty.PLAIN, "grpc", "io.grpc.", "io.grpc.internal.ServerImpl", "executor");
    static final NettyFrameworks GRPC_SHADED =
            new NettyFrameworks("gRPC", Netty.IN_GRPC, "grpc", "io.grpc.", "io.grpc.internal.ServerImpl", "executor");

    /** What annotated services run on by {@code @Blocking}: the common executor of 200 threads, or the server's own. */
    static final NettyFrameworks ARMERIA = new NettyFrameworks(
            "Armeria",
            Netty.PLAIN,
            "armeria",
            "com.linecorp.armeria.",
            "com.linecorp.armeria.server.HttpServerPipelineConfigurator",
            "config",
            "blockingTaskExecutor");

    static final NettyFrameworks PLAY = play("org.playframework.netty.", "org.apache.pekko.");

    /** Play 2. */
    static final NettyFrameworks PLAY_ON_AKKA = play("com.typesafe.netty.", "akka.");

    /** More objects than lie between any channel and its server. */
    private static final int MAX_OBJECTS = 2_000;

    private final String name;
    private final Netty netty;
    private final String poolName;
    private final String handlers;
    private final String packages;
    private final String serverClass;
    private final List<String> path;

    /**
     * @param poolName what the names of its pools begin with
     * @param packages what the names of the framework's classes begin with: only these are searched
     * @param serverClass the class of the objects that have an executor
     * @param path the fields, or methods where there is no such field, that lead to the executor
     */
    NettyFrameworks(String name, Netty netty, String poolName, String packages, String serverClass, String... path) {
        this(name, netty, poolName, packages, packages, serverClass, Arrays.asList(path));
    }

    /** @param handlers what the name of the class begins with that handles a server's connections */
    private NettyFrameworks(
            String name,
            Netty netty,
            String poolName,
            String handlers,
            String packages,
            String serverClass,
            List<String> path) {
        this.name = name;
        this.netty = netty;
        this.poolName = poolName;
        this.handlers = handlers;
        this.packages = packages;
        this.serverClass = serverClass;
        this.path = path;
    }

    /**
     * Play on Netty runs actions on the default dispatcher of its actor system. The channel's handler publishes connections to a
     * stream, whose actor leads there.
     */
    private static NettyFrameworks play(String handlers, String actors) {
        return new NettyFrameworks(
                "Play",
                Netty.PLAIN,
                "play",
                handlers,
                actors,
                actors + "actor.ActorSystemImpl",
                Arrays.asList("dispatcher", "executorService", "executor"));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Discovery discovery() {
        return netty.discovery();
    }

    @Override
    public Collection<Object> ownersReachableFrom(ReflectedObject loop) throws ReflectiveOperationException {
        return netty.ownersReachableFrom(loop);
    }

    /** Quarkus gives Vert.x an executor in a wrapper of its own; Armeria wraps its executor, once or twice. */
    @Override
    public Map<String, String> executorWrappers() {
        Map<String, String> wrappers = new HashMap<>();
        wrappers.put("io.quarkus.runtime.util.NoopShutdownScheduledExecutorService", "delegate");
        wrappers.put("com.linecorp.armeria.common.util.DefaultBlockingTaskExecutor", "delegate");
        wrappers.put("com.linecorp.armeria.server.UnstoppableScheduledExecutorService", "executor");
        wrappers.put("io.micrometer.core.instrument.internal.TimedScheduledExecutorService", "delegate");
        return wrappers;
    }

    @Override
    public List<PoolAdapter> adapters() {
        return Collections.singletonList(this);
    }

    @Override
    public OwnedPool poolOf(ReflectedObject owner) throws ReflectiveOperationException {
        if (!isRunning(owner)) {
            return OwnedPool.none("its channel is closed");
        }
        ReflectedObject found = owner.with(serverBehind(Netty.connectionHandlers(owner), owner));
        if (found.get() == null) {
            return OwnedPool.none("no " + serverClass + " handles its connections");
        }
        for (String step : path) {
            found = found.hasField(step) ? found.fieldObject(step) : found.callObject(step);
            if (found.get() == null) {
                return OwnedPool.none("its server has no " + step + ", yet");
            }
        }
        Object executor = ExecutorAdapter.unwrap(found);
        // So Guava's and gRPC's are called.
        return executor.getClass().getName().endsWith("DirectExecutor")
                ? OwnedPool.none("its server runs requests on the event loop")
                : OwnedPool.of(executor);
    }

    @Override
    public String nameOf(ReflectedObject owner) throws ReflectiveOperationException {
        return Netty.nameWithPort(poolName, owner);
    }

    @Override
    public boolean isRunning(ReflectedObject owner) throws ReflectiveOperationException {
        return owner.isTrue("isOpen");
    }

    /** Returns the nearest object of the server's class that the framework's objects lead to; null if there is none. */
    private Object serverBehind(Collection<?> connectionHandlers, ReflectedObject owner)
            throws ReflectiveOperationException {
        Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Object> waiting = new ArrayDeque<>();
        for (Object handler : connectionHandlers) {
            if (handler.getClass().getName().startsWith(handlers)) {
                addNew(handler, seen, waiting);
                addReferences(owner.with(handler), seen, waiting);
            }
        }
        for (Object object = waiting.poll(); object != null; object = waiting.poll()) {
            if (object instanceof Map) {
                object = ((Map<?, ?>) object).values();
            }
            if (object instanceof AtomicReference) {
                addNew(((AtomicReference<?>) object).get(), seen, waiting);
            } else if (object instanceof Collection) {
                for (Object each : ((Collection<?>) object).toArray()) {
                    addNew(each, seen, waiting);
                }
            } else if (owner.with(object).is(serverClass)) {
                return object;
            } else if (object.getClass().getName().startsWith(packages)) {
                addReferences(owner.with(object), seen, waiting);
            }
        }
        return null;
    }

    private static void addReferences(ReflectedObject from, Set<Object> seen, Deque<Object> to)
            throws ReflectiveOperationException {
        Object object = from.get();
        for (Class<?> c = object.getClass(); c != Object.class; c = c.getSuperclass()) {
            for (Field field : c.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) && !field.getType().isPrimitive()) {
                    from.opener().makeAccessible(field);
                    addNew(field.get(object), seen, to);
                }
            }
        }
    }

    private static void addNew(Object object, Set<Object> seen, Deque<Object> to) {
        if (object != null && seen.size() < MAX_OBJECTS && seen.add(object)) {
            to.add(object);
        }
    }
}
