package com.approck.healthcheck.agent.pool;

import com.approck.healthcheck.agent.config.Globs;
import com.approck.healthcheck.agent.reflect.LiveThreads;
import com.approck.healthcheck.agent.reflect.ModuleOpener;
import com.approck.healthcheck.agent.reflect.ReflectedObject;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
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
 * Finds pools that run already, by the threads that they own: from each live thread to what it runs, and on along the
 * references that closures, inner classes, tasks and executors hold, a few steps far. Where a server keeps a list of all
 * that have started, reads that too.
 *
 * <p>For one thread. Never throws because of an object that it meets: what cannot be read is passed over.
 */
public final class PoolDiscovery {
    /** Thread → holder → task → its outer object → executor → its owner: the supported servers need five of these steps. */
    private static final int MAX_DEPTH = 6;

    /** The most objects that are visited from one thread. */
    private static final int MAX_OBJECTS = 500;

    /**
     * {@code Thread.holder} holds the task since Java 19; the blockers (since Java 21 the latter) lead to the selector that the
     * thread waits in.
     */
    private static final List<String> FIELDS_OF_THREAD = Arrays.asList("holder", "blocker", "nioBlocker");

    private final PoolRegistry registry;
    private final ModuleOpener opener;
    private final Supplier<Class<?>[]> loadedClasses;
    private final List<Wanted> servers = new ArrayList<>();
    private final List<Wanted> executors = new ArrayList<>();
    private final Map<String, ServerSupport> listClasses = new HashMap<>();
    private final Set<String> followedFields = new HashSet<>(FIELDS_OF_THREAD);

    /** The threads that were visited for executors. By identifier, so that no thread is kept from being collected. */
    private Set<Long> visitedThreads = new HashSet<>();

    /**
     * @param supported {@code Servers.ALL}, but for tests
     * @param loadedClasses every class that the JVM has loaded
     */
    public PoolDiscovery(
            List<ServerSupport> supported,
            PoolRegistry registry,
            ModuleOpener opener,
            Supplier<Class<?>[]> loadedClasses) {
        this.registry = registry;
        this.opener = opener;
        this.loadedClasses = loadedClasses;
        for (ServerSupport each : supported) {
            Discovery discovery = each.discovery();
            (discovery.isByThreadName() ? executors : servers).add(new Wanted(each, discovery));
            if (discovery.listedIn() != null) {
                listClasses.put(discovery.listedIn(), each);
            }
            followedFields.addAll(discovery.followedFields());
        }
    }

    /** Visits every live thread and every list of servers, and adds the pools of servers that it finds to the registry. */
    public void findServers() {
        Walk walk = new Walk(servers);
        for (Thread thread : LiveThreads.list()) {
            walk.from(thread);
        }
        for (Class<?> loaded : loadedClasses.get()) {
            ServerSupport server = listClasses.get(loaded.getName());
            if (server != null) {
                addListed(loaded, server);
            }
        }
    }

    /**
     * Visits the live threads whose names match one of the patterns and that it has not visited before, and adds the executors
     * that they are workers of to the registry.
     */
    public void findExecutors(List<String> patterns) {
        Walk walk = new Walk(executors);
        Set<Long> alive = new HashSet<>();
        for (Thread thread : LiveThreads.list()) {
            long id = Worker.idOf(thread);
            alive.add(id);
            if (!visitedThreads.contains(id) && anyMatches(patterns, thread.getName())) {
                walk.from(thread);
            }
        }
        visitedThreads = alive;
    }

    private static boolean anyMatches(List<String> patterns, String name) {
        for (String pattern : patterns) {
            if (Globs.matches(pattern, name)) {
                return true;
            }
        }
        return false;
    }

    private void addListed(Class<?> listClass, ServerSupport server) {
        try {
            for (Object owner : server.ownersListedIn(listClass, opener)) {
                registry.addPoolsOf(owner, server);
            }
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            // Most likely a list that changed while it was read; the next search reads it again.
        }
    }

    /** A server, and how its pools are found: read once, because each object on the way is compared with it. */
    private static final class Wanted {
        final ServerSupport server;
        final Discovery discovery;

        Wanted(ServerSupport server, Discovery discovery) {
            this.server = server;
            this.discovery = discovery;
        }
    }

    /** One look at the JVM. What it learns about a class serves for all objects of that class, and is dropped with it. */
    private final class Walk {
        private final List<Wanted> wanted;
        private final Map<Class<?>, KnownClass> classes = new HashMap<>();

        Walk(List<Wanted> wanted) {
            this.wanted = wanted;
        }

        void from(Thread thread) {
            Set<Object> visited = Collections.newSetFromMap(new IdentityHashMap<>());
            Deque<Object> level = new ArrayDeque<>();
            level.add(thread);
            for (int depth = 0; depth < MAX_DEPTH && !level.isEmpty(); depth++) {
                Deque<Object> next = new ArrayDeque<>();
                for (Object object : level) {
                    if (visited.size() < MAX_OBJECTS && visited.add(object)) {
                        KnownClass known = classes.computeIfAbsent(object.getClass(), this::know);
                        known.ownedBy.forEach(server -> addOwner(object, server, thread));
                        known.leadsTo.forEach(server -> addReachable(object, server));
                        addReferences(object, known.fields, next);
                    }
                }
                level = next;
            }
        }

        private KnownClass know(Class<?> type) {
            KnownClass known = new KnownClass();
            for (Wanted each : wanted) {
                if (each.discovery.isOwner(type)) {
                    known.ownedBy.add(each);
                }
                if (each.discovery.leadsToOwners(type)) {
                    known.leadsTo.add(each.server);
                }
            }
            for (Class<?> c = type; c != null && c != Object.class; c = c.getSuperclass()) {
                addReadableFields(c, known.fields);
            }
            return known;
        }
    }

    /** What one look knows about a class. */
    private static final class KnownClass {
        final List<Wanted> ownedBy = new ArrayList<>(1);
        final List<ServerSupport> leadsTo = new ArrayList<>(1);
        final List<Field> fields = new ArrayList<>();
    }

    private void addOwner(Object object, Wanted wanted, Thread from) {
        if (wanted.discovery.isByThreadName()) {
            registry.addExecutor(object, wanted.server, from);
        } else {
            registry.addPoolsOf(object, wanted.server);
        }
    }

    private void addReachable(Object object, ServerSupport server) {
        try {
            for (Object owner : server.ownersReachableFrom(new ReflectedObject(object, opener))) {
                registry.addPoolsOf(owner, server);
            }
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            // Most likely a table that changed while it was read; the next search reads it again.
        }
    }

    private void addReadableFields(Class<?> type, List<Field> to) {
        for (Field field : fieldsOf(type)) {
            if (!Modifier.isStatic(field.getModifiers()) && !field.getType().isPrimitive()) {
                try {
                    opener.makeAccessible(field);
                    to.add(field);
                } catch (RuntimeException e) {
                    // It cannot be read, and is passed over.
                }
            }
        }
    }

    private void addReferences(Object object, List<Field> fields, Deque<Object> to) {
        for (Field field : fields) {
            try {
                Object value = field.get(object);
                if (value != null && !(value instanceof Thread) && isFollowed(field.getName(), value)) {
                    to.add(value);
                }
            } catch (ReflectiveOperationException | RuntimeException e) {
                // It cannot be read, and is passed over.
            }
        }
    }

    /** Returns whether a reference is one of a closure or inner class, or leads to a task or executor, or is named by a server. */
    private boolean isFollowed(String field, Object value) {
        return field.startsWith("this$")
                || field.startsWith("val$")
                || field.startsWith("arg$")
                || followedFields.contains(field)
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
