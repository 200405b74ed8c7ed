package com.approck.healthcheck.it.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.program.UnknownServerProgram;
import com.approck.healthcheck.it.support.App;
import com.approck.healthcheck.it.support.Sidecar;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Http;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.Moment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A program that serves HTTP by a server that the agent does not know. */
final class UnknownServerIT {

    private static final Duration SOON = Duration.ofSeconds(20);

    /** After a minute; the JVM has two processors and company. */
    private static final Duration NAMED_WITHIN = Duration.ofSeconds(90);

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    static Stream<Arguments> programs() {
        return Stream.of("socket", "selector")
                .flatMap(accepts -> Jdk.all().stream().map(jdk -> Arguments.of(accepts, jdk)));
    }

    @ParameterizedTest
    @MethodSource("programs")
    void withoutASetting_isNamedAfterAMinute_andNothingIsReported(String accepts, Jdk jdk) {
        Sidecar sidecar = processes.sidecar(jdk);
        App app = start(accepts, jdk, "interval=500ms,port=" + sidecar.statsdPort());
        Moment served = Moment.now();
        processes.onlyWaits();
        app.process().awaitStderr("^healthcheck: no known server was found, but the thread .*\n", NAMED_WITHIN);
        assertTrue(Moment.now().since(served).compareTo(Duration.ofSeconds(55)) > 0, "it had a minute to be found");

        List<String> lines = app.process().stderr().lines().toList();
        assertEquals(1, lines.size(), lines::toString);
        assertTrue(
                lines.get(0).contains("thread main accepts connections (at ")
                        && lines.get(0).contains(UnknownServerProgram.class.getName())
                        && lines.get(0).contains("agent/SERVERS.md"),
                lines::toString);
        assertEquals("pong", Http.get(app.port(), "/ping").body());
        assertEquals("never heard", sidecar.verbose().path("state").asString());
        assertEquals(0, sidecar.verbose().path("counters").path("datagrams").asLong(-1));
        assertEquals(422, sidecar.live().status());
    }

    @ParameterizedTest
    @MethodSource("programs")
    void withItsExecutorNamed_isWatched(String accepts, Jdk jdk) {
        Sidecar sidecar = processes.sidecar(jdk);
        App app = start(
                accepts,
                jdk,
                "interval=500ms,stuck-after=2s,lease=2s,executors=handler-*,port=" + sidecar.statsdPort());
        awaitWorkers(sidecar, 3);
        assertEquals(200, sidecar.live().status());

        CompletableFuture<?> never = Http.send(app.port(), "/hang");
        awaitWorkers(sidecar, 2);
        assertEquals("pong", Http.get(app.port(), "/ping").body());
        assertFalse(never.isDone());
    }

    private App start(String accepts, Jdk jdk, String settings) {
        App app = new App(processes.java(
                "unknown-" + accepts + "-jdk" + jdk.feature(),
                jdk,
                Map.of(),
                List.of(
                        TestProcesses.agent(settings),
                        "-cp",
                        Path.of("target", "test-classes").toAbsolutePath().toString(),
                        UnknownServerProgram.class.getName(),
                        accepts)));
        app.awaitStarted();
        assertEquals("pong", Http.get(app.port(), "/ping").body());
        return app;
    }

    private static void awaitWorkers(Sidecar sidecar, int wanted) {
        Await.until(
                SOON,
                () -> sidecar.verbose().path("workers").asInt() == wanted,
                () -> wanted + " workers: " + sidecar.verbose());
    }
}
