package com.approck.healthcheck.it.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.approck.healthcheck.it.program.HelloProgram;
import com.approck.healthcheck.it.support.App;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Http;
import com.approck.healthcheck.it.support.probe.StatsdListener;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.FreePorts;
import com.approck.healthcheck.it.support.process.Moment;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import com.approck.healthcheck.it.support.samples.SampleClassPath;
import com.approck.healthcheck.it.support.samples.ServerVersion;
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

/**
 * The agent beside the ones that people run most, OpenTelemetry's and Prometheus's, and beside an application that is its
 * own: before them and behind them.
 */
final class OtherAgentsIT {

    private static final String OPENTELEMETRY = "io.opentelemetry.javaagent:opentelemetry-javaagent:2.33.1";
    private static final String JMX_EXPORTER = "io.prometheus.jmx:jmx_prometheus_javaagent:1.0.1";
    private static final String JOLOKIA = "org.jolokia:jolokia-agent-jvm:jar:javaagent:2.1.2";
    private static final String BYTE_BUDDY = "net.bytebuddy:byte-buddy:1.18.14";
    private static final String BYTE_BUDDY_AGENT = "net.bytebuddy:byte-buddy-agent:1.18.14";
    /** OpenTelemetry's agent alone takes some seconds of two busy processors. */
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    static Stream<Arguments> cases() {
        return ServerVersion.newestOnEveryJdk("tomcat")
                .flatMap(server -> Stream.of(Arguments.of(server, true), Arguments.of(server, false)));
    }

    @ParameterizedTest(name = "{0}, ours first: {1}")
    @MethodSource("cases")
    void applicationThatTransformsTheSameClasses_isCountedByBoth(ServerVersion.OnJdk server, boolean oursFirst) {
        StatsdListener wire = processes.wire();
        String settings = "stuck-after=3s,port=" + wire.port();
        List<String> arguments = new ArrayList<>();
        if (oursFirst) {
            arguments.add(TestProcesses.agent(settings));
        }
        arguments.addAll(List.of("-Djdk.attach.allowAttachSelf=true", "-XX:+EnableDynamicAgentLoading"));
        arguments.addAll(SampleClassPath.of(ServerVersion.untabled(
                "byte-buddy",
                "1",
                "ByteBuddySample",
                "org.apache.tomcat.embed:tomcat-embed-core:" + server.server().version(),
                BYTE_BUDDY,
                BYTE_BUDDY_AGENT)));
        arguments.add("threads=20");
        App app = new App(processes.java("byte-buddy-jdk" + server.jdk().feature(), server.jdk(), Map.of(), arguments));
        assertEquals("pong", Http.request("GET", app.port(), "/ping", SOON).body());
        if (!oursFirst) {
            ProcessUnderTest attacher =
                    processes.attacher(server.jdk(), "" + app.process().pid(), settings);
            assertEquals(0, attacher.awaitExit(SOON), attacher::describe);
        }
        wire.await(Moment.now(), SOON, "workers:20|g");
        long before = seen(app);
        assertEquals("pong", Http.request("GET", app.port(), "/ping", SOON).body());
        Await.until(SOON, () -> seen(app) > before, () -> app.process().describe());
        CompletableFuture<?> never = Http.send(app.port(), "/hang");
        wire.await(Moment.now(), SOON, "workers:19|g");
        assertEquals(false, never.isDone());
        assertEquals(
                List.of(),
                app.process()
                        .stderr()
                        .lines()
                        .filter(line -> !line.matches("healthcheck: (watching|worker) .*"))
                        .filter(line -> !line.startsWith("WARNING: "))
                        .toList());
    }

    /** How many calls of Tomcat's methods the application's own advice has seen. */
    private static long seen(App app) {
        return app.process()
                .stdout()
                .lines()
                .filter(line -> line.startsWith("SEEN "))
                .mapToLong(line -> Long.parseLong(line.substring("SEEN ".length())))
                .max()
                .orElse(0);
    }

    @ParameterizedTest(name = "{0}, ours first: {1}")
    @MethodSource("cases")
    void threeAgents_doTheirWork(ServerVersion.OnJdk server, boolean oursFirst) throws IOException {
        Path settings = Files.writeString(folder.resolve("jmx.yaml"), "rules:\n- pattern: '.*'\n");
        int metrics = FreePorts.next();
        StatsdListener wire = processes.wire();
        List<String> agents = new ArrayList<>(List.of(
                TestProcesses.agent("stuck-after=3s,port=" + wire.port()),
                "-javaagent:" + SampleClassPath.jar(OPENTELEMETRY),
                "-javaagent:" + SampleClassPath.jar(JMX_EXPORTER) + "=127.0.0.1:" + metrics + ":" + settings));
        if (!oursFirst) {
            Collections.reverse(agents);
        }
        agents.addAll(TestProcesses.VERIFIED);
        agents.addAll(
                List.of("-Dotel.traces.exporter=none", "-Dotel.metrics.exporter=none", "-Dotel.logs.exporter=none"));
        App app = processes.app(server, agents, Map.of());
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

    @ParameterizedTest(name = "{0}, ours first: {1}")
    @MethodSource("cases")
    void serverOfAnotherAgent_isNoPool_whereTheProgramHasNone(ServerVersion.OnJdk server, boolean oursFirst) {
        StatsdListener wire = processes.wire();
        int jolokia = FreePorts.next();
        List<String> arguments = new ArrayList<>(withJolokia("log=debug,port=" + wire.port(), jolokia, oursFirst));
        arguments.addAll(List.of(
                "-cp",
                Path.of("target", "test-classes").toAbsolutePath().toString(),
                HelloProgram.class.getName(),
                "60000"));
        ProcessUnderTest program =
                processes.java("jolokia-jdk" + server.jdk().feature(), server.jdk(), Map.of(), arguments);
        program.awaitStdout("hello", SOON);
        program.awaitStderr("found .* of JDK HttpServer, not watched: another agent brought it", SOON);
        assertEquals(200, Http.request("GET", jolokia, "/jolokia/version", SOON).status());
        assertEquals(List.of(), wire.lines());
        assertEquals(
                List.of(),
                program.stderr()
                        .lines()
                        .filter(line -> line.contains("watching"))
                        .toList());
    }

    @ParameterizedTest(name = "{0}, ours first: {1}")
    @MethodSource("cases")
    void serverOfAnotherAgent_doesNotHideTheDeathOfTheApplications(ServerVersion.OnJdk server, boolean oursFirst) {
        StatsdListener wire = processes.wire();
        int jolokia = FreePorts.next();
        App app = processes.app(
                server,
                withJolokia("interval=500ms,stuck-after=2s,port=" + wire.port(), jolokia, oursFirst),
                Map.of(),
                "threads=3");
        wire.await(Moment.now(), SOON, "workers:3|g");
        for (int i = 0; i < 3; i++) {
            assertEquals(false, Http.send(app.port(), "/hang").isDone());
        }
        wire.await(Moment.now(), SOON, "workers:0|g");
        assertEquals(200, Http.request("GET", jolokia, "/jolokia/version", SOON).status());
        assertEquals(
                1,
                wire.lines().stream()
                        .map(StatsdListener.Line::text)
                        .filter(line -> line.startsWith("workers.pool."))
                        .map(line -> line.split("[.:]", -1)[2])
                        .distinct()
                        .count(),
                wire::describe);
    }

    private static List<String> withJolokia(String settings, int port, boolean oursFirst) {
        List<String> agents = new ArrayList<>(List.of(
                TestProcesses.agent(settings),
                "-javaagent:" + SampleClassPath.alone(JOLOKIA) + "=host=127.0.0.1,port=" + port));
        if (!oursFirst) {
            Collections.reverse(agents);
        }
        return agents;
    }
}
