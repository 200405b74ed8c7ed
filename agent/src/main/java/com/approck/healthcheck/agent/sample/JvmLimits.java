package com.approck.healthcheck.agent.sample;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What the JVM as a whole cannot do at this moment, so that pools serve nobody though their own threads look well. Each thing
 * is tried while there is a pool that needs it. For the sampler's thread.
 */
final class JvmLimits {
    private final ThreadCreationProbe threadCreation = new ThreadCreationProbe();
    private final VirtualThreadProbe virtualThreads = new VirtualThreadProbe();
    private final DescriptorProbe descriptors = new DescriptorProbe();
    private final long stuckAfterNanos;
    private boolean threadsCanBeCreated = true;

    /** @param stuckAfterNanos 0: what lasts is no reason */
    JvmLimits(long stuckAfterNanos) {
        this.stuckAfterNanos = stuckAfterNanos;
    }

    /**
     * Counts a tick.
     *
     * @param virtualMoved whether a request on a virtual thread began or ended since the last tick
     */
    void tick(Collection<PoolState> pools, boolean virtualMoved, long elapsedNanos, JvmThreads threads) {
        boolean anyWithoutThread = false;
        boolean anyVirtual = false;
        for (PoolState pool : pools) {
            anyWithoutThread |= pool.hasNoThread();
            anyVirtual |= pool.isVirtual();
        }
        threadsCanBeCreated = threadCreation.tick(anyWithoutThread, threads);
        virtualThreads.tick(anyVirtual, virtualMoved, elapsedNanos, threads);
        if (!pools.isEmpty()) {
            descriptors.tick(elapsedNanos, threads);
        }
    }

    /** Returns why a pool serves nobody; null if nothing suggests that. */
    String whyUnreachable(PoolState pool) {
        if (!threadsCanBeCreated && pool.hasNoThread()) {
            return "it has no thread, and the JVM cannot create one (a limit on processes or memory)";
        }
        if (pool.isVirtual() && isTooLong(virtualThreads.waitedNanos())) {
            return "its requests run on virtual threads, and the JVM has run none for "
                    + seconds(virtualThreads.waitedNanos()) + " s (every carrier is taken)";
        }
        return isTooLong(descriptors.failingNanos())
                ? "the JVM has been unable to open a file or a socket for " + seconds(descriptors.failingNanos())
                        + " s (a limit on descriptors)"
                : null;
    }

    /** Returns what the JVM cannot do at this moment, whether that lasts long enough to count or not. */
    List<String> problems() {
        List<String> problems = new ArrayList<>();
        if (!threadsCanBeCreated) {
            problems.add("the JVM cannot create a thread (a limit on processes or memory)");
        }
        if (virtualThreads.waitedNanos() > 0) {
            problems.add("the JVM has run no virtual thread for " + seconds(virtualThreads.waitedNanos())
                    + " s (every carrier is taken)");
        }
        if (descriptors.isFailing()) {
            problems.add("the JVM has been unable to open a file or a socket for " + seconds(descriptors.failingNanos())
                    + " s (a limit on descriptors)");
        }
        return problems;
    }

    private boolean isTooLong(long nanos) {
        return stuckAfterNanos > 0 && nanos >= stuckAfterNanos;
    }

    private static long seconds(long nanos) {
        return TimeUnit.NANOSECONDS.toSeconds(nanos);
    }
}
