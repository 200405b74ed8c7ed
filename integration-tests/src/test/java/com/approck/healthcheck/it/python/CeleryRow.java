package com.approck.healthcheck.it.python;

import com.approck.healthcheck.it.support.Scenario;
import java.util.List;

/**
 * What can happen to a Celery worker, what {@code /health/live} should answer, and the pools to which it is done. To add
 * one, add a row here and a method to {@link CeleryFaults}. What is seen must be right with every pool.
 */
@SuppressWarnings("ImmutableEnumChecker") // The list is of List.of, the scenarios are static methods.
enum CeleryRow {
    BOOTS("boots", "422 until its pool is there, then 200", CeleryFaults::boots, "prefork", "threads"),
    BOOTS_WITHOUT_BROKER(
            "boots while its broker is away, which comes later",
            "200 once its pool is there",
            CeleryFaults::bootsWithoutBroker,
            "prefork",
            "threads"),
    BUSY(
            "every worker busy with 2 s tasks, more waiting",
            "200 throughout; the number of tasks in flight",
            CeleryFaults::busy,
            "prefork",
            "threads"),
    ENDLESS_TASKS(
            "every worker on a task without a time limit that does not end",
            "200 throughout",
            CeleryFaults::endlessTasks,
            "prefork",
            "threads"),
    LATE_TASKS(
            "every worker on a task that hangs past its time limit of 3 s; Celery replaces the processes",
            "200 throughout",
            CeleryFaults::lateTasksAreEnded,
            "prefork"),
    LATE_THREADS(
            "the same; Celery cannot end threads",
            "422 three seconds after the limit, 200 when they end",
            CeleryFaults::lateThreads,
            "threads"),
    BROKER_GONE(
            "the broker goes away for 12 s while tasks with a time limit run",
            "200 throughout",
            CeleryFaults::brokerGone,
            "prefork",
            "threads"),
    RECYCLED(
            "processes are recycled by `--max-tasks-per-child 1`", "200 throughout", CeleryFaults::recycled, "prefork"),
    PROCESS_KILLED("SIGKILL of one process of the pool", "200 throughout", CeleryFaults::processKilled, "prefork"),
    WORKER_KILLED(
            "SIGKILL of the worker's main process",
            "422 at lease + 1 s",
            CeleryFaults::workerKilled,
            "prefork",
            "threads"),
    FROZEN(
            "SIGSTOP of the worker's main process for 8 s, then SIGCONT",
            "422 at lease + 1 s, 200 within 2 s of waking",
            CeleryFaults::frozen,
            "prefork"),
    TERMINATED(
            "TERM with 4 s of a task left",
            "200 until it is done (ready 422 `ShuttingDown` at once), then 422",
            CeleryFaults::terminated,
            "prefork",
            "threads"),
    SIDECAR_LATE("the sidecar starts 3 s late", "200 within 2 s of its start", CeleryFaults::sidecarLate, "prefork"),
    SIDECAR_RESTARTED(
            "SIGKILL and restart of the sidecar",
            "200 within 2 s of its start",
            CeleryFaults::sidecarRestarted,
            "threads");

    final String fault;
    final String right;
    final List<String> pools;
    private final Scenario scenario;

    CeleryRow(String fault, String right, Scenario scenario, String... pools) {
        this.fault = fault;
        this.right = right;
        this.scenario = scenario;
        this.pools = List.of(pools);
    }

    /** {@link CeleryFaults#RIGHT}, or in a few words what is wrong. */
    String see(CeleryScene scene) {
        return scenario.see(scene);
    }

    @FunctionalInterface
    private interface Scenario {
        String see(CeleryScene scene);
    }
}
