package com.approck.healthcheck.it.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.approck.healthcheck.it.support.BuiltJars;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Http;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The demo, started by the README's first command and used as it suggests. */
@ParameterizedClass(name = "{0}")
@MethodSource("com.approck.healthcheck.it.support.process.Jdk#all")
final class DemoIT {

    private static final Duration TO_START = Duration.ofSeconds(60);
    private static final Duration TO_END = Duration.ofSeconds(10);
    private static final Duration TO_SEE = Duration.ofSeconds(10);
    private static final Duration TO_BE_STUCK = Duration.ofSeconds(20);
    private static final Duration TO_RECOVER = Duration.ofSeconds(60);
    private static final String PID = "pid (\\d+)";

    @Parameter
    Jdk jdk;

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    @Test
    void killedApplication_isReported_andStartsAgainAtEnter() {
        ProcessUnderTest demo = demo("--app-port", "0", "--http-port", "0", "--statsd-port", "0");
        demo.awaitStdout("live 200  ready 200  workers [1-9]\\d*$", TO_START);
        int appPort = Integer.parseInt(
                demo.awaitStdout("http://localhost:(\\d+)/ping", TO_START).group(1));
        assertEquals("pong", Http.get(appPort, "/ping").body());
        String pid = demo.awaitStdout(PID, TO_START).group(1);

        ProcessUnderTest.signal("KILL", Long.parseLong(pid));
        demo.awaitStdout("the application has ended, status 137: press Enter", TO_SEE);
        demo.awaitStdout("live 422  ready 422  workers 0  NoWorkers: \\S+", TO_SEE);

        demo.type("\n");
        demo.awaitStdout("(?s)NoWorkers: .*live 200  ready 200  workers [1-9]\\d*$", TO_START);
        String again = demo.awaitStdout("(?s)starting the application again.*kill -9 (\\d+)", TO_SEE)
                .group(1);
        assertNotEquals(pid, again);
        assertEquals("pong", Http.get(appPort, "/ping").body());
        assertEquals("", demo.stderr());
    }

    @ParameterizedTest
    @CsvSource({"INT, 2", "TERM, 15"})
    void signalledDemo_endsWithItsStatus_andLeavesNoProcess(String signal, int number) throws IOException {
        assumeFalse(
                signal.equals("INT") && isInterruptIgnored(),
                "the shell that started this ignores SIGINT, and all its processes inherit that");
        ProcessUnderTest demo = demo("--app-port", "0", "--http-port", "0", "--statsd-port", "0");
        demo.awaitStdout("live 200  ready 200  workers [1-9]\\d*$", TO_START);
        List<ProcessHandle> all = family(demo);
        assertEquals(3, all.size(), "the demo, the sidecar and the application");
        demo.signal(signal);
        assertEquals(128 + number, demo.awaitExit(TO_END));
        assertAllEnded(all, demo);
        assertEquals("", demo.stderr());
    }

    /** A shell without job control starts its background processes so. */
    private static boolean isInterruptIgnored() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return false;
        }
        String mask = Files.readString(status).replaceAll("(?s).*SigIgn:\\s+(\\p{XDigit}+).*", "$1");
        // Signal n is bit n - 1.
        return (Long.parseUnsignedLong(mask, 16) & (1 << 1)) != 0;
    }

    @Test
    void hangingWorkers_areReported_andRecover() {
        ProcessUnderTest demo = demo("--app-port", "0", "--http-port", "0", "--statsd-port", "0");
        int workers = Integer.parseInt(demo.awaitStdout("live 200  ready 200  workers ([1-9]\\d*)$", TO_START)
                .group(1));
        int appPort = Integer.parseInt(
                demo.awaitStdout("http://localhost:(\\d+)/ping", TO_START).group(1));
        // As many as the demo suggests.
        List<CompletableFuture<HttpResponse<String>>> hanging =
                Stream.generate(() -> Http.send(appPort, "/hang")).limit(20).toList();
        processes.onlyWaits();
        demo.awaitStdout("live 422  ready 422  workers 0  NoWorkers: ", TO_BE_STUCK);
        demo.awaitStdout("(?s)NoWorkers: .*live 200  ready 200  workers " + workers + "$", TO_RECOVER);
        assertTrue(hanging.stream().anyMatch(CompletableFuture::isDone));
    }

    @Test
    void killedDemo_leavesNoProcess() {
        ProcessUnderTest demo = demo("--app-port", "0", "--http-port", "0", "--statsd-port", "0");
        demo.awaitStdout("live 200  ready 200  workers [1-9]\\d*$", TO_START);
        List<ProcessHandle> all = family(demo);
        assertEquals(3, all.size(), "the demo, the sidecar and the application");
        demo.signal("KILL");
        assertAllEnded(all, demo);
    }

    @Test
    void busyPort_isNamedWithTheFlagForAnother() throws IOException {
        try (ServerSocket busy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(busy.getLocalPort());
            for (String flag : List.of("--app-port", "--http-port")) {
                String other = flag.equals("--app-port") ? "--http-port" : "--app-port";
                ProcessUnderTest demo = demo(flag, port, other, "0", "--statsd-port", "0");
                assertEquals(1, demo.awaitExit(TO_START));
                assertEquals(
                        "demo: port " + port + " is in use: choose another with " + flag + " PORT\n", demo.stderr());
            }
        }
        String statsdPort = Integer.toString(processes.wire().port());
        ProcessUnderTest demo = demo("--app-port", "0", "--http-port", "0", "--statsd-port", statsdPort);
        assertEquals(1, demo.awaitExit(TO_START));
        assertEquals(
                "demo: port " + statsdPort + " is in use: choose another with --statsd-port PORT\n", demo.stderr());
    }

    @Test
    void wrongFlag_isAnsweredWithTheUsage() {
        ProcessUnderTest demo = demo("--port", "1", "--app-port", "70000");
        assertEquals(2, demo.awaitExit(TO_START));
        assertTrue(demo.stderr().contains("--port is no flag"), demo::describe);
        assertTrue(demo.stderr().contains("--app-port wants a port"), demo::describe);
        assertTrue(demo.stderr().contains("usage: "), demo::describe);
    }

    private ProcessUnderTest demo(String... flags) {
        List<String> command = new ArrayList<>();
        command.add(jdk.tool("java").toString());
        command.add("-jar");
        command.add(BuiltJars.demo().toString());
        command.addAll(List.of(flags));
        return processes.process("demo-jdk" + jdk.feature(), Map.of(), command);
    }

    private static List<ProcessHandle> family(ProcessUnderTest demo) {
        List<ProcessHandle> all = new ArrayList<>(demo.handle().descendants().toList());
        all.add(demo.handle());
        return all;
    }

    private static void assertAllEnded(List<ProcessHandle> all, ProcessUnderTest demo) {
        Await.until(TO_END, () -> all.stream().noneMatch(ProcessHandle::isAlive), demo::describe);
    }
}
