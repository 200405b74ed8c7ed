package com.approck.healthcheck.agent.pool;

import java.util.Arrays;

/** Finds in a real class what a hook is for. */
public final class HookedMethods {
    private HookedMethods() {}

    /** Returns how many methods of that name and with those arguments a class declares. */
    public static long count(Class<?> type, MethodHook hook) {
        return Arrays.stream(type.getDeclaredMethods())
                .filter(method -> method.getName().equals(hook.method()))
                .filter(method -> Arrays.stream(method.getParameterTypes())
                        .map(Class::getName)
                        .toList()
                        .equals(hook.argumentTypes()))
                .count();
    }
}
