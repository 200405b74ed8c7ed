package com.approck.healthcheck.agent.sample;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds threads that are part of a deadlock in two samples in a row, and the workers that wait for a lock which such a thread
 * holds. Asks the JVM while a worker waits inside a request, and rarely otherwise. For one thread.
 */
final class DeadlockDetector {
    /** The number of ticks between two searches while no worker waits: then a deadlock is only among other threads. */
    private static final int TICKS_BETWEEN_SEARCHES = 10;

    private Set<Long> deadlockedBefore = new HashSet<>();
    private int ticksSinceSearch;

    /**
     * Searches, if it is time, and marks the workers that are deadlocked.
     *
     * @param candidates the workers that may be deadlocked
     * @param anyPool false if there is no pool, so no reason to search
     * @return the threads that were deadlocked twice in a row, workers or not
     */
    Set<Long> search(List<WorkerState> candidates, boolean anyPool, JvmThreads threads) {
        List<WorkerState> waiting = waiting(candidates, threads);
        boolean due = ++ticksSinceSearch >= TICKS_BETWEEN_SEARCHES || !deadlockedBefore.isEmpty();
        if (!anyPool || (waiting.isEmpty() && !due)) {
            deadlockedBefore = new HashSet<>();
            return deadlockedBefore;
        }
        ticksSinceSearch = 0;
        Set<Long> found = threads.deadlocked();
        Set<Long> twice = new HashSet<>(found);
        twice.retainAll(deadlockedBefore);
        deadlockedBefore = found;
        if (!twice.isEmpty()) {
            addThoseWhoWaitFor(twice, waiting, threads);
        }
        for (WorkerState worker : waiting) {
            worker.setDeadlocked(twice.contains(worker.worker().threadId()));
        }
        return twice;
    }

    /** Returns the workers that wait on a request, and the loops that wait for a lock and not for work. */
    private static List<WorkerState> waiting(List<WorkerState> candidates, JvmThreads threads) {
        Set<Long> idleLoops = new HashSet<>();
        for (WorkerState worker : candidates) {
            if (worker.isIdleLoop()) {
                idleLoops.add(worker.worker().threadId());
            }
        }
        Set<Long> onLocks =
                idleLoops.isEmpty() ? idleLoops : threads.lockHolders(idleLoops).keySet();
        List<WorkerState> waiting = new ArrayList<>();
        for (WorkerState worker : candidates) {
            boolean onLock =
                    worker.isIdleLoop() && onLocks.contains(worker.worker().threadId());
            if (worker.isWaiting() || onLock) {
                waiting.add(worker);
            }
        }
        return waiting;
    }

    /** The JVM names only the threads of the circle. Who waits for a lock that one of them holds is as lost as they are. */
    private static void addThoseWhoWaitFor(Set<Long> deadlocked, List<WorkerState> waiting, JvmThreads threads) {
        Set<Long> ids = new HashSet<>();
        for (WorkerState worker : waiting) {
            ids.add(worker.worker().threadId());
        }
        Map<Long, Long> holders = threads.lockHolders(ids);
        boolean grew = true;
        while (grew) {
            grew = false;
            for (Map.Entry<Long, Long> entry : holders.entrySet()) {
                if (deadlocked.contains(entry.getValue()) && deadlocked.add(entry.getKey())) {
                    grew = true;
                }
            }
        }
    }
}
