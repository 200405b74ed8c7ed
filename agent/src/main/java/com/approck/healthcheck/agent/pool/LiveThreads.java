package com.approck.healthcheck.agent.pool;

import java.util.Arrays;
import java.util.List;

/** The live platform threads of this JVM, by its thread groups: microseconds, and no safepoint. */
final class LiveThreads {
    private LiveThreads() {}

    /** A list of them at this moment. */
    static List<Thread> list() {
        ThreadGroup root = Thread.currentThread().getThreadGroup();
        while (root.getParent() != null) {
            root = root.getParent();
        }
        // enumerate drops what does not fit: so more room than there are threads, as far as is known.
        Thread[] threads = new Thread[root.activeCount() + 16];
        int count = root.enumerate(threads);
        while (count == threads.length) {
            threads = new Thread[threads.length * 2];
            count = root.enumerate(threads);
        }
        return Arrays.asList(threads).subList(0, count);
    }
}
