package com.approck.healthcheck.agent.start;

import com.approck.healthcheck.agent.config.AgentConfig;
import com.approck.healthcheck.agent.instrument.PoolClassTransformer;
import com.approck.healthcheck.agent.instrument.SelfCheck;
import com.approck.healthcheck.agent.log.Log;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/**
 * Instruments the classes that the transformer has noted, some seconds after the first pool was found, and checks once that the
 * hooks are called. For the agent's thread; the work runs on a thread of its own, which ends with it: on a machine without spare
 * CPU, to load what instruments can take longer than a lease, and samples must not wait for it.
 */
final class LateInstrumentation {
    private static final long MILLISECOND = 1_000_000L;

    /**
     * From the first pool to its instrumentation, at least and at most: Byte Buddy takes half a second of a processor, which a
     * server that has just started needs for its first requests. Until then the sampler follows them by their stacks, and no
     * worker is stuck before {@code stuck-after}: a twelfth of that is early enough.
     */
    private static final long MIN_AFTER_NANOS = 1_000 * MILLISECOND;

    private static final long MAX_AFTER_NANOS = 5_000 * MILLISECOND;
    private static final int STUCK_AFTER_PARTS = 12;

    /** After this number of failures in a row nothing is instrumented any more. */
    private static final int MAX_FAILURES = 100;

    private final AgentConfig config;
    private final PoolClassTransformer transformer;
    private final BooleanSupplier draining;
    private final Runnable onEnd;
    private final Log log;
    private final AtomicInteger failures = new AtomicInteger();
    private SelfCheck check;
    private Thread thread;
    private long firstPoolNanos = -1;
    private volatile long endedNanos;
    private volatile boolean tried;
    private volatile boolean checked;

    /**
     * @param draining whether the JVM has begun to shut down
     * @param onEnd called on the thread that has instrumented
     */
    LateInstrumentation(
            AgentConfig config, PoolClassTransformer transformer, BooleanSupplier draining, Runnable onEnd, Log log) {
        this.config = config;
        this.transformer = transformer;
        this.draining = draining;
        this.onEnd = onEnd;
        this.log = log;
    }

    /** The hooks are connected to the agent, and can be checked. */
    void connected(SelfCheck hooks) {
        check = hooks;
    }

    /** Returns whether the hooks are in, as far as they can be. */
    boolean hasTried() {
        return tried;
    }

    /**
     * Starts the work if it is due. To be called when the agent is connected and there is a pool or a consumer, after each sample
     * and each look for pools.
     *
     * @return the nanoseconds after which it wants to be called again
     */
    long run() {
        if (thread != null && thread.isAlive()) {
            // It wakes this thread when it ends.
            return Long.MAX_VALUE;
        }
        long now = System.nanoTime();
        if (firstPoolNanos < 0) {
            firstPoolNanos = now;
        }
        // Another agent may transform the same classes again and again, and what it does so often must not cost us
        // more.
        long due = tried ? config.intervalNanos() - (now - endedNanos) : afterNanos() - (now - firstPoolNanos);
        if (due > 0) {
            return transformer.isBehind() ? due : Long.MAX_VALUE;
        }
        if (!transformer.isBehind()) {
            transformer.rest();
            return Long.MAX_VALUE;
        }
        if (failures.get() < MAX_FAILURES) {
            thread = new Thread(this::instrument, "healthcheck-instrument");
            thread.setDaemon(true);
            thread.start();
        }
        return Long.MAX_VALUE;
    }

    private long afterNanos() {
        if (draining.getAsBoolean()) {
            // Only a hook reports the stop of the last pool in time: the JVM ends right after it.
            return 0;
        }
        if (transformer.hasSeenLibraryOfConsumers()) {
            // What a consumer does is not known before its hook is in.
            return MIN_AFTER_NANOS;
        }
        long part = config.stuckAfterNanos() / STUCK_AFTER_PARTS;
        return part == 0 ? MAX_AFTER_NANOS : Math.max(MIN_AFTER_NANOS, Math.min(MAX_AFTER_NANOS, part));
    }

    private void instrument() {
        try {
            if (!checked) {
                check.prepare();
            }
            transformer.catchUp();
            if (!checked) {
                checked = true;
                checkHooks();
            }
            failures.set(0);
        } catch (Throwable e) {
            // A heap without room says nothing of the classes.
            if (!(e instanceof OutOfMemoryError)) {
                failures.incrementAndGet();
            }
            log.warn("the instrumentation failed, requests are followed by the stacks of their threads: ", e);
        } finally {
            endedNanos = System.nanoTime();
            tried = true;
            onEnd.run();
        }
    }

    private void checkHooks() {
        String problem = check.failures();
        if (problem != null) {
            log.warn("the hooks are not called in this JVM (self-check: " + problem + "); requests are followed"
                    + " by the stacks of their threads, and a pool that stops is noticed at the next sample");
        }
    }
}
