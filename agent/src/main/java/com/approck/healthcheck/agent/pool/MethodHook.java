package com.approck.healthcheck.agent.pool;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** A method to be instrumented: by exact class, name and argument types. Immutable. */
public final class MethodHook {
    private final HookKind kind;
    private final String className;
    private final String method;
    private final List<String> argumentTypes;
    private final boolean optional;

    /**
     * @param className the binary name of the class that declares the method
     * @param argumentTypes the binary names of the method's argument types
     */
    public MethodHook(HookKind kind, String className, String method, String... argumentTypes) {
        this(kind, className, method, Collections.unmodifiableList(Arrays.asList(argumentTypes)), false);
    }

    private MethodHook(HookKind kind, String className, String method, List<String> argumentTypes, boolean optional) {
        this.kind = kind;
        this.className = className;
        this.method = method;
        this.argumentTypes = argumentTypes;
        this.optional = optional;
    }

    /** Returns the same hook for a method that only some versions of the class have: if it is missing, nothing is logged. */
    public MethodHook optional() {
        return new MethodHook(kind, className, method, argumentTypes, true);
    }

    /** Returns whether some versions of the class do not have the method. */
    public boolean isOptional() {
        return optional;
    }

    /** Returns the binary name of the class that declares the method. */
    public String className() {
        return className;
    }

    /** Returns the method's name. */
    public String method() {
        return method;
    }

    /** Returns the binary names of the method's argument types. */
    public List<String> argumentTypes() {
        return argumentTypes;
    }

    /** Returns what a call of the method means. */
    public HookKind kind() {
        return kind;
    }
}
