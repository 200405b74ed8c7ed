package com.approck.healthcheck.agent.instrument;

import com.approck.healthcheck.agent.log.Log;
import com.approck.healthcheck.agent.pool.PoolType;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.security.CodeSource;
import java.security.ProtectionDomain;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Looks at the name of each class that is loaded and weaves those that the table of pools names.
 *
 * <p>The first of them is not woven on the thread of the application that loads it, which would then wait for ASM to
 * be loaded, but on the agent's own thread a moment later, as all are that are loaded until then. Those that follow are
 * woven as they are loaded, which takes a few milliseconds each.
 *
 * <p>{@link #transform} is thread-safe and never throws, and touches nothing but a table before it has found a name in it.
 * {@link #catchUp} is for one thread.
 */
public final class PoolClassTransformer implements ClassFileTransformer {
    private final Instrumentation instrumentation;
    private final Runnable onWaiting;
    private final Log log;
    private final Map<String, List<PoolType.MethodHook>> hookedByClass = new HashMap<>();
    private final Map<String, String> serverByClass = new HashMap<>();

    /**
     * By internal name, the class loaders of modules and bundles that ask the boot loader for nothing but what they are
     * told of, so that no class of theirs would find the hook; and the arguments of the method by which the JVM asks them.
     */
    private final Map<String, String> blindLoaders = new HashMap<>();

    /** The classes that were seen and are still to be woven, by binary name. */
    private final Set<String> waiting = ConcurrentHashMap.newKeySet();

    /** The classes of which the JVM has refused the woven version once, by binary name. */
    private final Set<String> refusedOnce = new HashSet<>();

    private volatile boolean warm;

    /** @param onWaiting told, on the thread that loads a class, that there is one to be woven; returns at once */
    public PoolClassTransformer(Instrumentation instrumentation, Runnable onWaiting, Log log) {
        this.instrumentation = instrumentation;
        this.onWaiting = onWaiting;
        this.log = log;
        for (PoolType type : PoolType.SERVERS) {
            for (PoolType.MethodHook hooked : type.hooked()) {
                String name = hooked.className().replace('.', '/');
                List<PoolType.MethodHook> list = hookedByClass.get(name);
                if (list == null) {
                    list = new ArrayList<>();
                    hookedByClass.put(name, list);
                    serverByClass.put(name, type.server());
                }
                list.add(hooked);
            }
        }
        // Read from JBoss Modules 2.3.0 (WildFly), Apache Felix 7.0.5 and Equinox 3.24.300.
        addBlindLoader("JBoss Modules", "org/jboss/modules/ConcurrentClassLoader", "(Ljava/lang/String;)");
        addBlindLoader(
                "Felix", "org/apache/felix/framework/BundleWiringImpl$BundleClassLoader", "(Ljava/lang/String;Z)");
        addBlindLoader("Equinox", "org/eclipse/osgi/internal/loader/ModuleClassLoader", "(Ljava/lang/String;Z)");
    }

    private void addBlindLoader(String framework, String name, String arguments) {
        blindLoaders.put(name, arguments);
        hookedByClass.put(name, Collections.emptyList());
        serverByClass.put(name, framework);
    }

    @Override
    @SuppressWarnings("ReturnsNullCollection") // null is how a transformer says "unchanged"
    public byte[] transform(
            ClassLoader loader, String name, Class<?> redefined, ProtectionDomain domain, byte[] classFile) {
        List<PoolType.MethodHook> hooked = name == null ? null : hookedByClass.get(name);
        if (hooked == null) {
            return null;
        }
        String what = serverByClass.get(name) + "'s class " + name.replace('/', '.') + " (" + origin(domain) + ")";
        try {
            if (redefined == null && (!warm || aBlindLoaderWaits())) {
                waiting.add(name.replace('/', '.'));
                onWaiting.run();
                return null;
            }
            String arguments = blindLoaders.get(name);
            byte[] woven =
                    arguments == null ? Advices.weave(classFile, hooked) : BlindLoader.weave(classFile, arguments);
            if (woven != null) {
                log.debug("hooks are in " + what);
            }
            return woven;
        } catch (UnexpectedClassException e) {
            log.complain(what + " is left alone: " + e.getMessage());
        } catch (Throwable e) {
            log.complain(what + " is left alone: " + e);
        }
        return null;
    }

    /**
     * Takes note of the classes that were loaded before this weaver was there to see them: by an application that runs
     * already, or by the JVM itself, which loads the classes of an ahead-of-time cache before any agent (JEP 483).
     */
    public void lookAtLoadedClasses() {
        for (Class<?> loaded : instrumentation.getAllLoadedClasses()) {
            if (hookedByClass.containsKey(loaded.getName().replace('.', '/'))) {
                waiting.add(loaded.getName());
            }
        }
        if (!waiting.isEmpty()) {
            onWaiting.run();
        }
    }

    /** Whether classes wait to be woven. */
    public boolean isBehind() {
        return !waiting.isEmpty();
    }

    /** Weaves the classes that wait. One that is being loaded at this moment waits for the next call. */
    public void catchUp() {
        Class<?>[] all = instrumentation.getAllLoadedClasses();
        // Class loaders first: a class that has once not found the hook never will.
        catchUp(all, true);
        catchUp(all, false);
        warm = true;
    }

    private void catchUp(Class<?>[] all, boolean ofLoaders) {
        for (Class<?> loaded : all) {
            if (waiting.contains(loaded.getName()) && ofLoaders == isBlind(loaded.getName())) {
                try {
                    link(loaded);
                    instrumentation.retransformClasses(loaded);
                } catch (UnmodifiableClassException | RuntimeException | LinkageError | InternalError e) {
                    // An InternalError is what the JVM makes of a fault of its own.
                    if (e instanceof LinkageError && refusedOnce.add(loaded.getName())) {
                        // A JVM in the middle of loading what the class is verified against: the next call tries again.
                        continue;
                    }
                    log.complain("the loaded class " + loaded.getName() + " is left alone: ", e);
                }
                waiting.remove(loaded.getName());
            }
        }
    }

    private boolean isBlind(String className) {
        return blindLoaders.containsKey(className.replace('.', '/'));
    }

    private boolean aBlindLoaderWaits() {
        for (String name : waiting) {
            if (isBlind(name)) {
                return true;
            }
        }
        return false;
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

    private static String origin(ProtectionDomain domain) {
        CodeSource source = domain == null ? null : domain.getCodeSource();
        if (source == null || source.getLocation() == null) {
            return "of unknown origin";
        }
        String location = source.getLocation().toString();
        String trimmed = location.endsWith("!/") ? location.substring(0, location.length() - 2) : location;
        return "from " + trimmed.substring(trimmed.lastIndexOf('/') + 1);
    }
}
