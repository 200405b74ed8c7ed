package com.approck.healthcheck.it.servers;

import static com.approck.healthcheck.it.support.probe.Prober.Probe.LIVE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.approck.healthcheck.it.support.App;
import com.approck.healthcheck.it.support.PromisedTimes;
import com.approck.healthcheck.it.support.Scenario;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Http;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.Moment;
import com.approck.healthcheck.it.support.samples.ServerVersion;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Servers whose requests run on virtual threads, and what takes those away. */
final class VirtualThreadsIT {

    private static final List<String> TWO_CARRIERS =
            List.of("-Djdk.virtualThreadScheduler.parallelism=2", "-Djdk.virtualThreadScheduler.maxPoolSize=2");

    private static final int SPIN_MILLIS = 15_000;

    /** Those that spin take both processors, and the agent's thread waits for one as well. */
    private static final Duration IS_SEEN = Scenario.STUCK_IS_SEEN.plusSeconds(4);

    private static final Duration TO_BE_HOOKED = Duration.ofSeconds(60);

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    static Stream<ServerVersion.OnJdk> withoutBound() {
        return ServerVersion.newestOnEveryJdk("tomcat-virtual", "jetty-virtual");
    }

    static Stream<ServerVersion.OnJdk> withPermits() {
        return ServerVersion.newestOnEveryJdk("jetty-permits");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("withoutBound")
    void carriersThatSpin_areDeath_andLoadIsNot(ServerVersion.OnJdk server) {
        Scenario scenario = start(server);
        Moment from = Moment.now();
        // Longer than stuck-after, and more than there are carriers.
        for (int i = 0; i < 5; i++) {
            List<CompletableFuture<HttpResponse<String>>> load = new ArrayList<>();
            for (int request = 0; request < 20; request++) {
                load.add(Http.send(scenario.app().port(), "/sleep?ms=1500"));
            }
            scenario.await("busy", 20, Duration.ofSeconds(10));
            load.forEach(request -> assertEquals("slept", request.join().body()));
        }
        scenario.prober().assertOnly(LIVE, 200, from, Moment.now());

        Moment spinning = Moment.now();
        List<CompletableFuture<HttpResponse<String>>> spins = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            spins.add(Http.send(scenario.app().port(), "/spin?ms=" + SPIN_MILLIS));
        }
        Await.pause(Duration.ofMillis(500));
        CompletableFuture<HttpResponse<String>> third = Http.send(scenario.app().port(), "/ping");
        scenario.prober().awaitBoth(422, spinning, IS_SEEN);
        assertFalse(third.isDone(), "it was served");
        scenario.app()
                .process()
                .awaitStderr(
                        "requests no longer reach pool .*: its requests run on virtual threads, and the JVM has run none",
                        Duration.ofSeconds(10));
        spins.forEach(CompletableFuture::join);
        assertEquals("pong", third.join().body());
        scenario.prober().awaitBoth(200, Moment.now(), PromisedTimes.LIFE_IS_SEEN);
        assertEquals(List.of("200", "422 NoWorkers", "200"), scenario.prober().storyOf(LIVE, from));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("withPermits")
    void everyPermitOnARequestThatHangs_isDeath(ServerVersion.OnJdk server) {
        Scenario scenario = start(server);
        Moment from = Moment.now();
        // Slow downloads wait for most of the time, and move.
        List<CompletableFuture<HttpResponse<String>>> downloads = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            downloads.add(Http.send(scenario.app().port(), "/slow?bytes=81920&pause=500"));
        }
        downloads.forEach(
                download -> assertEquals(81_920, download.join().body().length()));

        List<CompletableFuture<HttpResponse<String>>> hanging = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            hanging.add(Http.send(scenario.app().port(), "/hang"));
        }
        scenario.prober().awaitBoth(422, Moment.now(), IS_SEEN);
        scenario.prober().awaitBoth(200, scenario.free(), PromisedTimes.LIFE_IS_SEEN);
        // Those that waited for a permit hang in their turn.
        Await.until(
                Duration.ofSeconds(10),
                () -> {
                    scenario.free();
                    return hanging.stream().allMatch(CompletableFuture::isDone);
                },
                () -> "all are freed");
        hanging.forEach(request -> assertEquals(200, request.join().statusCode()));
        assertEquals(List.of("200", "422 NoWorkers", "200"), scenario.prober().storyOf(LIVE, from));
    }

    /** A server that is seen alive, and whose requests are: the hook is put into a class that was loaded. */
    private Scenario start(ServerVersion.OnJdk server) {
        Scenario scenario = new Scenario(processes, server).withSidecar();
        List<String> flags = new ArrayList<>(TWO_CARRIERS);
        flags.add(TestProcesses.agent("port=" + scenario.sidecar().statsdPort() + ",stuck-after=3s"));
        App app = scenario.startWith(flags);
        scenario.prober().awaitBoth(200, app.awaitStarted(), PromisedTimes.LIFE_IS_SEEN);
        Await.until(
                TO_BE_HOOKED,
                () -> {
                    CompletableFuture<?> request = Http.send(app.port(), "/sleep?ms=1500");
                    Await.pause(Duration.ofSeconds(1));
                    boolean busy = scenario.requestPool().get("busy").asInt() > 0;
                    request.join();
                    return busy;
                },
                () -> "a request is seen: " + scenario.requestPool());
        return scenario;
    }
}
