package com.approck.healthcheck.agent.sample;

import com.approck.healthcheck.agent.pool.ProgressSource;
import com.approck.healthcheck.agent.pool.Worker;

/**
 * What the sampler remembers of one worker from tick to tick. Reads no clock: the length of each tick comes in, because while
 * the whole JVM was paused no worker was stuck.
 */
final class WorkerState {
    private final Worker worker;
    private final PoolState pool;
    private final boolean isLoop;
    private long tasks = -1;
    private final IdleCheck idleCheck = new IdleCheck();
    private long idleCpuNanos;
    private long sameTaskNanos;
    private boolean overdue;
    private boolean waitsForWork;

    /** Of a loop: whether it was in a handler when its stack was read last, and has used no CPU since. */
    private boolean serving;

    private boolean stackRead;
    private boolean deadlocked;
    private boolean loggedStuck;

    WorkerState(Worker worker, PoolState pool) {
        this.worker = worker;
        this.pool = pool;
        this.isLoop = worker.pool().progressSource() == ProgressSource.STACK;
    }

    Worker worker() {
        return worker;
    }

    PoolState pool() {
        return pool;
    }

    /**
     * Counts one tick.
     *
     * @param elapsedNanos since the last tick, at most as much as the workers could have used
     * @param stuckAfterNanos 0: time makes no worker stuck
     * @param toleranceNanos by how much jitter may make the sum of ticks too short
     * @return whether the worker moved since the last tick: a task began or ended, or a loop used CPU
     */
    boolean tick(long elapsedNanos, long stuckAfterNanos, long toleranceNanos, JvmThreads threads) {
        long before = tasks;
        tasks = worker.tasks();
        boolean moved = !isLoop && tasks != before;
        if (!moved && isOnTask()) {
            sameTaskNanos += elapsedNanos;
            return stayed(elapsedNanos, stuckAfterNanos, toleranceNanos, threads) && isLoop;
        }
        idleCpuNanos = 0;
        sameTaskNanos = 0;
        overdue = false;
        deadlocked = false;
        if (isOnTask()) {
            idleCheck.begin(worker.threadId(), threads);
        }
        return moved;
    }

    /** Counts a tick in which its counter stood still; returns whether it used CPU. */
    private boolean stayed(long elapsedNanos, long stuckAfterNanos, long toleranceNanos, JvmThreads threads) {
        boolean idle = idleCheck.isIdle(worker.threadId(), threads);
        idleCpuNanos = idle ? idleCpuNanos + elapsedNanos : 0;
        deadlocked &= idle;
        if (!idle) {
            serving = isLoop;
            stackRead = false;
        }
        boolean due = stuckAfterNanos > 0 && idleCpuNanos + toleranceNanos >= stuckAfterNanos;
        if (isLoop && due && !overdue && !waitsForWork) {
            readStack(threads);
            waitsForWork = !serving;
        }
        waitsForWork &= due;
        overdue = due && !waitsForWork;
        return !idle;
    }

    /** Returns whether it is a loop that has used CPU since its stack was read: whether it serves is not known. */
    boolean wantsStackRead() {
        return isLoop && !stackRead;
    }

    /** Finds out whether a loop waits for work. Read once: one that leaves its wait, or a handler, uses CPU. */
    void readStack(JvmThreads threads) {
        if (!stackRead) {
            serving = !threads.waitsForWork(worker.threadId());
            stackRead = true;
        }
    }

    /** Returns whether this tick has to look at it again: it is on a request, or was logged as stuck. Few are when idle. */
    boolean isOfInterest() {
        return isOnTask() || loggedStuck;
    }

    private boolean isOnTask() {
        return isLoop || (tasks & 1) != 0;
    }

    /** Returns whether it is on a request; for a loop, whether it is elsewhere than where it waits for work. */
    boolean isBusy() {
        return isLoop ? serving || isStuck() : isOnTask();
    }

    /** Returns whether its counter has stood still on a request for that long, with or without CPU; of a loop nobody knows. */
    boolean isOnOneTaskFor(long nanos) {
        return !isLoop && isOnTask() && sameTaskNanos >= nanos;
    }

    /** Returns whether it has been on one request, without using CPU, since the last tick or longer. */
    boolean isWaiting() {
        return idleCpuNanos > 0 && (!isLoop || overdue);
    }

    /** Returns whether it is a loop that did nothing since the last tick, and is not known to hang. */
    boolean isIdleLoop() {
        return isLoop && idleCpuNanos > 0 && !overdue;
    }

    void setDeadlocked(boolean now) {
        deadlocked = now;
    }

    boolean isStuck() {
        return overdue || deadlocked;
    }

    /** Returns whether it became stuck, or recovered, since the last call. */
    boolean takeStuckChange() {
        boolean changed = loggedStuck != isStuck();
        loggedStuck = isStuck();
        return changed;
    }

    /** Returns for how long its counter has stood still on a request. */
    long sameTaskNanos() {
        return sameTaskNanos;
    }

    /** Returns what it does, in a word, for people. */
    String word() {
        if (deadlocked) {
            return "deadlocked";
        }
        return overdue ? "stuck" : isBusy() ? "busy" : "idle";
    }

    /** Returns since when it does that, for people. */
    String detail() {
        if (isStuck()) {
            return reason();
        }
        if (isLoop) {
            return idleCpuNanos == 0 ? "" : "without using CPU for " + seconds(idleCpuNanos) + " s";
        }
        return "for " + seconds(sameTaskNanos) + " s"
                + (idleCpuNanos == 0 ? "" : ", the last " + seconds(idleCpuNanos) + " s without using CPU");
    }

    private static long seconds(long nanos) {
        return Math.round(nanos / 1e9);
    }

    /** Returns why it is stuck, for logs. */
    String reason() {
        if (deadlocked) {
            return "it is part of a deadlock, or waits for one";
        }
        String where = isLoop ? "has not come back for work for " : "has been on one request for ";
        return "it " + where + seconds(idleCpuNanos) + " s without using CPU";
    }
}
