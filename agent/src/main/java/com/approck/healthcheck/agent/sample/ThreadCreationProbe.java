package com.approck.healthcheck.agent.sample;

/**
 * Tries whether a pool without a thread could be given one. A server that has reached its limit of processes or memory drops
 * each connection for which it would have to create a thread, and an idle pool without threads shows no trace of that.
 */
final class ThreadCreationProbe {
    /** Each try costs a thread, and where it fails the JVM itself logs it on stdout. */
    private static final int TICKS_BETWEEN_TRIES = 10;

    private int ticks;
    private int failures;

    /**
     * Counts a tick, and tries if it is time.
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
        // The second try follows at once: a limit that is reached for a moment is no failure.
        if (failures == 1 || ticks++ % TICKS_BETWEEN_TRIES == 0) {
            failures = threads.canCreateThread() ? 0 : failures + 1;
        }
        return failures < 2;
    }

    /** Whether the JVM can create a thread at this moment: one is, and ends at once. */
    static boolean canCreateThread() {
        try {
            // With the JVM's default stack size, as a server's thread would have.
            Thread thread = new Thread(() -> {}, "healthcheck-trial");
            thread.setDaemon(true);
            thread.start();
            return true;
        } catch (OutOfMemoryError e) {
            // "unable to create native thread" counts; "Java heap space" says nothing about threads.
            return e.getMessage() == null || !e.getMessage().contains("thread");
        }
    }
}
