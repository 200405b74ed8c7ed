package com.approck.healthcheck.agent.sample;

import com.approck.healthcheck.agent.pool.Watch;
import com.approck.healthcheck.agent.pool.Worker;

/**
 * What the sampler remembers of one worker from tick to tick. Pure: counters and CPU times come in.
 *
 * <p>Time adds up by ticks and is not read off a clock: while the whole JVM was stopped or paused no worker was stuck, it
 * only had no chance to move.
 */
final class Track {
    private final Worker worker;
    private final PoolTrack pool;
    private final boolean isLoop;
    private long tasks = -1;
    private long cpuNanos = -1;
    private long monitorWait = -1;
    private long idleCpuNanos;
    private boolean overdue;
    private boolean waitsForWork;
    private boolean deadlocked;
    private boolean saidStuck;

    Track(Worker worker, PoolTrack pool) {
        this.worker = worker;
        this.pool = pool;
        this.isLoop = worker.pool().watch() == Watch.STACK;
    }

    Worker worker() {
        return worker;
    }

    PoolTrack pool() {
        return pool;
    }

    /**
     * Takes in one tick.
     *
     * @param elapsedNanos since the last tick, at most as much as the workers could have used
     * @param stuckAfterNanos 0: time makes no worker stuck
     * @param toleranceNanos how much the sum of ticks may fall short by their jitter
     * @return whether the worker moved since the last tick: a task began or ended, or a loop used CPU
     */
    boolean tick(long elapsedNanos, long stuckAfterNanos, long toleranceNanos, JvmThreads threads) {
        long before = tasks;
        tasks = worker.tasks();
        boolean moved = !isLoop && tasks != before;
        if (!moved && isOnTask()) {
            return stayed(elapsedNanos, stuckAfterNanos, toleranceNanos, threads) && isLoop;
        }
        idleCpuNanos = 0;
        overdue = false;
        deadlocked = false;
        if (isOnTask()) {
            cpuNanos = threads.cpuNanos(worker.threadId());
            monitorWait = -1;
        }
        return moved;
    }

    /** It is where it was, by its counter; says whether it did something there. */
    private boolean stayed(long elapsedNanos, long stuckAfterNanos, long toleranceNanos, JvmThreads threads) {
        boolean idle = isIdle(threads);
        idleCpuNanos = idle ? idleCpuNanos + elapsedNanos : 0;
        deadlocked &= idle;
        boolean due = stuckAfterNanos > 0 && idleCpuNanos + toleranceNanos >= stuckAfterNanos;
        if (isLoop && due && !overdue && !waitsForWork) {
            // Asked once: a loop that leaves its wait uses CPU.
            waitsForWork = threads.waitsForWork(worker.threadId());
        }
        waitsForWork &= due;
        overdue = due && !waitsForWork;
        return !idle;
    }

    /**
     * Whether the thread did nothing since the last tick. To use no CPU is the sign of it, with one exception: before Java
     * 24 the first thread that waits for a monitor wakes up once a second to look whether it was forgotten
     * (ObjectMonitor::EnterI, MAX_RECHECK_INTERVAL), which costs some 50 us of CPU and is no progress.
     */
    private boolean isIdle(JvmThreads threads) {
        long cpu = threads.cpuNanos(worker.threadId());
        if (cpu == cpuNanos && cpu >= 0) {
            return true;
        }
        cpuNanos = cpu;
        long before = monitorWait;
        monitorWait = threads.monitorWait(worker.threadId());
        return monitorWait >= 0 && monitorWait == before;
    }

    /** Whether there is more to be known of it than that it is idle: what it is at, or that it is no longer stuck. */
    boolean isOfInterest() {
        return isOnTask() || saidStuck;
    }

    private boolean isOnTask() {
        return isLoop || (tasks & 1) != 0;
    }

    /** Whether it is on a request; of a loop, whether it moved since the last tick, or is stuck. */
    boolean isBusy() {
        return isLoop ? idleCpuNanos == 0 || isStuck() : isOnTask();
    }

    /** Whether it has been on one request, without using CPU, since the last tick or longer. */
    boolean isWaiting() {
        return idleCpuNanos > 0 && (!isLoop || overdue);
    }

    /** Whether it is a loop that did nothing since the last tick, and is not known to hang. */
    boolean isIdleLoop() {
        return isLoop && idleCpuNanos > 0 && !overdue;
    }

    void deadlocked(boolean now) {
        deadlocked = now;
    }

    boolean isStuck() {
        return overdue || deadlocked;
    }

    /** Whether it became stuck, or recovered, since this was last asked. */
    boolean stuckChanged() {
        boolean changed = saidStuck != isStuck();
        saidStuck = isStuck();
        return changed;
    }

    /** Why it is stuck, for people. */
    String reason() {
        if (deadlocked) {
            return "it is part of a deadlock, or waits for one";
        }
        String where = isLoop ? "has not come back for work for " : "has been on one request for ";
        return "it " + where + Math.round(idleCpuNanos / 1e9) + " s without using CPU";
    }
}
