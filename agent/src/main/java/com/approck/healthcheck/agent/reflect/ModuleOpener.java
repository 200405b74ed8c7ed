package com.approck.healthcheck.agent.reflect;

import java.lang.instrument.Instrumentation;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Member;
import java.util.Collections;
import java.util.Map;
import java.util.Set;

/**
 * Opens or exports packages of named modules to the agent, as {@code --add-opens} on the command line would. Uses
 * reflection, because modules came with Java 9. Thread-safe.
 */
public final class ModuleOpener {
    private final Instrumentation instrumentation;

    /** @param instrumentation null if there is none: then no package can be opened or exported */
    public ModuleOpener(Instrumentation instrumentation) {
        this.instrumentation = instrumentation;
    }

    /**
     * Makes a field, method or constructor accessible. Opens the package of its class if necessary.
     *
     * @throws RuntimeException if it stays inaccessible
     */
    public <T extends AccessibleObject & Member> void makeAccessible(T member) {
        try {
            member.setAccessible(true);
        } catch (RuntimeException closed) {
            // InaccessibleObjectException (Java 9+): the class is in a module that does not open its package.
            open(member.getDeclaringClass());
            member.setAccessible(true);
        }
    }

    /** Opens the class's package to the agent. Does nothing where that is impossible: the access then fails by itself. */
    public void open(Class<?> owner) {
        try {
            redefine(owner, Collections.emptyMap(), packageToAgent(owner));
        } catch (ReflectiveOperationException | RuntimeException e) {
            // Java 8, or a module that cannot be changed.
        }
    }

    /**
     * Exports the class's package to the agent.
     *
     * @throws ReflectiveOperationException before Java 9, or if the module cannot be changed
     */
    public void export(Class<?> owner) throws ReflectiveOperationException {
        redefine(owner, packageToAgent(owner), Collections.emptyMap());
    }

    private static Map<String, Set<Object>> packageToAgent(Class<?> owner) throws ReflectiveOperationException {
        String name = owner.getName();
        return Collections.singletonMap(
                name.substring(0, name.lastIndexOf('.')), Collections.singleton(moduleOf(ModuleOpener.class)));
    }

    private void redefine(Class<?> owner, Map<String, Set<Object>> exports, Map<String, Set<Object>> opens)
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
