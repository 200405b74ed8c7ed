package com.approck.healthcheck.it.servers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.approck.healthcheck.it.support.App;
import com.approck.healthcheck.it.support.Sidecar;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Http;
import com.approck.healthcheck.it.support.probe.Prober;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.Moment;
import com.approck.healthcheck.it.support.samples.ServerVersion;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Servers that give requests to an executor of the application's own, which has four threads. */
final class RequestExecutorsIT {

    private static final String SETTINGS = "interval=500ms,stuck-after=2s,lease=2s,port=";
    private static final Duration SOON = Duration.ofSeconds(20);

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    static Stream<Arguments> servers() {
        ServerVersion servlets = ServerVersion.untabled(
                "undertow-servlet",
                "2.3.26.Final",
                "UndertowServletSample",
                "io.undertow:undertow-servlet:2.3.26.Final");
        Stream<Arguments> ofDeployments = Stream.of("dispatch", "async")
                .flatMap(pool -> Jdk.all().stream()
                        .map(jdk -> Arguments.of(new ServerVersion.OnJdk(servlets, jdk), pool, "pool-")));
        Stream<Arguments> ofServers = ServerVersion.newestOnEveryJdk("undertow", "vertx")
                .map(server -> Arguments.of(server, "dispatch", "pool-"));
        Jdk newest = Jdk.all().get(Jdk.all().size() - 1);
        Stream<Arguments> ofExchanges = ServerVersion.newestOnEveryJdk("undertow")
                .filter(server -> server.jdk().equals(newest))
                .map(server -> Arguments.of(server, "set-and-dispatch", "pool-"));
        Stream<Arguments> ofMicronaut = ServerVersion.all().stream()
                .filter(version -> version.name().equals("micronaut"))
                .flatMap(version -> Jdk.all().stream()
                        .filter(jdk -> jdk.feature() >= version.oldestJdk())
                        .limit(1)
                        .map(jdk ->
                                Arguments.of(new ServerVersion.OnJdk(version, jdk), "dispatch", "io-executor-thread")));
        return Stream.of(ofServers, ofDeployments, ofExchanges, ofMicronaut).flatMap(each -> each);
    }

    @ParameterizedTest
    @MethodSource("servers")
    void executorWhoseThreadsAllHang_isDeath_thoughTheServersWorkersAreIdle(
            ServerVersion.OnJdk server, String pool, String name) {
        Sidecar sidecar = processes.sidecar(server.jdk());
        App app = processes.app(
                server, List.of(TestProcesses.agent(SETTINGS + sidecar.statsdPort())), Map.of(), "pool=" + pool);
        Prober prober = processes.prober(sidecar);
        prober.awaitBoth(200, app.awaitStarted(), SOON);
        Await.until(
                SOON,
                () -> {
                    assertEquals("pong", Http.get(app.port(), "/ping").body());
                    return capacityOf(sidecar, name) == 4;
                },
                () -> "the executor is known once it has served a request: " + sidecar.verbose());

        Moment alive = Moment.now();
        List<CompletableFuture<HttpResponse<String>>> never = IntStream.range(0, 3)
                .mapToObj(i -> Http.send(app.port(), "/hang"))
                .toList();
        Await.pause(Duration.ofSeconds(4));
        assertEquals("pong", Http.get(app.port(), "/ping").body());
        prober.assertOnly(Prober.Probe.LIVE, 200, alive, Moment.now());

        CompletableFuture<HttpResponse<String>> last = Http.send(app.port(), "/hang");
        prober.awaitBoth(422, Moment.now(), SOON);
        assertFalse(last.isDone());
        never.forEach(request -> assertFalse(request.isDone()));
    }

    /** The capacity of the pool whose name begins so; 0 while there is none. */
    private static int capacityOf(Sidecar sidecar, String name) {
        return sidecar.verbose()
                .path("sources")
                .path(0)
                .path("pools")
                .valueStream()
                .filter(pool -> pool.path("name").asString().startsWith(name))
                .mapToInt(pool -> pool.path("capacity").asInt())
                .sum();
    }
}
