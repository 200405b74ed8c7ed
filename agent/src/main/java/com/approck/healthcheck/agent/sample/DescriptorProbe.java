package com.approck.healthcheck.agent.sample;

import java.io.IOException;
import java.nio.channels.DatagramChannel;

/**
 * Tries whether the JVM can open a file descriptor. A server that has reached its limit accepts no connection, and its
 * threads show no trace of that. For the sampler's thread.
 */
final class DescriptorProbe {
    private static final long NANOS_BETWEEN_TRIES = 10_000_000_000L;

    private long sinceTryNanos;
    private long failingNanos;
    private boolean failing;
    private boolean everOpened;

    /** Counts a tick, and tries if it is time: every ten seconds, and at each tick while it fails. */
    void tick(long elapsedNanos, JvmThreads threads) {
        sinceTryNanos += elapsedNanos;
        if (everOpened && !failing && sinceTryNanos < NANOS_BETWEEN_TRIES) {
            return;
        }
        sinceTryNanos = 0;
        boolean opened = threads.canOpenDescriptor();
        failingNanos = !opened && failing ? failingNanos + elapsedNanos : 0;
        everOpened |= opened;
        // Where it has never worked, it fails for another reason.
        failing = !opened && everOpened;
    }

    /** Returns for how long no descriptor could be opened; 0 if one could. */
    long failingNanos() {
        return failingNanos;
    }

    /** Returns whether the last try failed, and an earlier one did not. */
    boolean isFailing() {
        return failing;
    }

    /** Whether the JVM can open a descriptor at this moment: a socket, as a connection needs one. */
    static boolean canOpen() {
        try {
            DatagramChannel.open().close();
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
