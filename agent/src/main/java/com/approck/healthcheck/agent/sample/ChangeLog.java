package com.approck.healthcheck.agent.sample;

import com.approck.healthcheck.agent.log.Log;
import com.approck.healthcheck.agent.pool.MonitoredPool;
import com.approck.healthcheck.agent.pool.Worker;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Logs workers that became stuck or recovered, and pools that no request reaches any more or reaches again. */
final class ChangeLog {
    /** The most lines in a tick about workers. */
    private static final int MAX_LINES = 10;

    private final Log log;

    ChangeLog(Log log) {
        this.log = log;
    }

    void logWorkers(List<WorkerState> workers, JvmThreads threads) {
        int lines = 0;
        for (WorkerState state : workers) {
            if (!state.takeStuckChange()) {
                continue;
            }
            if (++lines <= MAX_LINES) {
                Worker worker = state.worker();
                String who = "worker " + worker.threadName() + " of pool "
                        + worker.pool().name();
                log.info(
                        state.isStuck()
                                ? who + " is stuck: " + state.reason() + "; " + threads.describe(worker.threadId())
                                : who + " is no longer stuck");
            }
        }
        if (lines > MAX_LINES) {
            log.info((lines - MAX_LINES) + " more workers became stuck or recovered");
        }
    }

    /** Logs the workers that the pool itself has lost or has got back. */
    void logLost(PoolState state) {
        Map<Long, String> lost = state.lostWorkers();
        Set<Long> before = state.exchangeLoggedLost();
        String of = "of pool " + state.pool().name() + " of " + state.pool().server();
        int lines = 0;
        for (Map.Entry<Long, String> entry : lost.entrySet()) {
            if (!before.contains(entry.getKey()) && ++lines <= MAX_LINES) {
                log.info("a worker " + of + " is lost: " + entry.getValue());
            }
        }
        before.removeAll(lost.keySet());
        if (!before.isEmpty()) {
            log.info(before.size() + " lost workers " + of + " are back, were replaced or are gone");
        }
    }

    void logPool(PoolState state) {
        if (state.unreachableChanged()) {
            MonitoredPool pool = state.pool();
            String reason = state.unreachable();
            log.info(
                    reason == null
                            ? "requests reach pool " + pool.name() + " again"
                            : "requests no longer reach pool " + pool.name() + " of " + pool.server()
                                    + ", none of its workers counts: " + reason);
        }
    }
}
