package com.approck.healthcheck.agent.sample;

/** Says of one thread whether it has done anything since the last look. For the sampler's thread. */
final class IdleCheck {
    private long cpuNanos = -1;
    private long monitorWait = -1;

    /** Notes how much CPU the thread has used so far, so that the next look compares with this moment. */
    void begin(long threadId, JvmThreads threads) {
        cpuNanos = threads.cpuNanos(threadId);
        monitorWait = -1;
    }

    /**
     * Returns whether the thread did nothing since the last look: it used no CPU, with one exception. Before Java 24 the first
     * thread that waits for a monitor wakes up once a second to check whether it was forgotten (ObjectMonitor::EnterI,
     * MAX_RECHECK_INTERVAL), which costs some 50 us of CPU and is no progress.
     */
    boolean isIdle(long threadId, JvmThreads threads) {
        long cpu = threads.cpuNanos(threadId);
        if (cpu == cpuNanos && cpu >= 0) {
            return true;
        }
        cpuNanos = cpu;
        long before = monitorWait;
        monitorWait = threads.monitorWait(threadId);
        return monitorWait >= 0 && monitorWait == before;
    }
}
