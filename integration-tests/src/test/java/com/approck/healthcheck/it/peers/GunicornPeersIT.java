package com.approck.healthcheck.it.peers;

import com.approck.healthcheck.it.python.GunicornScene;
import com.approck.healthcheck.it.python.GunicornScene.Speaker;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.process.Moment;
import com.approck.healthcheck.it.support.process.Tool;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * The hooks and the sidecar beside a view of the application's own. With {@code -Ppeers}; otherwise not at all.
 */
@EnabledIfSystemProperty(named = "peers", matches = "true")
@ResourceLock("all processors")
final class GunicornPeersIT {

    /** Gunicorn's own default {@code timeout} is 30 s, then come the next sample and three probes. */
    private static final Duration PAST_THE_TIMEOUT = Duration.ofSeconds(50);

    /** The default {@code HEALTHCHECK_STUCK_AFTER} is 60 s, then come three samples and three probes. */
    private static final Duration PAST_STUCK_AFTER = Duration.ofSeconds(85);

    private static final Duration PAST_THE_LEASE = Duration.ofSeconds(20);

    private static final Duration A_WHILE = Duration.ofSeconds(30);

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    @Test
    void ours_isRight_inEveryRow() throws IOException {
        Tool.GUNICORN.require();
        FaultRun run = FaultRun.of(processes, faults());
        run.print("Gunicorn", "peers-gunicorn.md");
        run.assertOursIsRight();
    }

    private static List<Fault<GunicornProcess>> faults() {
        return List.of(
                fault("nothing: healthy and idle", Truth.ALIVE, A_WHILE, run -> sync(run, 2), gunicorn -> Moment.now()),
                fault(
                        "load: every sync worker on requests of 2 s that come and go, more in the queue",
                        Truth.ALIVE,
                        A_WHILE,
                        run -> sync(run, 2),
                        gunicorn -> gunicorn.load(A_WHILE)),
                fault(
                        "the same on the threads of a gthread worker",
                        Truth.ALIVE,
                        A_WHILE,
                        GunicornPeersIT::threads,
                        gunicorn -> gunicorn.load(A_WHILE)),
                fault(
                        "one sync worker of three hangs; Gunicorn replaces it at its `timeout`",
                        Truth.ALIVE,
                        PAST_THE_TIMEOUT,
                        run -> sync(run, 3),
                        gunicorn -> gunicorn.block(1)),
                fault(
                        "the arbiter alone stopped (SIGSTOP)",
                        Truth.FAILING,
                        PAST_THE_LEASE,
                        run -> sync(run, 2),
                        gunicorn -> gunicorn.signalArbiter("STOP")),
                fault(
                        "every sync worker hangs past its heartbeat; the application takes 10 s to load again",
                        Truth.DEAD,
                        PAST_THE_TIMEOUT,
                        run -> GunicornProcess.start(run, hooked(run, "sync").environment("LOAD_SECONDS", "10"), 2),
                        gunicorn -> gunicorn.block(2)),
                fault(
                        "every sync worker hangs, with `timeout = 0`",
                        Truth.DEAD,
                        PAST_STUCK_AFTER,
                        run -> sync(run, 2, "--timeout", "0"),
                        gunicorn -> gunicorn.block(2)),
                fault(
                        "every thread of a gthread worker hangs",
                        Truth.DEAD,
                        PAST_STUCK_AFTER,
                        GunicornPeersIT::threads,
                        gunicorn -> gunicorn.block(2)),
                fault(
                        "stopped (SIGSTOP), arbiter and workers",
                        Truth.DEAD,
                        PAST_THE_LEASE,
                        run -> sync(run, 2),
                        gunicorn -> gunicorn.signalAll("STOP")),
                fault(
                        "killed (SIGKILL), arbiter and workers",
                        Truth.DEAD,
                        PAST_THE_LEASE,
                        run -> sync(run, 2),
                        gunicorn -> gunicorn.signalAll("KILL")));
    }

    private static GunicornProcess sync(TestProcesses run, int workers, String... settings) {
        return GunicornProcess.start(run, hooked(run, "sync"), workers, settings);
    }

    private static GunicornProcess threads(TestProcesses run) {
        return GunicornProcess.start(run, hooked(run, "gthread"), 1, "--threads", "2");
    }

    private static GunicornScene hooked(TestProcesses run, String workerClass) {
        return new GunicornScene(run, Speaker.HOOKS, workerClass);
    }

    private static Fault<GunicornProcess> fault(
            String what,
            Truth truth,
            Duration watched,
            Function<TestProcesses, GunicornProcess> start,
            Function<GunicornProcess, Moment> put) {
        return new Fault<>(what, truth, watched, start, put);
    }
}
