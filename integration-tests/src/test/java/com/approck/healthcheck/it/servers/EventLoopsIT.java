package com.approck.healthcheck.it.servers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.approck.healthcheck.it.support.App;
import com.approck.healthcheck.it.support.Sidecar;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Http;
import com.approck.healthcheck.it.support.probe.Prober;
import com.approck.healthcheck.it.support.probe.StatsdListener;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.Moment;
import com.approck.healthcheck.it.support.samples.ServerVersion;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Servers whose workers are event loops, with and without a selector of the JDK. */
final class EventLoopsIT {

    private static final String SETTINGS = "interval=500ms,stuck-after=2s,lease=2s,port=";
    private static final Duration SOON = Duration.ofSeconds(20);

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    static Stream<ServerVersion.OnJdk> servers() {
        return ServerVersion.newestOnEveryJdk("netty", "reactor-netty");
    }

    static Stream<ServerVersion.OnJdk> acceptors() {
        return ServerVersion.newestOnEveryJdk("netty");
    }

    @ParameterizedTest
    @MethodSource("servers")
    void loopsThatWork_areAbleHoweverLongTheyTake_untilAllOfThemHang(ServerVersion.OnJdk server) {
        Sidecar sidecar = processes.sidecar(server.jdk());
        App app = processes.app(server, List.of(TestProcesses.agent(SETTINGS + sidecar.statsdPort())), Map.of());
        Prober prober = processes.prober(sidecar);
        prober.awaitBoth(200, app.awaitStarted(), SOON);

        Moment busy = Moment.now();
        int loops = server.server().workers();
        for (CompletableFuture<HttpResponse<String>> spun : sendToEachLoop(app, loops, "/spin?ms=3000")) {
            assertEquals(200, spun.join().statusCode());
        }
        prober.assertOnly(Prober.Probe.LIVE, 200, busy, Moment.now());

        for (CompletableFuture<HttpResponse<String>> never : sendToEachLoop(app, loops, "/hang")) {
            assertFalse(never.isDone());
        }
        prober.awaitBoth(422, Moment.now(), SOON);
    }

    @ParameterizedTest
    @MethodSource("acceptors")
    void acceptorThatHangs_isDeath_thoughEveryWorkerIsIdle(ServerVersion.OnJdk server) {
        Sidecar sidecar = processes.sidecar(server.jdk());
        App app = processes.app(
                server, List.of(TestProcesses.agent(SETTINGS + sidecar.statsdPort())), Map.of(), "pool=parking");
        Prober prober = processes.prober(sidecar);
        prober.awaitBoth(200, app.awaitStarted(), SOON);
        assertEquals(404, Http.get(app.port(), "/park").status());

        CompletableFuture<HttpResponse<String>> never = Http.send(app.port(), "/ping");
        prober.awaitBoth(422, Moment.now(), SOON);
        assertFalse(never.isDone());
        app.process().awaitStderr("requests no longer reach pool netty-.*every thread that accepts connections", SOON);
    }

    @Test
    void programWithClientsOnly_sendsNothing() throws IOException {
        ServerVersion.OnJdk netty = servers().findFirst().orElseThrow();
        StatsdListener wire = processes.wire();
        try (ServerSocket peer = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            App app = processes.app(
                    netty,
                    List.of(TestProcesses.agent("interval=100ms,lease=1s,log=debug,port=" + wire.port())),
                    Map.of(),
                    "pool=client",
                    "port=" + peer.getLocalPort());
            app.awaitStarted();
            app.process().awaitStderr("looking for pools", SOON);
            Await.pause(Duration.ofSeconds(2));
            assertEquals(List.of(), wire.lines());
            assertFalse(app.process().stderr().contains("watching"), app.process()::stderr);
        }
    }

    /** The loops take new connections in turn. */
    private static List<CompletableFuture<HttpResponse<String>>> sendToEachLoop(App app, int loops, String path) {
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int i = 0; i < loops; i++) {
            answers.add(Http.send(app.port(), path));
        }
        return answers;
    }
}
