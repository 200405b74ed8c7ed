package com.approck.healthcheck.it.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.approck.healthcheck.it.program.ExecutorsProgram;
import com.approck.healthcheck.it.support.App;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Http;
import com.approck.healthcheck.it.support.probe.StatsdListener;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.Moment;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import com.approck.healthcheck.it.support.samples.ServerVersion;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Executors that serve no HTTP, watched by the setting {@code executors}. */
final class ExecutorsIT {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Duration TO_EXIT = Duration.ofSeconds(60);
    private static final String SETTINGS = "interval=500ms,stuck-after=2s,executors=orders-*,ForkJoinPool-*,port=";

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    @ParameterizedTest
    @MethodSource("com.approck.healthcheck.it.support.process.Jdk#all")
    void executorsOfAProgram_loseTheirStuckWorkers(Jdk jdk) {
        StatsdListener wire = processes.wire();
        ProcessUnderTest program = program(jdk, TestProcesses.agent(SETTINGS + wire.port()));
        await(wire, "workers:7|g");
        await(wire, "workers.pool.orders:4|g");
        await(wire, "workers.pool.ForkJoinPool-1-worker:3|g");

        program.type("orders\n");
        await(wire, "workers.pool.orders:3|g");
        await(wire, "workers.pool.orders.stuck:1|g");
        program.type("mails\n");
        await(wire, "workers.pool.ForkJoinPool-1-worker:2|g");
        await(wire, "workers.pool.ForkJoinPool-1-worker.stuck:1|g");
        await(wire, "workers:5|g");
    }

    @ParameterizedTest
    @MethodSource("com.approck.healthcheck.it.support.process.Jdk#all")
    void tasksBegunBeforeTheAttach_areSeenToBeStuck(Jdk jdk) {
        StatsdListener wire = processes.wire();
        ProcessUnderTest program = program(jdk);
        for (String name : List.of("orders", "mails")) {
            program.type(name + "\n");
            program.awaitStdout("^HANGS " + name + "$", SOON);
        }
        assertEquals(
                0,
                processes
                        .attacher(jdk, Long.toString(program.pid()), SETTINGS + wire.port())
                        .awaitExit(TO_EXIT));
        await(wire, "workers:7|g");
        await(wire, "workers:5|g");
    }

    static Stream<ServerVersion.OnJdk> springBoot() {
        return ServerVersion.newestOnEveryJdk("boot-tomcat");
    }

    @ParameterizedTest
    @MethodSource("springBoot")
    void asyncTasksOfSpring_areWatchedBesideItsServer(ServerVersion.OnJdk server) {
        StatsdListener wire = processes.wire();
        App app = processes.app(
                server,
                List.of(TestProcesses.agent("interval=500ms,stuck-after=2s,executors=task-*,port=" + wire.port())),
                Map.of());
        app.awaitStarted();
        assertEquals("pong", Http.get(app.port(), "/async/ping").body());
        await(wire, "workers.pool.task:8|g");
        await(wire, "workers:208|g");

        CompletableFuture<?> never = Http.send(app.port(), "/async/hang");
        await(wire, "workers.pool.task:7|g");
        await(wire, "workers.pool.task.stuck:1|g");
        await(wire, "workers:207|g");
        assertFalse(never.isDone());
    }

    private ProcessUnderTest program(Jdk jdk, String... jvmFlags) {
        List<String> arguments = new ArrayList<>(List.of(jvmFlags));
        arguments.addAll(List.of(
                "-cp",
                Path.of("target", "test-classes").toAbsolutePath().toString(),
                ExecutorsProgram.class.getName()));
        ProcessUnderTest program = processes.java("executors-jdk" + jdk.feature(), jdk, Map.of(), arguments);
        program.awaitStdout("^WORKS orders$", SOON);
        program.awaitStdout("^WORKS mails$", SOON);
        return program;
    }

    private static void await(StatsdListener wire, String line) {
        wire.await(Moment.now(), SOON, line);
    }
}
