package com.approck.healthcheck.it.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.program.ExecutorChurnProgram;
import com.approck.healthcheck.it.support.App;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.StatsdListener;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import com.approck.healthcheck.it.support.samples.ServerVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What the agent does where nothing is as it expects: it says so once, and the program runs on. */
@ParameterizedClass(name = "{0}")
@MethodSource("com.approck.healthcheck.it.support.process.Jdk#all")
final class AgentDegradationIT {

    private static final Duration TO_EXIT = Duration.ofMinutes(2);
    private static final long MAX_GROWTH_BYTES = 2 << 20;

    @Parameter
    Jdk jdk;

    @TempDir
    Path folder;

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    @Test
    void serverClassWithOtherMethods_isLeftAloneInOneLine() throws IOException {
        Path source = Files.createDirectories(folder.resolve("source/org/eclipse/jetty/server"))
                .resolve("Server.java");
        Files.writeString(source, """
                package org.eclipse.jetty.server;
                public class Server {
                    public static void main(String[] args) throws Exception {
                        System.out.println("served by " + new Server().launch());
                        Thread.sleep(15000);
                        System.out.println("done");
                    }
                    String launch() { return "something else"; }
                }
                """);
        Path classes = Files.createDirectories(folder.resolve("classes"));
        assertEquals(
                0,
                ToolProvider.getSystemJavaCompiler()
                        .run(null, null, null, "--release", "17", "-d", classes.toString(), source.toString()));
        Path jar = folder.resolve("jetty-server-99.jar");
        assertEquals(
                0,
                java.util.spi.ToolProvider.findFirst("jar")
                        .orElseThrow()
                        .run(
                                System.out,
                                System.err,
                                "--create",
                                "--file",
                                jar.toString(),
                                "-C",
                                classes.toString(),
                                "."));

        StatsdListener wire = processes.wire();
        ProcessUnderTest program = processes.java(
                "strange-server-jdk" + jdk.feature(),
                jdk,
                Map.of(),
                List.of(
                        TestProcesses.agent("port=" + wire.port()),
                        "-cp",
                        jar.toString(),
                        "org.eclipse.jetty.server.Server"));
        assertEquals(0, program.awaitExit(TO_EXIT), program::describe);
        assertEquals("served by something else\ndone\n", program.stdout());
        assertEquals(1, program.stderr().lines().count(), program::describe);
        for (String word : List.of(
                "healthcheck: ", "org.eclipse.jetty.server.Server", "jetty-server-99.jar", "left alone", "doSt")) {
            assertTrue(program.stderr().contains(word), () -> "no " + word + " in: " + program.stderr());
        }
        assertEquals(List.of(), wire.lines());
    }

    @Test
    void droppedExecutors_leaveNothingBehind() {
        StatsdListener wire = processes.wire();
        ProcessUnderTest program = processes.java(
                "executors-jdk" + jdk.feature(),
                jdk,
                Map.of(),
                List.of(
                        TestProcesses.agent("executors=pool-*,interval=100ms,log=off,port=" + wire.port()),
                        "-Xmx256m",
                        "-cp",
                        Path.of("target", "test-classes").toAbsolutePath().toString(),
                        ExecutorChurnProgram.class.getName(),
                        "10000"));
        assertEquals(0, program.awaitExit(TO_EXIT), program::describe);
        assertEquals("", program.stderr());
        long grew = Long.parseLong(program.stdout().strip().replace("GREW ", ""));
        assertTrue(grew < MAX_GROWTH_BYTES, () -> "the heap grew by " + grew + " bytes");
    }

    @Test
    void patternThatMatchesNoPool_isLoggedOnce_withTheNamesThatThereAre() {
        StatsdListener wire = processes.wire();
        ServerVersion jetty = ServerVersion.all().stream()
                .filter(ServerVersion::everyScenario)
                .findFirst()
                .orElseThrow();
        App app = processes.app(
                new ServerVersion.OnJdk(jetty, jdk),
                List.of(TestProcesses.agent("pools=http-nio-*,interval=200ms,port=" + wire.port())),
                Map.of());
        String said = app.process()
                .awaitStderr("healthcheck: .*'http-nio-\\*'.*", Duration.ofSeconds(60))
                .group();
        assertTrue(said.contains("matches no pool; pools: qtp"), said);
        assertEquals(said + "\n", app.process().stderr());
        assertEquals(List.of(), wire.lines());
    }
}
