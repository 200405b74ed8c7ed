package com.approck.healthcheck.it.python;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.support.PromisedTimes;
import com.approck.healthcheck.it.support.Sidecar;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Prober;
import com.approck.healthcheck.it.support.probe.Prober.Probe;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.Moment;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import com.approck.healthcheck.it.support.process.Tool;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Real gevent programs that use the module: what is told of a hub that runs, is blocked, ends. */
final class GeventHooksIT {

    private static final Duration TO_START = Duration.ofSeconds(30);
    private static final Duration STUCK_AFTER = Duration.ofSeconds(2);
    /** Stuck, then the next sample, and the prober's next question. */
    private static final Duration BLOCKED_IS_SEEN = STUCK_AFTER.plusSeconds(2);

    @RegisterExtension
    final TestProcesses run = new TestProcesses();

    @Test
    void blockedHub_isDead_untilItRunsAgain() {
        Sidecar sidecar = run.sidecar(Jdk.running());
        Prober prober = run.prober(sidecar);
        ProcessUnderTest program = started(sidecar, Map.of());
        prober.awaitBoth(200, Moment.now(), PromisedTimes.LIFE_IS_SEEN);
        assertEquals(5, sidecar.verbose().get("workers").asLong());

        Moment blocked = Moment.now();
        program.type("block 6\n");
        prober.await(Probe.LIVE, 422, blocked, BLOCKED_IS_SEEN);
        assertEquals("zero", sidecar.verbose().get("state").asString());
        Moment runs = blocked.plus(Duration.ofSeconds(6));
        Await.until(TO_START, runs::hasCome, program::describe);
        prober.await(Probe.LIVE, 200, runs, PromisedTimes.LIFE_IS_SEEN);
        assertEquals(List.of("200", "422 NoWorkers", "200"), prober.storyOf(Probe.LIVE, blocked));
        assertTrue(program.stderr().contains("healthcheck: the hub has not run for "), program::describe);
        assertTrue(program.stderr().contains("healthcheck: the hub runs again"), program::describe);
    }

    @Test
    void shortBlocks_areNoDeath() {
        Sidecar sidecar = run.sidecar(Jdk.running());
        Prober prober = run.prober(sidecar);
        ProcessUnderTest program = started(sidecar, Map.of());
        prober.awaitBoth(200, Moment.now(), PromisedTimes.LIFE_IS_SEEN);
        Moment from = Moment.now();
        program.type("block 0.8\n".repeat(6));
        Await.pause(Duration.ofSeconds(7));
        assertEquals(List.of("200"), prober.storyOf(Probe.LIVE, from));
    }

    @Test
    void killedProgram_isDeadWhenItsLeaseRanOut() {
        Sidecar sidecar = run.sidecar(Jdk.running());
        Prober prober = run.prober(sidecar);
        ProcessUnderTest program = started(sidecar, Map.of());
        prober.awaitBoth(200, Moment.now(), PromisedTimes.LIFE_IS_SEEN);
        Moment killed = program.signal("KILL");
        prober.awaitBoth(422, killed, PromisedTimes.SILENCE_IS_SEEN);
        assertEquals("stale", sidecar.verbose().get("state").asString());
    }

    @Test
    void programThatDrains_livesAndIsNotReady_untilItEnds() {
        Sidecar sidecar = run.sidecar(Jdk.running());
        Prober prober = run.prober(sidecar);
        ProcessUnderTest program = started(sidecar, Map.of());
        prober.awaitBoth(200, Moment.now(), PromisedTimes.LIFE_IS_SEEN);
        Moment terminated = program.signal("TERM");
        assertEquals(0, program.awaitExit(TO_START));
        Moment ended = Moment.now();
        prober.awaitBoth(422, ended, PromisedTimes.AT_ONCE);
        assertEquals(List.of("200", "422 NoWorkers"), prober.storyOf(Probe.LIVE, terminated));
        List<String> ready = prober.storyOf(Probe.READY, terminated);
        assertEquals(
                List.of("422 ShuttingDown", "422 NoWorkers"),
                ready.subList(ready.get(0).equals("200") ? 1 : 0, ready.size()));
    }

    @Test
    void watch_doesNotKeepTheProgramAlive() {
        Sidecar sidecar = run.sidecar(Jdk.running());
        ProcessUnderTest program = started(sidecar, Map.of());
        program.type("end\n");
        assertEquals(0, program.awaitExit(TO_START), program::describe);
        assertTrue(program.stdout().contains("WAITED"), program::describe);
        assertEquals("", program.stderr());
    }

    @Test
    void wrongSetting_isASentence_andTheProgramRuns() {
        Sidecar sidecar = run.sidecar(Jdk.running());
        ProcessUnderTest program = started(sidecar, Map.of("HEALTHCHECK_STUCK_AFTER", "-1"));
        assertEquals(
                "healthcheck: stuck-after is '-1'; allowed: a duration from 0s to 86400s, such as 500ms, 5s or 1m;"
                        + " nothing is reported\n",
                program.stderr());
        program.type("end\n");
        assertEquals(0, program.awaitExit(TO_START), program::describe);
    }

    private ProcessUnderTest started(Sidecar sidecar, Map<String, String> environment) {
        Tool.GEVENT.require();
        Map<String, String> all = new HashMap<>(Map.of(
                "PYTHONDONTWRITEBYTECODE",
                "1",
                "PYTHONPATH",
                HooksModule.folder().toString(),
                "STATSD_PORT",
                Integer.toString(sidecar.statsdPort()),
                "HEALTHCHECK_STUCK_AFTER",
                STUCK_AFTER.toSeconds() + "s"));
        all.putAll(environment);
        ProcessUnderTest program = run.process(
                "watched",
                all,
                List.of(
                        Tool.python(),
                        GunicornScene.PROGRAMS.resolve("watched_program.py").toString()));
        program.awaitStdout("^STARTED$", TO_START);
        return program;
    }
}
