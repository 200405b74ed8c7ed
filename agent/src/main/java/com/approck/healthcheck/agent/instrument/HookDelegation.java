package com.approck.healthcheck.agent.instrument;

import com.approck.healthcheck.agent.bootstrap.Hook;
import com.approck.healthcheck.agent.pool.HookKind;
import com.approck.healthcheck.agent.pool.MethodHook;

/**
 * Finds out whether the classes of a class loader find the hook, and if not, which method keeps it from them: a loader may ask
 * its parent for nothing but some packages. Stateless.
 */
final class HookDelegation {
    private HookDelegation() {}

    /** Returns whether a call of the hook in a class of that loader reaches it. */
    static boolean findsHook(ClassLoader loader) {
        try {
            return loader == null || Class.forName(Hook.class.getName(), false, loader) == Hook.class;
        } catch (ClassNotFoundException | LinkageError | RuntimeException e) {
            return false;
        }
    }

    /**
     * Returns the class whose {@code loadClass} the JVM reaches first when a class of that loader names another: that of the
     * loader or, if it has none of its own, of the parent that it delegates to; null if all have the JDK's.
     */
    static Class<?> filterOf(ClassLoader loader) {
        for (ClassLoader each = loader; each != null; each = each.getParent()) {
            for (Class<?> c = each.getClass(); c.getClassLoader() != null; c = c.getSuperclass()) {
                if (hookOf(c) != null) {
                    return c;
                }
            }
        }
        return null;
    }

    /** Returns the hook for the {@code loadClass} of a class of loaders; null if it declares none. */
    static MethodHook hookOf(Class<?> type) {
        if (declares(type, String.class)) {
            return new MethodHook(HookKind.BOOT_DELEGATION, type.getName(), "loadClass", "java.lang.String");
        }
        return declares(type, String.class, boolean.class)
                ? new MethodHook(HookKind.BOOT_DELEGATION, type.getName(), "loadClass", "java.lang.String", "boolean")
                : null;
    }

    private static boolean declares(Class<?> type, Class<?>... argumentTypes) {
        try {
            return type.getDeclaredMethod("loadClass", argumentTypes) != null;
        } catch (NoSuchMethodException | LinkageError e) {
            return false;
        }
    }
}
