package com.approck.healthcheck.it.matrix;

import static com.approck.healthcheck.it.support.probe.Prober.Probe.LIVE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.support.App;
import com.approck.healthcheck.it.support.PromisedTimes;
import com.approck.healthcheck.it.support.Scenario;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Http;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.DescriptorLimit;
import com.approck.healthcheck.it.support.process.Moment;
import com.approck.healthcheck.it.support.samples.ServerVersion;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Rows of the truth matrix on what runs out, or only seems to, though no worker is stuck. */
@ParameterizedClass(name = "{0}")
@MethodSource("servers")
public final class ExhaustionMatrixIT {

    private static final Duration EXHAUSTED_AFTER = Duration.ofSeconds(8);

    /** The workers take all processors, the agent's thread among those who wait for one. */
    private static final Duration IS_SEEN = EXHAUSTED_AFTER.plusSeconds(10);

    @Parameter
    ServerVersion.OnJdk server;

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    static Stream<ServerVersion.OnJdk> servers() {
        return ServerVersion.newestOnEveryJdk("jetty", "tomcat");
    }

    @TruthMatrixRow(
            number = 31,
            fault = "every worker on a stream that sends a byte each half second, for many times stuck-after",
            answer = "200 throughout")
    void streamsOfSingleBytes_areAlive() {
        Scenario scenario = new Scenario(processes, server).withSidecar().withServer();
        Moment from = Moment.now();
        List<CompletableFuture<HttpResponse<String>>> streams = scenario.fill("/slow?bytes=30&chunk=1&pause=500");
        processes.onlyWaits();
        for (CompletableFuture<HttpResponse<String>> stream : streams) {
            assertEquals(30, stream.join().body().length());
        }
        assertEquals(List.of("200"), scenario.prober().storyOf(LIVE, from));
    }

    @TruthMatrixRow(
            number = 30,
            fault = "no file descriptor is left: a handler leaks them, and no connection is accepted any more",
            answer = "422 at stuck-after + 12 s, 200 when there are some again")
    void noDescriptorLeft_isDead_untilThereAreSome() {
        Scenario scenario = new Scenario(processes, server).withSidecar().withServer();
        Http.get(scenario.app().port(), "/ping");
        DescriptorLimit limit = new DescriptorLimit(scenario.app().process());
        limit.leave(50);
        Moment from = Moment.now();
        assertEquals(
                "no descriptor is left",
                Http.get(scenario.app().port(), "/leak").body());
        processes.onlyWaits();
        scenario.prober().awaitBoth(422, Moment.now(), Scenario.STUCK_IS_SEEN.plusSeconds(11));
        scenario.app()
                .process()
                .awaitStderr(
                        "requests no longer reach pool .*: the JVM has been unable to open a file or a socket for \\d+ s",
                        Duration.ofSeconds(10));
        scenario.prober().assertBothStay(422, Duration.ofSeconds(3));
        scenario.prober().awaitBoth(200, limit.lift(), PromisedTimes.LIFE_IS_SEEN);
        assertEquals("pong", Http.get(scenario.app().port(), "/ping").body());
        assertEquals(List.of("200", "422 NoWorkers", "200"), scenario.prober().storyOf(LIVE, from));
    }

    @TruthMatrixRow(
            number = 29,
            fault = "every worker on a regular expression that backtracks for ever, and requests wait",
            answer = "422 at exhausted-after, 200 when they end")
    void allBacktrackingForEver_isDead_untilTheyEnd() {
        Scenario scenario = new Scenario(processes, server).withSidecar();
        // Few workers: they share two processors with other tests. Jetty keeps two threads for itself.
        App app = scenario.startWith(
                List.of(TestProcesses.agent("port=" + scenario.sidecar().statsdPort() + ",log=debug,exhausted-after="
                        + EXHAUSTED_AFTER.toSeconds() + "s")),
                "threads=5");
        scenario.prober().awaitBoth(200, app.awaitStarted(), PromisedTimes.LIFE_IS_SEEN);
        // Only the hook tells one request from the next, and it is put into a class that was loaded.
        Http.get(app.port(), "/ping");
        app.process().awaitStderr("instrumented .*(SocketProcessorBase|HandlerInvoker)", Duration.ofSeconds(60));
        Await.pause(Duration.ofSeconds(2));

        Moment from = Moment.now();
        scenario.fill("/regex");
        List<CompletableFuture<HttpResponse<String>>> waiting = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            waiting.add(Http.send(app.port(), "/ping"));
        }
        scenario.prober().awaitBoth(422, Moment.now(), IS_SEEN);
        assertTrue(
                scenario.description()
                        .contains(scenario.requestPool().get("name").asString()),
                scenario.description());
        app.process()
                .awaitStderr(
                        "requests no longer reach pool .*: every worker has been on one request for "
                                + EXHAUSTED_AFTER.toSeconds() + " s or longer, and requests wait",
                        Duration.ofSeconds(10));
        scenario.prober().awaitBoth(200, scenario.free(), PromisedTimes.LIFE_IS_SEEN);
        for (CompletableFuture<HttpResponse<String>> request : waiting) {
            assertEquals("pong", request.join().body());
        }
        assertEquals(List.of("200", "422 NoWorkers", "200"), scenario.prober().storyOf(LIVE, from));
    }
}
