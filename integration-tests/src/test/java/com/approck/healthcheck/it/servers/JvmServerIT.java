package com.approck.healthcheck.it.servers;

import static com.approck.healthcheck.it.support.probe.Prober.Probe.LIVE;
import static com.approck.healthcheck.it.support.probe.Prober.Probe.READY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.support.App;
import com.approck.healthcheck.it.support.PromisedTimes;
import com.approck.healthcheck.it.support.Sidecar;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Http;
import com.approck.healthcheck.it.support.probe.Prober;
import com.approck.healthcheck.it.support.probe.StatsdListener;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.Moment;
import com.approck.healthcheck.it.support.samples.ServerVersion;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The life and death of a real server, as a prober beside it sees them. */
@ParameterizedClass(name = "{0}")
@MethodSource("com.approck.healthcheck.it.support.samples.ServerVersion#onEveryJdk")
final class JvmServerIT {

    private static final Duration TO_EXIT = Duration.ofSeconds(30);

    @Parameter
    ServerVersion.OnJdk server;

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    @Test
    void killedServer_isDeadWhenItsLeaseRanOut_andAliveAgainOnceStartedAgain() {
        Sidecar sidecar = processes.sidecar(server.jdk());
        Prober prober = processes.prober(sidecar);
        Moment beforeStart = prober.awaitFirst();

        App app = processes.app(server, sidecar.statsdPort(), "late=1500");
        Moment started = app.awaitStarted();
        prober.awaitBoth(200, started, PromisedTimes.LIFE_IS_SEEN);
        assertEquals(List.of("422 NoWorkers", "200"), prober.storyOf(LIVE, beforeStart));
        assertEquals(List.of("422 NoWorkers", "200"), prober.storyOf(READY, beforeStart));

        Moment alive = Moment.now();
        prober.assertBothStay(200, Duration.ofSeconds(1));
        Moment killed = app.process().signal("KILL");
        prober.awaitBoth(422, killed, PromisedTimes.SILENCE_IS_SEEN);

        Moment startedAgain = processes.app(server, sidecar.statsdPort()).awaitStarted();
        prober.awaitBoth(200, startedAgain, PromisedTimes.LIFE_IS_SEEN);
        prober.assertBothStay(200, PromisedTimes.SILENCE_IS_SEEN);
        assertEquals(List.of("200", "422 NoWorkers", "200"), prober.storyOf(LIVE, alive));
        assertEquals(List.of("200", "422 NoWorkers", "200"), prober.storyOf(READY, alive));
    }

    @Test
    void terminatedServer_isNotReadyAtOnce_andLivesUntilItsLastRequestIsDone() throws IOException {
        Sidecar sidecar = processes.sidecar(server.jdk());
        App app = processes.app(server, sidecar.statsdPort(), "graceful=20000");
        Prober prober = processes.prober(sidecar);
        prober.awaitBoth(200, app.awaitStarted(), PromisedTimes.LIFE_IS_SEEN);
        Moment alive = Moment.now();
        prober.assertBothStay(200, Duration.ofMillis(500));

        // The first byte tells that a worker is on the request; it then takes 5 s more.
        InputStream download = Http.open(app.port(), "/slow?bytes=81920&pause=500");
        assertEquals(0, download.read());
        Moment terminated = app.process().signal("TERM");
        prober.await(READY, 422, terminated, PromisedTimes.AT_ONCE);
        int rest = download.readAllBytes().length;
        Moment lastByte = Moment.now();
        assertEquals(81920, 1 + rest, "the request in flight is served to its end");
        prober.assertOnly(LIVE, 200, terminated, lastByte);

        assertEquals(128 + 15, app.process().awaitExit(TO_EXIT));
        prober.await(LIVE, 422, Moment.now(), PromisedTimes.AT_ONCE);
        prober.assertBothStay(422, Duration.ofMillis(500));
        assertEquals(List.of("200", "422 NoWorkers"), prober.storyOf(LIVE, alive));
        assertEquals(List.of("200", "422 ShuttingDown", "422 NoWorkers"), prober.storyOf(READY, alive));
    }

    @Test
    void sidecarKilledAndRestarted_knowsTheServerAgain() {
        Sidecar sidecar = processes.sidecar(server.jdk());
        App app = processes.app(server, sidecar.statsdPort());
        Prober prober = processes.prober(sidecar);
        prober.awaitBoth(200, app.awaitStarted(), PromisedTimes.LIFE_IS_SEEN);

        Moment up = sidecar.killAndRestart();
        prober.awaitBoth(200, up, PromisedTimes.LIFE_IS_SEEN);
        prober.assertBothStay(200, Duration.ofSeconds(2));
        assertEquals(200, Http.get(app.port(), "/ping").status());
    }

    @Test
    void stoppedServerInALivingJvm_isDeadAtOnce() {
        Sidecar sidecar = processes.sidecar(server.jdk());
        App app = processes.app(server, sidecar.statsdPort());
        Prober prober = processes.prober(sidecar);
        prober.awaitBoth(200, app.awaitStarted(), PromisedTimes.LIFE_IS_SEEN);

        assertEquals(200, Http.get(app.port(), "/stop").status());
        app.process().awaitStdout("^STOPPED$", TO_EXIT);
        prober.awaitBoth(422, Moment.now(), PromisedTimes.AT_ONCE);
        assertTrue(app.process().isAlive());
    }

    @Test
    void serverWithoutSidecar_doesNotNotice() {
        String without = lifeOf(processes.app(server, List.of(), Map.of()));
        int nobodyListens = closedPort();
        String with = lifeOf(processes.app(server, nobodyListens));
        assertEquals(without, withoutAnnouncement(with));
    }

    /** What a server says and returns in a life of some seconds, with its ports left out. */
    private String lifeOf(App app) {
        app.awaitStarted();
        assertEquals("pong", Http.get(app.port(), "/ping").body());
        Await.pause(Duration.ofSeconds(3));
        assertEquals("slept", Http.get(app.port(), "/sleep?ms=10").body());
        Http.get(app.port(), "/exit?code=3");
        int status = app.process().awaitExit(TO_EXIT);
        return "status " + status + "\n" + app.process().stdout().replaceAll("\\d+", "N") + "\n"
                + app.process().stderr();
    }

    /** The agent says one line for each pool that it watches, and nothing else. */
    private static String withoutAnnouncement(String life) {
        String[] parts = life.split("healthcheck: watching the pool [^\n]*\n", -1);
        assertEquals(2, parts.length, life);
        return String.join("", parts);
    }

    private int closedPort() {
        StatsdListener wire = processes.wire();
        int port = wire.port();
        wire.close();
        return port;
    }
}
