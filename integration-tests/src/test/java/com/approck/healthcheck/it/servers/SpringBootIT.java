package com.approck.healthcheck.it.servers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.approck.healthcheck.it.support.App;
import com.approck.healthcheck.it.support.Sidecar;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Http;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.samples.ServerVersion;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Spring Boot's executable jar with a second server for its actuator. */
final class SpringBootIT {

    private static final Duration SOON = Duration.ofSeconds(30);

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    static Stream<ServerVersion.OnJdk> withManagementPort() {
        return ServerVersion.newestOnEveryJdk("boot-management");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("withManagementPort")
    void healthyManagementServer_doesNotHideADeadPool(ServerVersion.OnJdk server) {
        Sidecar sidecar = processes.sidecar(server.jdk());
        App app = processes.app(
                server,
                List.of(TestProcesses.agent("interval=500ms,stuck-after=2s,port=" + sidecar.statsdPort())),
                Map.of(),
                "threads=1");
        assertEquals("pong", Http.get(app.port(), "/ping").body());
        Await.until(SOON, () -> sidecar.live().status() == 200, () -> "alive: " + sidecar.verbose());

        CompletableFuture<?> never = Http.send(app.port(), "/hang");
        Await.until(SOON, () -> sidecar.live().status() == 422, () -> "dead: " + sidecar.verbose());
        assertEquals(200, Http.get(app.managementPort(), "/actuator/health").status());
        assertEquals(false, never.isDone());
    }
}
