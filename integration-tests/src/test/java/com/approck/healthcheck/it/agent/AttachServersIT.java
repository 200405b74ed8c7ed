package com.approck.healthcheck.it.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.support.App;
import com.approck.healthcheck.it.support.Explained;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Http;
import com.approck.healthcheck.it.support.probe.StatsdListener;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.Moment;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import com.approck.healthcheck.it.support.samples.ServerVersion;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The agent put into servers that run already and have not had a request: all that it has to go by are their threads.
 * {@code --explain} then names the request that hangs. {@code -Dattach.every=true} takes every server of the table, and not only those to which other ways lead.
 */
final class AttachServersIT {

    private static final Duration TO_EXIT = Duration.ofSeconds(60);
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Duration STUCK_IS_SEEN = Duration.ofSeconds(4);
    /** A JVM says four such lines about agents that are attached (JEP 451), from this release on. */
    private static final int WARNS_FROM = 21;

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    static Stream<ServerVersion.OnJdk> servers() {
        return chosen().filter(server -> server.server().isWanted());
    }

    private static Stream<ServerVersion.OnJdk> chosen() {
        if (Boolean.getBoolean("attach.every")) {
            return ServerVersion.newestOnEveryJdk(ServerVersion.all().stream()
                    .map(ServerVersion::name)
                    .distinct()
                    .toArray(String[]::new));
        }
        return ServerVersion.newestOnEveryJdk(
                "jetty",
                "jetty-executor",
                "jetty-old-executor",
                "jetty-permits",
                "jetty-felix",
                "tomcat",
                "tomcat-virtual",
                "undertow",
                "undertow-module",
                "jdk-httpserver",
                "jdk-fixed",
                "jdk-virtual",
                "reactor-netty",
                "vertx",
                "grpc",
                "grizzly",
                "helidon");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("servers")
    void idleServer_isFoundWithItsPools_andItsStuckWorkersAreSeen(ServerVersion.OnJdk server) {
        StatsdListener wire = processes.wire();
        App app = processes.app(server, TestProcesses.verified(server.server()), Map.of());
        app.awaitStarted();
        String pid = Long.toString(app.process().pid());
        ProcessUnderTest attacher = processes.attacher(server.jdk(), pid, "stuck-after=2s,port=" + wire.port());
        assertEquals(0, attacher.awaitExit(TO_EXIT), attacher::describe);
        assertEquals("healthcheck: attached to " + pid + "\n", attacher.stdout());
        assertEquals("", attacher.stderr());
        wire.await(Moment.now(), SOON, "workers:" + server.server().workers() + "|g");

        if (server.server().name().equals("jetty-permits")) {
            // Requests on virtual threads are known by the hook alone, which is put into a class that was loaded.
            Await.until(
                    SOON,
                    () -> Http.send(app.port(), "/sleep?ms=1500").join().statusCode() == 200
                            && wire.lines().stream()
                                    .anyMatch(line -> line.text().endsWith(".busy:1|g")),
                    () -> "a request is seen");
        }
        CompletableFuture<?> never = Http.send(app.port(), "/hang");
        wire.await(
                Moment.now().plus(STUCK_IS_SEEN),
                SOON,
                "workers:" + server.server().withOneHung() + "|g");
        Explained explained = Explained.by(processes, server.jdk(), app.process());
        if (server.server().withOneHung() < server.server().workers()) {
            explained.assertHasBelow("  stuck: ", "at com.approck.healthcheck.it.sample.Faults.hang(Faults.java:");
        } else {
            // A request that began before the hook was in is not known where there is no bound.
            explained.assertHasBelow("pool ", "a stated constant, the processors of the JVM: ");
        }
        assertFalse(never.isDone());
        String said = app.process().stderr();
        assertEquals(server.jdk().feature() >= WARNS_FROM, said.contains("-XX:+EnableDynamicAgentLoading"), said);
        assertTrue(
                said.lines()
                        .filter(line -> line.contains("healthcheck") && !line.startsWith("WARNING: "))
                        .allMatch(line -> line.matches("healthcheck: (watching|worker) .*")),
                said);
    }
}
