package com.approck.healthcheck.agent.instrument;

import com.approck.healthcheck.agent.log.Log;
import com.approck.healthcheck.agent.pool.HookKind;
import com.approck.healthcheck.agent.pool.MethodHook;
import com.approck.healthcheck.agent.pool.ServerSupport;
import com.approck.healthcheck.agent.server.Servers;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.lang.reflect.Method;
import java.security.ProtectionDomain;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Notes the classes of servers that are loaded, and puts the hooks into them later, on the agent's own thread, by
 * retransforming them.
 *
 * <p>{@link #transform} is thread-safe and never throws. On any thread but the agent's it looks into one table and
 * writes down a name: Byte Buddy never runs inside the class loading of the application, which could wait for a class loader
 * that itself waits. A class that someone else retransforms has lost its hooks for a moment and is noted again. The other
 * methods are for the agent's thread.
 */
public final class PoolClassTransformer implements ClassFileTransformer {
    /** Passes without work after which the weaver, and with it the class loader of Byte Buddy, is let go. */
    private static final int IDLE_PASSES = 60;

    private final Instrumentation instrumentation;
    private final Supplier<ClassWeaver> weavers;
    private final Runnable onWaiting;
    private final Log log;

    /** By internal name. Written by the constructor, and later for class loaders that keep the hook from their classes. */
    private final Map<String, HookedClass> targets = new ConcurrentHashMap<>();

    /** The classes that are still to be instrumented, by binary name. */
    private final Set<String> waiting = ConcurrentHashMap.newKeySet();

    /** The classes of which the JVM has refused the instrumented version once, by binary name. */
    private final Set<String> refusedOnce = new HashSet<>();

    /** The agent's thread while it retransforms a class; null otherwise. */
    private volatile Thread instrumenting;

    /** Whether a class has been loaded whose hook is the only way to a consumer. */
    private volatile boolean seenConsumer;

    /** The libraries of consumers of which a class has been loaded, by name. */
    private final Set<String> seenLibraries = ConcurrentHashMap.newKeySet();

    /** The names of libraries of consumers. */
    private final Set<String> libraries = new HashSet<>();

    /** The classes that deliver messages, by the class that they are inside. */
    private final Map<String, String> deliverers = new HashMap<>();

    private ClassWeaver weaver;

    /** The class that is being retransformed, for people; null if it is left as it is. For the thread that instruments. */
    private String changed;

    private int idlePasses;
    private final AtomicLong passes = new AtomicLong();

    /**
     * @param weavers makes a weaver; called again if one is needed after the last was let go
     * @param onWaiting called on the thread that loads a class, when there is one to be instrumented; returns at once
     */
    public PoolClassTransformer(
            Instrumentation instrumentation, Supplier<ClassWeaver> weavers, Runnable onWaiting, Log log) {
        this.instrumentation = instrumentation;
        this.weavers = weavers;
        this.onWaiting = onWaiting;
        this.log = log;
        for (ServerSupport server : Servers.ALL) {
            for (MethodHook hook : server.hooks()) {
                add(server.name(), hook);
                if (hook.kind().isOfConsumer()) {
                    libraries.add(server.name());
                }
                if (hook.kind() == HookKind.DELIVERY) {
                    String inner = hook.className();
                    deliverers.put(inner.substring(0, inner.lastIndexOf('$')), inner);
                }
            }
        }
        add("healthcheck", new MethodHook(HookKind.POOL_STARTED, SelfCheck.FIXTURE, "start"));
        add("healthcheck", new MethodHook(HookKind.TASK, SelfCheck.FIXTURE, "run"));
        add("healthcheck", new MethodHook(HookKind.POOL_STOPPED, SelfCheck.FIXTURE, "stop"));
    }

    private void add(String server, MethodHook hook) {
        targets.computeIfAbsent(hook.className().replace('.', '/'), name -> new HookedClass(server, hook.className()))
                .hooks
                .add(hook);
    }

    @Override
    @SuppressWarnings("ReturnsNullCollection") // null is how a transformer says "unchanged"
    public byte[] transform(
            ClassLoader loader, String name, Class<?> redefined, ProtectionDomain domain, byte[] classFile) {
        HookedClass target = name == null ? null : targets.get(name);
        if (target == null) {
            return null;
        }
        if (redefined == null || Thread.currentThread() != instrumenting) {
            noteAndSay(target);
            return null;
        }
        try {
            byte[] woven = weaver.weave(target.className, classFile, target.hooks);
            if (woven != null) {
                changed = target.with(domain);
            }
            return woven;
        } catch (Throwable e) {
            leftAlone(target, domain, e);
            return null;
        }
    }

    /** Returns whether it says that there is a pool or a library: a framework may be there with other libraries. */
    private boolean note(HookedClass target) {
        target.noted = true;
        waiting.add(target.className);
        if (target.isOfFramework()) {
            return false;
        }
        // Many threads come here at once: none may write back what it read before another found a consumer.
        if (target.isOfConsumer()) {
            seenConsumer = true;
        }
        if (libraries.contains(target.server)) {
            seenLibraries.add(target.server);
        }
        return true;
    }

    private void leftAlone(HookedClass target, ProtectionDomain domain, Throwable why) {
        log.warn(target.with(domain) + " is left alone: "
                + (why instanceof UnexpectedClassException ? why.getMessage() : why.toString()));
    }

    private void noteAndSay(HookedClass target) {
        if (note(target)) {
            onWaiting.run();
        }
    }

    /** A class of that internal name has been loaded, without being shown to this transformer. It may be noted already. */
    public void loaded(String name) {
        HookedClass target = targets.get(name);
        if (target != null && !target.noted) {
            noteAndSay(target);
        }
    }

    /** Whether a class of consumers has been loaded that are found by their calls alone. */
    public boolean hasSeenConsumer() {
        return seenConsumer;
    }

    /** Whether a class of any library of consumers has been loaded. */
    public boolean hasSeenLibraryOfConsumers() {
        return !seenLibraries.isEmpty();
    }

    /** Whether a class of that library of consumers has been loaded. */
    public boolean hasSeenLibrary(String library) {
        return seenLibraries.contains(library);
    }

    /** Whether a class of a server has been loaded and has not been instrumented yet. */
    public boolean isBehind() {
        return !waiting.isEmpty();
    }

    /** How many times classes have been instrumented; -1 while some are still to be. */
    public long generation() {
        return waiting.isEmpty() ? passes.get() : -1;
    }

    /** Nothing waits: lets the weaver go once that has been so for a while. */
    public void rest() {
        if (weaver != null && ++idlePasses >= IDLE_PASSES) {
            weaver = null;
        }
    }

    /**
     * Instruments the classes that wait. One that is being loaded at this moment waits for the next call.
     */
    public void catchUp() {
        idlePasses = 0;
        passes.incrementAndGet();
        if (weaver == null) {
            weaver = weavers.get();
        }
        loadDeliverers();
        Class<?>[] all = instrumentation.getAllLoadedClasses();
        // Class loaders first: a class that has once not found the hook never will.
        catchUp(all, true);
        catchUp(all, false);
    }

    /** Such a class is loaded with the first message, and a call that has begun would not be seen: so it is loaded now. */
    private void loadDeliverers() {
        if (Collections.disjoint(waiting, deliverers.keySet())) {
            return;
        }
        for (Class<?> loaded : instrumentation.getAllLoadedClasses()) {
            String inner = waiting.contains(loaded.getName()) ? deliverers.get(loaded.getName()) : null;
            if (inner != null) {
                try {
                    Class<?> unused = Class.forName(inner, false, loaded.getClassLoader());
                } catch (ClassNotFoundException | LinkageError e) {
                    log.debug("class " + inner + " was not loaded: " + e);
                }
            }
        }
    }

    private void catchUp(Class<?>[] all, boolean loaders) {
        for (Class<?> loaded : all) {
            if (waiting.contains(loaded.getName())) {
                HookedClass target = targets.get(loaded.getName().replace('.', '/'));
                if (target == null || target.isLoader() == loaders) {
                    if (loaders || target == null || findsHook(target, loaded)) {
                        retransform(loaded);
                    }
                }
            }
        }
    }

    /**
     * Returns whether a class will find the hook. If its loader keeps it from its classes, that loader is changed first: the JVM
     * remembers what a class once has not found. A class that would not find it is not instrumented.
     */
    private boolean findsHook(HookedClass target, Class<?> loaded) {
        ClassLoader loader = loaded.getClassLoader();
        if (HookDelegation.findsHook(loader)) {
            return true;
        }
        Class<?> filter = HookDelegation.filterOf(loader);
        if (filter != null) {
            add("class loaders", HookDelegation.hookOf(filter));
            retransform(filter);
        }
        if (HookDelegation.findsHook(loader)) {
            return true;
        }
        waiting.remove(loaded.getName());
        log.warn("requests of " + target.with(loaded.getProtectionDomain())
                + " cannot be followed, because its class loader "
                + loader.getClass().getName()
                + " does not find the agent's hook; the stacks of its threads are followed instead, once a sample");
        return false;
    }

    /**
     * Says of which of the classes that wait the methods are not those that are expected, without Byte Buddy: for a JVM in
     * which no pool is found.
     */
    public void warnOfMissingMethods() {
        for (Class<?> loaded : instrumentation.getAllLoadedClasses()) {
            HookedClass target = waiting.contains(loaded.getName())
                    ? targets.get(loaded.getName().replace('.', '/'))
                    : null;
            if (target != null && !loaded.isInterface()) {
                for (MethodHook hook : target.hooks) {
                    if (!hook.isOptional() && !declares(loaded, hook)) {
                        leftAlone(target, loaded.getProtectionDomain(), UnexpectedClassException.without(hook));
                        break;
                    }
                }
            }
        }
    }

    private static boolean declares(Class<?> loaded, MethodHook hook) {
        try {
            for (Method method : loaded.getDeclaredMethods()) {
                List<String> types = new ArrayList<>();
                for (Class<?> type : method.getParameterTypes()) {
                    types.add(type.getCanonicalName());
                }
                if (method.getName().equals(hook.method()) && types.equals(hook.argumentTypes())) {
                    return true;
                }
            }
            return false;
        } catch (RuntimeException | LinkageError e) {
            // A class of their signatures is missing: not to be known.
            return true;
        }
    }

    private void retransform(Class<?> loaded) {
        // Before, so that it is noted again if it changes meanwhile.
        waiting.remove(loaded.getName());
        try {
            link(loaded);
            instrumenting = Thread.currentThread();
            changed = null;
            instrumentation.retransformClasses(loaded);
            // Not before: until then the JVM runs the old methods.
            if (changed != null) {
                log.debug("instrumented " + changed);
            }
        } catch (UnmodifiableClassException | RuntimeException | LinkageError | InternalError e) {
            // An InternalError is what the JVM makes of a fault of its own.
            if (e instanceof LinkageError && refusedOnce.add(loaded.getName())) {
                // A JVM in the middle of loading what the class is verified against: the next call tries again.
                waiting.add(loaded.getName());
            } else {
                log.warn("the loaded class " + loaded.getName() + " is left alone: ", e);
            }
        } finally {
            instrumenting = null;
        }
    }

    /**
     * Has the JVM link a class, or waits for the thread that does. A class that is linked while it is retransformed is read
     * in the middle of the change, and the JVM refuses it, or worse (JDK-8277444, mended in Java 23).
     */
    @SuppressWarnings("ReturnValueIgnored") // It is asked for what the question does.
    private static void link(Class<?> loaded) {
        try {
            loaded.getDeclaredConstructors();
        } catch (RuntimeException | LinkageError e) {
            // A class of their signatures is missing: no matter here, as the class was linked before they were read.
        }
    }
}
