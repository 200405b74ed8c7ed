package com.approck.healthcheck.it.python;

import java.util.List;

/**
 * A way in which Gunicorn's workers die, or only seem to: what is done to a real Gunicorn, what {@code /health/live} should
 * say, and what it does say with our hooks and without them. A row here is the place to add one.
 *
 * <p>Each scenario returns what it saw: {@link GunicornFaults#RIGHT}, or in a few words what is wrong.
 */
@SuppressWarnings("ImmutableEnumChecker") // The list is of List.of, the scenarios are static methods.
enum GunicornRow {
    BOOTS(
            "boots; the application takes 2 s to load",
            "422 until it is loaded, then 200 for good",
            "yes",
            "no: 200 before it is loaded",
            GunicornFaults::boots,
            "sync",
            "gthread",
            "gevent"),
    NEVER_LOADS(
            "boots; the application cannot be loaded",
            "422 throughout",
            "yes",
            "no: 200 for ever",
            GunicornFaults::neverLoads,
            "sync"),
    IDLE("idle for three timeouts", "200 throughout", "yes", "yes", GunicornFaults::idle, "sync", "gthread", "gevent"),
    BUSY(
            "every worker busy with 2 s requests, more waiting",
            "200 throughout",
            "yes",
            "yes",
            GunicornFaults::busy,
            "sync",
            "gthread",
            "gevent"),
    ONE_BLOCKED(
            "one sync worker of three hangs in a request",
            "200 throughout; two workers until Gunicorn has replaced it",
            "yes",
            "no: three workers all the time",
            GunicornFaults::oneBlocked,
            "sync"),
    ALL_BLOCKED(
            "all sync workers hang in requests, or the hubs of all gevent workers are blocked",
            "422 at Gunicorn's timeout, 200 when Gunicorn has replaced them",
            "yes",
            "no: 200 throughout",
            GunicornFaults::allBlocked,
            "sync",
            "gevent"),
    HUBS_BLOCKED_WITHOUT_TIMEOUT(
            "the hubs of all gevent workers are blocked, with `timeout = 0`",
            "422",
            "no: 200 throughout; nobody looks at heartbeats",
            "no: 200 throughout",
            GunicornFaults::hubsBlockedUnseen,
            "gevent"),
    ALL_HANG_WITHOUT_TIMEOUT(
            "all sync workers hang in requests, with `timeout = 0`, and go on later",
            "422 at `stuck-after`, 200 when they go on",
            "yes",
            "no: 200 throughout",
            scene -> GunicornFaults.allHang(scene, 2, "--timeout", "0"),
            "sync"),
    THREADS_HANG(
            "all request threads of a gthread worker hang, and go on later",
            "422 at `stuck-after`, 200 when they go on",
            "yes",
            "no: 200 throughout",
            scene -> GunicornFaults.allHang(scene, 1, "--timeout", "3", "--threads", "2"),
            "gthread"),
    HALF_OF_THE_THREADS_HANGS(
            "one of two request threads of a gthread worker hangs",
            "200 throughout",
            "yes",
            "yes",
            GunicornFaults::halfOfTheThreadsHangs,
            "gthread"),
    ALL_STREAM(
            "every request thread streams a byte each half second, for longer than `stuck-after`",
            "200 throughout",
            "yes",
            "yes",
            GunicornFaults::allStream,
            "sync",
            "gthread"),
    ONE_KILLED(
            "SIGKILL of one worker of three",
            "200 throughout",
            "yes",
            "yes",
            GunicornFaults::oneKilled,
            "sync",
            "gthread",
            "gevent"),
    WORKERS_KILLED(
            "SIGKILL of all workers; the application takes 3 s to load",
            "422 until one is replaced, then 200",
            "yes",
            "no: 200 throughout",
            GunicornFaults::workersKilled,
            "sync"),
    ARBITER_KILLED(
            "SIGKILL of the arbiter, on which the workers end by themselves",
            "422 at lease + 1 s",
            "yes",
            "no: 200 for ever",
            scene -> GunicornFaults.silence(scene.start(2), "KILL", false),
            "sync",
            "gthread",
            "gevent"),
    ALL_KILLED(
            "SIGKILL of the arbiter and all workers",
            "422 at lease + 1 s",
            "yes",
            "no: 200 for ever",
            scene -> GunicornFaults.silence(scene.start(2), "KILL", true),
            "sync"),
    ALL_KILLED_BOTH_SPEAK(
            "the same, with Gunicorn's own `statsd_host` at the same sidecar",
            "422 at lease + 1 s",
            "yes",
            "no: 200 for ever",
            scene -> GunicornFaults.silence(scene.bothSpeak().start(2), "KILL", true),
            "sync"),
    FROZEN(
            "SIGSTOP of all for 8 s, then SIGCONT",
            "422 at lease + 1 s, 200 within 2 s of waking",
            "yes",
            "no: 200 throughout",
            GunicornFaults::frozen,
            "sync"),
    ARBITER_HANGS(
            "the arbiter hangs in a hook; later all workers are killed",
            "200 while workers work, 422 once none is left",
            "yes",
            "no: 200 for ever",
            GunicornFaults::arbiterHangs,
            "sync"),
    RECYCLED(
            "workers are recycled by `max_requests`, one after the other",
            "200 throughout",
            "yes",
            "yes",
            GunicornFaults::recycled,
            "sync"),
    RELOADED_WITH_PRELOAD(
            "HUP, with `preload_app`",
            "200 throughout",
            "yes",
            "yes",
            scene -> GunicornFaults.reloaded(scene.environment("PRELOADED", "true"), "--preload"),
            "sync"),
    RELOADED_SLOWLY(
            "HUP; the application takes 4 s to load, and the old workers do not wait for that",
            "422 while no worker is there, then 200",
            "yes",
            "no: 200 throughout",
            GunicornFaults::reloadedSlowly,
            "sync"),
    MORE_AND_FEWER(
            "TTIN, TTOU", "200 throughout, the number follows", "yes", "yes", GunicornFaults::moreAndFewer, "sync"),
    UPGRADED(
            "USR2, then TERM to the old arbiter",
            "200 throughout, ready too",
            "yes",
            "yes",
            GunicornFaults::upgraded,
            "sync"),
    TERMINATED(
            "TERM with 4 s of a request left",
            "200 until it is done (ready 422 `ShuttingDown` at once), then 422",
            "yes",
            "no: 200 for ever, ready too",
            GunicornFaults::terminated,
            "sync",
            "gthread",
            "gevent"),
    SIDECAR_LATE(
            "the sidecar starts 3 s late",
            "200 within 2 s of its start",
            "yes",
            "no: 422 for ever",
            GunicornFaults::sidecarLate,
            "sync"),
    SIDECAR_RESTARTED(
            "SIGKILL and restart of the sidecar",
            "200 within 2 s of its start",
            "yes",
            "no: 422 for ever",
            scene -> GunicornFaults.sidecarRestarted(scene.start(2)),
            "sync"),
    SIDECAR_RESTARTED_WITH_STATE_FILE(
            "the same with `--state-file`",
            "200 within 2 s of its start",
            "yes",
            "yes",
            GunicornFaults::sidecarRestartedWithStateFile,
            "sync"),
    PREFIX(
            "`statsd_prefix`",
            "200",
            "yes",
            "yes",
            scene -> GunicornFaults.named(scene.start(2, "--statsd-prefix", "shop.web"), "shop.web.gunicorn.workers"),
            "sync"),
    TAGS(
            "`dogstatsd_tags`",
            "200",
            "yes",
            "yes",
            scene -> GunicornFaults.named(scene.start(2, "--dogstatsd-tags", "env:test,team:a"), "gunicorn.workers"),
            "sync"),
    UNIX_SOCKET(
            "StatsD at a Unix socket, on which no sidecar listens",
            "a sentence in Gunicorn's log, and the application runs",
            "yes",
            "no: Gunicorn 20.1 does not start, newer ones send nothing to the sidecar",
            GunicornFaults::unixSocket,
            "sync");

    final String fault;
    final String right;
    final String withHooks;
    final String withoutHooks;
    final List<String> workerClasses;
    private final Scenario scenario;

    GunicornRow(
            String fault,
            String right,
            String withHooks,
            String withoutHooks,
            Scenario scenario,
            String... workerClasses) {
        this.fault = fault;
        this.right = right;
        this.withHooks = withHooks;
        this.withoutHooks = withoutHooks;
        this.scenario = scenario;
        this.workerClasses = List.of(workerClasses);
    }

    String see(GunicornScene scene) {
        return scenario.see(scene);
    }

    @FunctionalInterface
    private interface Scenario {
        String see(GunicornScene scene);
    }
}
