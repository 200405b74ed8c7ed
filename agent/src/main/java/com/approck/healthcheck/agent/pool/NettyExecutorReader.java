package com.approck.healthcheck.agent.pool;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The executor to which a framework on Netty gives what may block. The server's channel owns it, as it does the event
 * loops, and leads to the framework's own server, which has it. Read from Vert.x 4.0.0, 4.5.14 and 5.2.3 and from gRPC
 * 1.20.0 and 1.85.1.
 */
final class NettyExecutorReader implements PoolReader {
    /** No channel has more than this between itself and its server. */
    private static final int MAX_OBJECTS = 2_000;

    private final String name;
    private final String packages;
    private final String serverClass;
    private final List<String> path;

    /**
     * @param name what the names of its pools begin with
     * @param packages what the names of the framework's classes begin with: only through these it is looked for
     * @param serverClass the class of the objects that have an executor
     * @param path the fields, or methods where there is no such field, that lead to it
     */
    NettyExecutorReader(String name, String packages, String serverClass, List<String> path) {
        this.name = name;
        this.packages = packages;
        this.serverClass = serverClass;
        this.path = path;
    }

    @Override
    public Object poolOf(Reflected owner) throws ReflectiveOperationException {
        Object acceptor = ServerSockets.isOpen(owner) ? NettyReader.acceptor(owner) : null;
        Object server = acceptor == null ? null : serverBehind(new Reflected(acceptor).field("childHandler"));
        Object found = server;
        for (String step : path) {
            if (found == null) {
                return null;
            }
            Reflected from = new Reflected(found);
            found = from.hasField(step) ? from.field(step) : from.call(step);
        }
        if (found == null) {
            return null;
        }
        Object executor = AnyExecutor.unwrap(found);
        // Guava's own, and gRPC's word for it: work stays on the event loop.
        return executor.getClass().getName().endsWith("DirectExecutor") ? null : executor;
    }

    @Override
    public String nameOf(Reflected owner) throws ReflectiveOperationException {
        return NettyReader.withPort(name, owner);
    }

    @Override
    public Object ownerOf(Reflected task) {
        return null;
    }

    @Override
    public Collection<Object> ownersBehind(Reflected found) throws ReflectiveOperationException {
        return NettyReader.serversOn(found);
    }

    @Override
    public boolean isStopped(Reflected pool, List<Object> owners) throws ReflectiveOperationException {
        return !ServerSockets.isAnyOpen(owners);
    }

    @Override
    public Watch watch(Reflected pool) {
        return AnyExecutor.watch(pool);
    }

    @Override
    public Map<Thread, Long> progress(Reflected pool) throws ReflectiveOperationException {
        return AnyExecutor.progress(pool);
    }

    /** The nearest object of the server's class that the framework's objects lead to; null if there is none. */
    private Object serverBehind(Object handler) throws ReflectiveOperationException {
        Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Object> waiting = new ArrayDeque<>();
        waiting.add(handler);
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
            } else if (new Reflected(object).is(serverClass)) {
                return object;
            } else if (object.getClass().getName().startsWith(packages)) {
                follow(object, seen, waiting);
            }
        }
        return null;
    }

    private static void follow(Object object, Set<Object> seen, Deque<Object> to) throws ReflectiveOperationException {
        for (Class<?> c = object.getClass(); c != Object.class; c = c.getSuperclass()) {
            for (Field field : c.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) && !field.getType().isPrimitive()) {
                    Reflected.open(field, c);
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
