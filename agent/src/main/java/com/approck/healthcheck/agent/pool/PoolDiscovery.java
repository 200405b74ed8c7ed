package com.approck.healthcheck.agent.pool;

import com.approck.healthcheck.agent.config.Globs;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Finds pools that exist already, by the threads that they own: from each live thread to what it runs, and on along the
 * references that closures, inner classes, tasks and executors hold, a few steps far. Where a server keeps a list of all that
 * have started, by that too.
 *
 * <p>For one thread. Nothing that it meets makes it throw: what can't be read is passed over.
 */
public final class PoolDiscovery {
    /** Thread → holder → task → its outer object → executor → its owner; the servers in use need five of these. */
    private static final int MAX_DEPTH = 6;

    /** No single thread leads to more objects than this. */
    private static final int MAX_OBJECTS = 500;

    private final Registry registry;
    private final Supplier<Class<?>[]> loadedClasses;
    private final Map<String, PoolType> typeByListClass = new HashMap<>();

    /** The threads that were looked at, so that one is walked from once. By identifier: it must not keep a thread. */
    private Set<Long> seen = new HashSet<>();

    /** @param loadedClasses every class that the JVM has loaded */
    public PoolDiscovery(Registry registry, Supplier<Class<?>[]> loadedClasses) {
        this.registry = registry;
        this.loadedClasses = loadedClasses;
        for (PoolType type : PoolType.SERVERS) {
            if (!type.listClass().isEmpty()) {
                typeByListClass.put(type.listClass(), type);
            }
        }
    }

    /** Looks at every live thread and every list of servers, and tells the registry which pools of servers it finds. */
    public void searchAll() {
        for (Thread thread : LiveThreads.list()) {
            walk(thread, PoolType.SERVERS);
        }
        for (Class<?> loaded : loadedClasses.get()) {
            PoolType type = typeByListClass.get(loaded.getName());
            if (type != null) {
                lookBehind(loaded, type, Thread.currentThread());
            }
        }
    }

    /**
     * Looks at the live threads whose names match one of the patterns and that it has not looked at before, and tells the
     * registry which executors they are workers of.
     */
    public void searchNew(List<String> patterns) {
        Set<Long> alive = new HashSet<>();
        for (Thread thread : LiveThreads.list()) {
            long id = Worker.idOf(thread);
            alive.add(id);
            if (!seen.contains(id) && anyMatches(patterns, thread.getName())) {
                walk(thread, PoolType.EXECUTORS);
            }
        }
        seen = alive;
    }

    private static boolean anyMatches(List<String> patterns, String name) {
        for (String pattern : patterns) {
            if (Globs.matches(pattern, name)) {
                return true;
            }
        }
        return false;
    }

    private void walk(Thread thread, List<PoolType> types) {
        Set<Object> visited = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Object> level = new ArrayDeque<>();
        level.add(thread);
        for (int depth = 0; depth < MAX_DEPTH && !level.isEmpty(); depth++) {
            Deque<Object> next = new ArrayDeque<>();
            for (Object object : level) {
                if (visited.size() < MAX_OBJECTS && visited.add(object)) {
                    for (PoolType type : types) {
                        if (type.isOwner(object.getClass())) {
                            registry.found(object, type, thread);
                        }
                        if (type.leadsToOwners(object.getClass())) {
                            lookBehind(object, type, thread);
                        }
                    }
                    follow(object, next);
                }
            }
            level = next;
        }
    }

    private void lookBehind(Object object, PoolType type, Thread thread) {
        try {
            for (Object owner : type.reader().ownersBehind(new Reflected(object))) {
                registry.found(owner, type, thread);
            }
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            // A table that changed while it was read, most likely; the next search reads it again.
        }
    }

    private static void follow(Object object, Deque<Object> to) {
        for (Class<?> c = object.getClass(); c != null && c != Object.class; c = c.getSuperclass()) {
            for (Field field : fieldsOf(c)) {
                if (Modifier.isStatic(field.getModifiers()) || field.getType().isPrimitive()) {
                    continue;
                }
                try {
                    Reflected.open(field, c);
                    Object value = field.get(object);
                    if (value != null && !(value instanceof Thread) && leadsOn(field.getName(), value)) {
                        to.add(value);
                    }
                } catch (ReflectiveOperationException | RuntimeException e) {
                    // Not to be read: passed over.
                }
            }
        }
    }

    /**
     * {@code holder} is where Thread keeps its task since Java 19, the blockers (since Java 21 the latter) lead to the
     * selector that it waits in; a thread factory is often a method of the pool.
     */
    private static boolean leadsOn(String field, Object value) {
        return field.startsWith("this$")
                || field.startsWith("val$")
                || field.startsWith("arg$")
                || field.equals("holder")
                || field.equals("blocker")
                || field.equals("nioBlocker")
                || field.equals("threadFactory")
                || value instanceof Runnable
                || value instanceof Executor;
    }

    private static Field[] fieldsOf(Class<?> type) {
        try {
            return type.getDeclaredFields();
        } catch (LinkageError missingClass) {
            return new Field[0];
        }
    }
}
