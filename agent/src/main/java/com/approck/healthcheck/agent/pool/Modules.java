package com.approck.healthcheck.agent.pool;

import java.lang.instrument.Instrumentation;
import java.util.Collections;
import java.util.Map;
import java.util.Set;

/**
 * Opens or exports a package of a named module to the agent, as {@code --add-opens} on the command line would. By reflection, since
 * modules came with Java 9. Thread-safe.
 */
public final class Modules {
    private static volatile Instrumentation instrumentation;

    private Modules() {}

    /** Gives the means to open modules; before that, and before Java 9, {@link #open} does nothing. */
    public static void use(Instrumentation means) {
        instrumentation = means;
    }

    /** Opens the class's package to the agent. Does nothing where that can't be done: the access then fails by itself. */
    public static void open(Class<?> owner) {
        try {
            redefine(owner, Collections.emptyMap(), packageToAgent(owner));
        } catch (ReflectiveOperationException | RuntimeException e) {
            // Java 8, or a module that can't be changed.
        }
    }

    /**
     * Exports the class's package to the agent.
     *
     * @throws ReflectiveOperationException before Java 9, or if the module can't be changed
     */
    public static void export(Class<?> owner) throws ReflectiveOperationException {
        redefine(owner, packageToAgent(owner), Collections.emptyMap());
    }

    private static Map<String, Set<Object>> packageToAgent(Class<?> owner) throws ReflectiveOperationException {
        String name = owner.getName();
        return Collections.singletonMap(
                name.substring(0, name.lastIndexOf('.')), Collections.singleton(moduleOf(Modules.class)));
    }

    private static void redefine(Class<?> owner, Map<String, Set<Object>> exports, Map<String, Set<Object>> opens)
            throws ReflectiveOperationException {
        Instrumentation.class
                .getMethod(
                        "redefineModule",
                        Class.forName("java.lang.Module"),
                        Set.class,
                        Map.class,
                        Map.class,
                        Set.class,
                        Map.class)
                .invoke(
                        instrumentation,
                        moduleOf(owner),
                        Collections.emptySet(),
                        exports,
                        opens,
                        Collections.emptySet(),
                        Collections.emptyMap());
    }

    private static Object moduleOf(Class<?> type) throws ReflectiveOperationException {
        return Class.class.getMethod("getModule").invoke(type);
    }
}
