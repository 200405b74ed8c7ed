package com.approck.healthcheck.it.python;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.approck.healthcheck.it.support.PromisedTimes;
import com.approck.healthcheck.it.support.Sidecar;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Http;
import com.approck.healthcheck.it.support.probe.Prober;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.Moment;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import com.approck.healthcheck.it.support.process.Tool;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Programs that speak StatsD by themselves: a real Gunicorn by its setting, a real gevent program by a socket. */
@ParameterizedClass(name = "{0}")
@MethodSource("com.approck.healthcheck.it.support.process.Jdk#all")
final class PythonIT {

    private static final Duration TO_START = Duration.ofSeconds(30);
    private static final Duration SOON = Duration.ofSeconds(5);
    private static final Path PROGRAMS =
            Path.of("src", "test", "resources", "python").toAbsolutePath();

    @Parameter
    Jdk jdk;

    @RegisterExtension
    final TestProcesses run = new TestProcesses();

    @Test
    void gunicorn_isAlive_andItsOtherMetricsChangeNothing() {
        Sidecar sidecar = run.sidecar(jdk);
        Prober prober = run.prober(sidecar);
        Moment beforeStart = prober.awaitFirst();
        ProcessUnderTest gunicorn = gunicorn(sidecar, "--workers", "2");
        int port = portOf(gunicorn);
        awaitWorkers(sidecar, 2);
        Moment alive = Moment.now();
        prober.awaitBoth(200, alive, PromisedTimes.AT_ONCE);

        // Each request is logged to StatsD as a counter and a timer.
        for (int i = 0; i < 20; i++) {
            assertEquals("pong", Http.get(port, "/").body());
        }
        Await.until(
                SOON,
                () -> sidecar.verbose().get("counters").get("ignored_name").asLong() >= 40,
                () -> sidecar.verbose().toString());
        assertEquals(2, sidecar.verbose().get("workers").asLong());
        assertEquals(List.of("422 NoWorkers", "200"), prober.storyOf(Prober.Probe.READY, beforeStart));
    }

    @Test
    void gunicornWorkersThatComeAndGo_areCounted() {
        Sidecar sidecar = run.sidecar(jdk);
        ProcessUnderTest gunicorn = gunicorn(sidecar, "--workers", "2");
        portOf(gunicorn);
        awaitWorkers(sidecar, 2);
        gunicorn.signal("TTIN");
        awaitWorkers(sidecar, 3);
        gunicorn.signal("TTOU");
        awaitWorkers(sidecar, 2);
    }

    @Test
    void gunicornUnderAPrefix_counts() {
        Sidecar sidecar = run.sidecar(jdk);
        gunicorn(sidecar, "--workers", "1", "--statsd-prefix", "shop.web");
        awaitWorkers(sidecar, 1);
        assertEquals(200, sidecar.ready().status());
    }

    @Test
    void geventProgram_isAlive_andSaysItselfWhenItEnds() {
        Sidecar sidecar = run.sidecar(jdk);
        ProcessUnderTest program = gevent(sidecar, "workers", 0);
        Prober prober = run.prober(sidecar);
        awaitWorkers(sidecar, 3);
        prober.awaitBoth(200, Moment.now(), PromisedTimes.AT_ONCE);

        Moment terminated = program.signal("TERM");
        assertEquals(0, program.awaitExit(SOON));
        prober.awaitBoth(422, terminated, PromisedTimes.AT_ONCE);
        assertEquals("zero", sidecar.verbose().get("state").asString());
    }

    @Test
    void killedGeventProgramWithALease_isDeadWhenItRanOut_andAliveAgainAtOnce() {
        Sidecar sidecar = run.sidecar(jdk);
        ProcessUnderTest program = gevent(sidecar, "workers", 3000);
        Prober prober = run.prober(sidecar);
        awaitWorkers(sidecar, 3);
        Moment killed = program.signal("KILL");
        prober.awaitBoth(422, killed, Duration.ofSeconds(3 + 1));

        ProcessUnderTest again = gevent(sidecar, "workers", 3000);
        again.awaitStdout("^STARTED$", TO_START);
        prober.awaitBoth(200, Moment.now(), PromisedTimes.LIFE_IS_SEEN);
    }

    @Test
    void killedGeventProgramWithoutALease_isDeadAfterTheWorkersTtl() {
        Sidecar sidecar = run.sidecar(jdk, "--metric", "queue.consumers", "--workers-ttl", "3");
        ProcessUnderTest program = gevent(sidecar, "queue.consumers", 0);
        Prober prober = run.prober(sidecar);
        awaitWorkers(sidecar, 3);
        Moment killed = program.signal("KILL");
        prober.awaitBoth(422, killed, Duration.ofSeconds(3 + 1));
        assertEquals("stale", sidecar.verbose().get("state").asString());
    }

    private ProcessUnderTest gunicorn(Sidecar sidecar, String... settings) {
        Tool.GUNICORN.require();
        List<String> command = new ArrayList<>(List.of("/usr/bin/gunicorn"));
        command.addAll(List.of("--bind", "127.0.0.1:0", "--chdir", PROGRAMS.toString()));
        command.addAll(List.of("--statsd-host", "localhost:" + sidecar.statsdPort()));
        command.addAll(List.of(settings));
        command.add("wsgi_app:application");
        return run.process("gunicorn", Map.of("PYTHONDONTWRITEBYTECODE", "1"), command);
    }

    private static int portOf(ProcessUnderTest gunicorn) {
        return Integer.parseInt(gunicorn.awaitStderr("Listening at: http://127\\.0\\.0\\.1:(\\d+)", TO_START)
                .group(1));
    }

    private ProcessUnderTest gevent(Sidecar sidecar, String name, int leaseMillis) {
        Tool.GEVENT.require();
        return run.process(
                "gevent",
                Map.of(),
                List.of(
                        Tool.python(),
                        PROGRAMS.resolve("gevent_program.py").toString(),
                        Integer.toString(sidecar.statsdPort()),
                        name,
                        Integer.toString(leaseMillis)));
    }

    private static void awaitWorkers(Sidecar sidecar, long workers) {
        Await.until(
                TO_START,
                () -> sidecar.verbose().get("workers").asLong() == workers,
                () -> workers + " workers in " + sidecar.verbose());
    }
}
