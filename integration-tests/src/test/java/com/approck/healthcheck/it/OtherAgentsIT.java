package com.approck.healthcheck.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.approck.healthcheck.it.probe.Http;
import com.approck.healthcheck.it.probe.Wire;
import com.approck.healthcheck.it.process.Moment;
import com.approck.healthcheck.it.server.SampleClassPath;
import com.approck.healthcheck.it.server.ServerVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The agent beside the ones that people run most: OpenTelemetry's and Prometheus's, before them and behind them. */
final class OtherAgentsIT {

    private static final String OPENTELEMETRY = "io.opentelemetry.javaagent:opentelemetry-javaagent:2.33.1";
    private static final String JMX_EXPORTER = "io.prometheus.jmx:jmx_prometheus_javaagent:1.0.1";
    /** OpenTelemetry's agent alone takes some seconds of two busy processors. */
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    @RegisterExtension
    final Run run = new Run();

    static Stream<Arguments> cases() {
        return ServerVersion.newestOnEveryJdk("tomcat")
                .flatMap(server -> Stream.of(Arguments.of(server, true), Arguments.of(server, false)));
    }

    @ParameterizedTest(name = "{0}, ours first: {1}")
    @MethodSource("cases")
    void threeAgents_doTheirWork(ServerVersion.OnJdk server, boolean oursFirst) throws IOException {
        Path settings = Files.writeString(folder.resolve("jmx.yaml"), "rules:\n- pattern: '.*'\n");
        int metrics = run.freePort();
        Wire wire = run.wire();
        List<String> agents = new ArrayList<>(List.of(
                Run.agent("stuck-after=3s,port=" + wire.port()),
                "-javaagent:" + SampleClassPath.jar(OPENTELEMETRY),
                "-javaagent:" + SampleClassPath.jar(JMX_EXPORTER) + "=127.0.0.1:" + metrics + ":" + settings));
        if (!oursFirst) {
            Collections.reverse(agents);
        }
        agents.addAll(
                List.of("-Dotel.traces.exporter=none", "-Dotel.metrics.exporter=none", "-Dotel.logs.exporter=none"));
        App app = run.app(server, agents, Map.of());
        assertEquals("pong", Http.request("GET", app.port(), "/ping", SOON).body());
        wire.await(Moment.now(), SOON, "workers:" + server.server().workers() + "|g");
        CompletableFuture<?> never = Http.send(app.port(), "/hang");
        wire.await(Moment.now(), SOON, "workers:" + server.server().withOneHung() + "|g");
        assertEquals(false, never.isDone());
        assertEquals(200, Http.request("GET", metrics, "/metrics", SOON).status());
        assertEquals(
                List.of(),
                app.process()
                        .stderr()
                        .lines()
                        .filter(line -> !line.matches("healthcheck: (watching|worker) .*"))
                        .filter(line -> line.matches("(?i).*(error|exception|severe|warn|healthcheck).*"))
                        .filter(line -> !line.startsWith("WARNING: ") || line.contains("healthcheck"))
                        .toList());
    }
}
