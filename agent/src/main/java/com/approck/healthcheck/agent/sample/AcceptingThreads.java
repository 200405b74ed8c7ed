package com.approck.healthcheck.agent.sample;

import com.approck.healthcheck.agent.pool.Worker;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * Follows the threads that accept the connections of one pool, or hand them out, and that need not be its workers. Such a
 * thread is stuck when it has used no CPU for {@code stuck-after} and waits neither for a connection nor for other work. For
 * the sampler's thread.
 */
final class AcceptingThreads {
    private Map<Long, Following> byThread = new HashMap<>();

    /**
     * Counts one tick, and forgets threads that are not among these.
     *
     * @param elapsedNanos since the last tick, at most as much as the threads could have used
     * @param stuckAfterNanos 0: time makes none of them stuck
     * @param toleranceNanos by how much jitter may make the sum of ticks too short
     */
    void tick(
            Collection<Thread> threads, long elapsedNanos, long stuckAfterNanos, long toleranceNanos, JvmThreads jvm) {
        if (threads.isEmpty() && byThread.isEmpty()) {
            return;
        }
        Map<Long, Following> now = new HashMap<>();
        for (Thread thread : threads) {
            if (thread.isAlive()) {
                long id = Worker.idOf(thread);
                Following following = byThread.getOrDefault(id, new Following());
                following.tick(id, elapsedNanos, stuckAfterNanos - toleranceNanos, stuckAfterNanos > 0, jvm);
                now.put(id, following);
            }
        }
        byThread = now;
    }

    boolean isStuck(Thread thread) {
        Following following = byThread.get(Worker.idOf(thread));
        return following != null && following.stuck;
    }

    /** Returns for how long a thread has used no CPU, in seconds, and where it is, for logs; to be called while it is stuck. */
    String describe(Thread thread, JvmThreads jvm) {
        long id = Worker.idOf(thread);
        return "for " + Math.round(byThread.get(id).idleNanos / 1e9) + " s; " + jvm.describe(id);
    }

    private static final class Following {
        private final IdleCheck idle = new IdleCheck();
        private long idleNanos;
        private boolean waitsForWork;
        private boolean stuck;

        void tick(long id, long elapsedNanos, long dueNanos, boolean mayBeStuck, JvmThreads jvm) {
            idleNanos = idle.isIdle(id, jvm) ? idleNanos + elapsedNanos : 0;
            boolean due = mayBeStuck && idleNanos >= dueNanos;
            if (due && !stuck && !waitsForWork) {
                // Read once: a thread that leaves its wait uses CPU.
                waitsForWork = jvm.waitsForConnection(id);
            }
            waitsForWork &= due;
            stuck = due && !waitsForWork;
        }
    }
}
