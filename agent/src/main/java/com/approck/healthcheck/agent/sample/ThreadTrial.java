package com.approck.healthcheck.agent.sample;

/**
 * Whether a pool that has no thread could be given one. A server at its limit of processes or memory drops each connection
 * for which it would have to create a thread, and an idle pool that has none keeps no trace of that; so it is tried.
 */
final class ThreadTrial {
    /** Seldom, as it costs a thread each time, and where it fails the JVM itself says so on stdout. */
    private static final int EVERY_TICKS = 10;

    private int ticks;
    private int failures;

    /**
     * Takes in one tick.
     *
     * @param needed whether there is a pool without a thread
     * @return false once a thread could not be created twice in a row, until one can be or none is needed
     */
    boolean tick(boolean needed, JvmThreads threads) {
        if (!needed) {
            ticks = 0;
            failures = 0;
            return true;
        }
        // The second at once: that a limit is reached for a moment is no death.
        if (failures == 1 || ticks++ % EVERY_TICKS == 0) {
            failures = threads.canStart() ? 0 : failures + 1;
        }
        return failures < 2;
    }

    /** Whether the JVM can create a thread at this moment: one is, and ends at once. */
    static boolean canStart() {
        try {
            // With the JVM's own size of stack, as a server's would be.
            Thread thread = new Thread(() -> {}, "healthcheck-trial");
            thread.setDaemon(true);
            thread.start();
            return true;
        } catch (OutOfMemoryError e) {
            // "unable to create native thread", and not "Java heap space", which says nothing about threads.
            return e.getMessage() == null || !e.getMessage().contains("thread");
        }
    }
}
