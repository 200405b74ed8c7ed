package com.approck.healthcheck.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.probe.Http;
import com.approck.healthcheck.it.process.Moment;
import com.approck.healthcheck.it.process.ProcessUnderTest;
import com.approck.healthcheck.it.server.ServerVersion;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** A server that can make no threads any more: what a limit on memory or processes leaves of a Tomcat. */
@ParameterizedClass(name = "{0}")
@MethodSource("servers")
final class ThreadLimitIT {

    @Parameter
    ServerVersion.OnJdk server;

    @RegisterExtension
    final Run run = new Run();

    static Stream<ServerVersion.OnJdk> servers() {
        return ServerVersion.newestOnEveryJdk("tomcat");
    }

    @Row(
            number = 26,
            fault =
                    "no thread can be created any more (a limit on memory or processes), and Tomcat's poller dies of it",
            answer = "422, also once threads can be created again: it never serves again")
    void poolWhosePollerCouldNotMakeAWorker_isDead() throws IOException {
        Scene scene = new Scene(run, server).withSidecar();
        App app = scene.startWith(
                List.of("-Xss8m", Run.agent("port=" + scene.sidecar().statsdPort())), "min=2");
        scene.prober().awaitBoth(200, app.awaitStarted(), Contract.LIFE_IS_SEEN);
        String status = Files.readString(Path.of("/proc", "" + app.process().pid(), "status"));
        long size = Long.parseLong(status.replaceAll("(?s).*VmSize:\\s+(\\d+) kB.*", "$1")) * 1024;
        // Room for two stacks more, and the poller wants ten.
        limitAddressSpace(app, (size + (20 << 20)) + ":unlimited");
        List<CompletableFuture<HttpResponse<String>>> requests = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            requests.add(Http.send(app.port(), "/sleep?ms=2000"));
        }
        scene.prober().awaitBoth(422, Moment.now(), Duration.ofSeconds(30));
        limitAddressSpace(app, "unlimited:unlimited");
        scene.prober().assertBothStay(422, Contract.SILENCE_IS_SEEN);
        assertThrows(IOException.class, () -> Http.ask("GET", app.port(), "/ping", Duration.ofSeconds(2)));
        assertTrue(app.process().isAlive());
        app.process().awaitStderr("healthcheck: .*-Poller has died", Duration.ofSeconds(10));
        requests.forEach(request -> request.cancel(true));
    }

    private void limitAddressSpace(App app, String softAndHard) {
        ProcessUnderTest prlimit = run.process(
                "prlimit",
                Map.of(),
                List.of("prlimit", "--pid", "" + app.process().pid(), "--as=" + softAndHard));
        assertEquals(0, prlimit.awaitExit(Duration.ofSeconds(20)), prlimit::describe);
    }
}
