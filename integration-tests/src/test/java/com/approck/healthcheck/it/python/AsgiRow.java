package com.approck.healthcheck.it.python;

import static com.approck.healthcheck.it.python.AsgiScene.Server.GUNICORN;
import static com.approck.healthcheck.it.python.AsgiScene.Server.HYPERCORN;
import static com.approck.healthcheck.it.python.AsgiScene.Server.HYPERCORN_WORKERS;
import static com.approck.healthcheck.it.python.AsgiScene.Server.UVICORN;
import static com.approck.healthcheck.it.python.AsgiScene.Server.UVICORN_WORKERS;

import com.approck.healthcheck.it.python.AsgiScene.Server;
import com.approck.healthcheck.it.support.Scenario;
import java.util.List;

/**
 * What can happen to an ASGI server, what {@code /health/live} should answer, and the servers to which it is done. To add
 * one, add a row here and a method to {@link AsgiFaults}. What is seen must be right with every server.
 */
@SuppressWarnings("ImmutableEnumChecker") // The list is of List.of, the scenarios are static methods.
enum AsgiRow {
    BOOTS("boots; the startup takes 2 s", "422 until it is complete, then 200", AsgiFaults::boots, Server.values()),
    NEVER_LOADS(
            "boots; the application cannot be imported",
            "422 throughout",
            AsgiFaults::neverLoads,
            UVICORN,
            HYPERCORN,
            GUNICORN),
    BUSY("busy with requests that wait for 2 s", "200 throughout", AsgiFaults::busy, UVICORN, HYPERCORN, GUNICORN),
    ONE_BLOCKED(
            "the event loop of one process of two is blocked",
            "200 throughout; one process less at `stuck-after`",
            AsgiFaults::oneBlocked,
            UVICORN_WORKERS,
            HYPERCORN_WORKERS),
    ALL_BLOCKED(
            "the event loops of all processes are blocked",
            "422 at `stuck-after`, 200 when they run again",
            AsgiFaults::allBlocked,
            Server.values()),
    ONE_KILLED(
            "SIGKILL of one process of two",
            "200 throughout; one process less at lease + 1 s, unless it is replaced",
            AsgiFaults::oneKilled,
            UVICORN_WORKERS,
            HYPERCORN_WORKERS,
            GUNICORN),
    ALL_KILLED("SIGKILL of all processes", "422 at lease + 1 s", AsgiFaults::allKilled, Server.values()),
    PARENT_KILLED(
            "SIGKILL of the parent alone; its processes serve on",
            "200 throughout",
            AsgiFaults::parentKilled,
            UVICORN_WORKERS,
            HYPERCORN_WORKERS),
    FROZEN(
            "SIGSTOP of all for 8 s, then SIGCONT",
            "422 at lease + 1 s, 200 within 2 s of waking",
            AsgiFaults::frozen,
            UVICORN,
            HYPERCORN_WORKERS),
    RELOADED(
            "`--reload` (Gunicorn: HUP); the startup takes 3 s",
            "422 while no process serves, then 200",
            AsgiFaults::reloaded,
            UVICORN,
            GUNICORN),
    RECYCLED(
            "`--limit-max-requests` ends the process, and nobody replaces it",
            "422 once it has ended",
            AsgiFaults::recycled,
            UVICORN),
    TERMINATED(
            "TERM with 4 s of a request left",
            "200 until it is done (ready 422 `ShuttingDown` once every process stops), then 422",
            AsgiFaults::terminated,
            Server.values()),
    SIDECAR_LATE(
            "the sidecar starts 3 s late", "200 within 2 s of its start", AsgiFaults::sidecarLate, UVICORN_WORKERS),
    SIDECAR_RESTARTED(
            "SIGKILL and restart of the sidecar",
            "200 within 2 s of its start",
            AsgiFaults::sidecarRestarted,
            HYPERCORN);

    final String fault;
    final String right;
    final List<Server> servers;
    private final Scenario scenario;

    AsgiRow(String fault, String right, Scenario scenario, Server... servers) {
        this.fault = fault;
        this.right = right;
        this.scenario = scenario;
        this.servers = List.of(servers);
    }

    /** {@link AsgiFaults#RIGHT}, or in a few words what is wrong. */
    String see(AsgiScene scene) {
        return scenario.see(scene);
    }

    @FunctionalInterface
    private interface Scenario {
        String see(AsgiScene scene);
    }
}
