package com.approck.healthcheck.agent.sample;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

/** The JVM's virtual threads, which the API has since Java 21. Thread-safe. */
final class VirtualThreads {
    private static final Method START = find();

    private VirtualThreads() {}

    private static Method find() {
        try {
            return Thread.class.getMethod("startVirtualThread", Runnable.class);
        } catch (NoSuchMethodException e) {
            return null;
        }
    }

    /** Starts one; returns false if this JVM has none. */
    static boolean start(Runnable work) {
        if (START == null) {
            return false;
        }
        try {
            START.invoke(null, work);
            return true;
        } catch (InvocationTargetException e) {
            // No memory or no thread for a carrier: then it has started and does not run. Java 19 and 20 have them on
            // request only.
            return e.getCause() instanceof OutOfMemoryError;
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }
}
