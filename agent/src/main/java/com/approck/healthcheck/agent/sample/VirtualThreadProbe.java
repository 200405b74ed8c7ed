package com.approck.healthcheck.agent.sample;

/**
 * Tries whether the JVM runs virtual threads. Where all of its carriers are taken, by threads that spin or that are pinned,
 * no request on a virtual thread ever begins, and the server's own threads show no trace of that. For the sampler's thread.
 */
final class VirtualThreadProbe {
    private Trial trial;
    private long waitedNanos;

    /**
     * Counts a tick: starts a virtual thread, unless the last one has not run yet.
     *
     * @param needed whether there is a pool whose requests run on virtual threads
     * @param moved whether such a request began or ended since the last tick: then it is load that delays the thread
     */
    void tick(boolean needed, boolean moved, long elapsedNanos, JvmThreads threads) {
        if (!needed) {
            trial = null;
            waitedNanos = 0;
            return;
        }
        if (trial != null && !trial.ran) {
            waitedNanos = moved ? 0 : waitedNanos + elapsedNanos;
            return;
        }
        waitedNanos = 0;
        Trial next = new Trial();
        trial = threads.startVirtualThread(next) ? next : null;
    }

    /** Returns for how long the last virtual thread has not run; 0 if it has. */
    long waitedNanos() {
        return waitedNanos;
    }

    private static final class Trial implements Runnable {
        private volatile boolean ran;

        @Override
        public void run() {
            ran = true;
        }
    }
}
