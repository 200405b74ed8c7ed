package com.approck.healthcheck.agent.reflect;

import java.util.Arrays;
import java.util.List;

/** The live platform threads of this JVM, listed by its thread groups. Takes microseconds and needs no safepoint. */
public final class LiveThreads {
    private LiveThreads() {}

    /** Returns the threads that live at this moment. */
    public static List<Thread> list() {
        ThreadGroup root = Thread.currentThread().getThreadGroup();
        while (root.getParent() != null) {
            root = root.getParent();
        }
        // enumerate silently drops threads that do not fit, so the array must stay larger than the result.
        Thread[] threads = new Thread[root.activeCount() + 16];
        int count = root.enumerate(threads);
        while (count == threads.length) {
            threads = new Thread[threads.length * 2];
            count = root.enumerate(threads);
        }
        return Arrays.asList(threads).subList(0, count);
    }
}
