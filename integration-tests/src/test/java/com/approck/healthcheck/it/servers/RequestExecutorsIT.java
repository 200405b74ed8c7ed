package com.approck.healthcheck.it.servers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.approck.healthcheck.it.support.App;
import com.approck.healthcheck.it.support.Sidecar;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Http;
import com.approck.healthcheck.it.support.probe.Prober;
import com.approck.healthcheck.it.support.process.Await;
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
import org.junit.jupiter.params.provider.MethodSource;

/** Servers that give requests to an executor of the application's own, which has four threads. */
final class RequestExecutorsIT {

    private static final String SETTINGS = "interval=500ms,stuck-after=2s,lease=2s,port=";
    private static final Duration SOON = Duration.ofSeconds(20);

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    static Stream<ServerVersion.OnJdk> servers() {
        return ServerVersion.newestOnEveryJdk("undertow", "vertx");
    }

    @ParameterizedTest
    @MethodSource("servers")
    void executorWhoseThreadsAllHang_isDeath_thoughTheServersWorkersAreIdle(ServerVersion.OnJdk server) {
        Sidecar sidecar = processes.sidecar(server.jdk());
        App app = processes.app(
                server, List.of(TestProcesses.agent(SETTINGS + sidecar.statsdPort())), Map.of(), "pool=dispatch");
        Prober prober = processes.prober(sidecar);
        prober.awaitBoth(200, app.awaitStarted(), SOON);
        Await.until(
                SOON,
                () -> {
                    assertEquals("pong", Http.get(app.port(), "/ping").body());
                    return sidecar.verbose().toString().contains("pool-");
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
}
