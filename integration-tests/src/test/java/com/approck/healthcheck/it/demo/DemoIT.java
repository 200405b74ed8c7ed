package com.approck.healthcheck.it.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.support.BuiltJars;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Http;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The README's first command, with a person's hands on it. */
@ParameterizedClass(name = "{0}")
@MethodSource("com.approck.healthcheck.it.support.process.Jdk#all")
final class DemoIT {

    private static final Duration TO_START = Duration.ofSeconds(60);
    private static final Duration TO_END = Duration.ofSeconds(10);
    private static final Duration TO_SEE = Duration.ofSeconds(10);
    private static final String PID = "pid (\\d+)";

    @Parameter
    Jdk jdk;

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    @Test
    void demo_tellsOfDeathAndOfNewLife_andLeavesNoProcess() {
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

        List<ProcessHandle> all = family(demo);
        assertEquals(3, all.size(), "the demo, the sidecar and the application");
        demo.signal("INT");
        assertEquals(128 + 2, demo.awaitExit(TO_END));
        assertAllEnded(all, demo);
        assertEquals("", demo.stderr());
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
