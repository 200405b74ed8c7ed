package com.approck.healthcheck.agent.instrument;

import com.approck.healthcheck.agent.pool.PoolType.MethodHook;

/** A class has the name of a server's class, but not the methods that the table of pools expects. */
public final class UnexpectedClassException extends Exception {
    private static final long serialVersionUID = 1L;

    private UnexpectedClassException(String message) {
        super(message);
    }

    /** Of a class that has not exactly one such method. */
    public static UnexpectedClassException without(MethodHook hook) {
        return new UnexpectedClassException(
                "it has no method " + hook.method() + "(" + String.join(", ", hook.argumentTypes()) + ")");
    }
}
