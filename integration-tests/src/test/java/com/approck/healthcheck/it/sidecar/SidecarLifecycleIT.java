package com.approck.healthcheck.it.sidecar;

import static com.approck.healthcheck.it.support.probe.Prober.Probe.LIVE;
import static com.approck.healthcheck.it.support.probe.Prober.Probe.READY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.support.PromisedTimes;
import com.approck.healthcheck.it.support.Sidecar;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Prober;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.Moment;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The sidecar's first and last second: wrong settings, ports in use, SIGTERM. */
@ParameterizedClass(name = "{0}")
@MethodSource("com.approck.healthcheck.it.support.process.Jdk#all")
final class SidecarLifecycleIT {

    private static final Duration TO_EXIT = Duration.ofSeconds(30);
    private static final int WRONG_SETTING = 2;
    private static final int COULD_NOT_START = 1;

    @Parameter
    Jdk jdk;

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    static Stream<Arguments> wrongSettings() {
        return Stream.of(
                Arguments.of(List.of("--port", "70000"), List.of("--port", "70000", "65535")),
                Arguments.of(List.of("--statsd-port", "eighty"), List.of("--statsd-port", "eighty", "65535")),
                Arguments.of(List.of("--statsd-port", "-1"), List.of("--statsd-port", "-1")),
                Arguments.of(List.of("-P"), List.of("-P")),
                Arguments.of(List.of("--prot", "1"), List.of("--prot", "--port")),
                Arguments.of(List.of("--statsdhost", "x"), List.of("--statsdhost", "--statsd-host")),
                Arguments.of(List.of("stray"), List.of("stray")),
                Arguments.of(List.of("--min-workers", "some"), List.of("--min-workers", "some")),
                Arguments.of(List.of("--min-sources", "-3"), List.of("--min-sources", "-3")),
                Arguments.of(List.of("--drain", "soon"), List.of("--drain", "soon")),
                Arguments.of(List.of("--workers-ttl", "x"), List.of("--workers-ttl", "x")),
                Arguments.of(
                        List.of("--application-health-ready-url", "ftp://example.org/"),
                        List.of("--application-health-ready-url", "ftp://example.org/", "http")),
                Arguments.of(
                        List.of("--application-health-ready-url", "not a url"),
                        List.of("--application-health-ready-url", "not a url")),
                Arguments.of(
                        List.of("--application-health-ready-timeout", "never"),
                        List.of("--application-health-ready-timeout", "never")));
    }

    @ParameterizedTest
    @MethodSource("wrongSettings")
    void wrongSetting_isNamedWithWhatIsAllowed(List<String> flags, List<String> named) {
        ProcessUnderTest sidecar = launch(Map.of(), flags.toArray(String[]::new));
        assertEquals(WRONG_SETTING, sidecar.awaitExit(TO_EXIT));
        assertSays(sidecar, named);
    }

    @Test
    void allWrongSettings_areNamedAtOnce_beforeAnythingIsBound() throws IOException {
        try (ServerSocket busy = busyPort()) {
            ProcessUnderTest sidecar = launch(
                    Map.of("HEALTHCHECK_MIN_WORKERS", "many"),
                    "--port",
                    Integer.toString(busy.getLocalPort()),
                    "--statsd-port",
                    "70000",
                    "--drain",
                    "soon",
                    "--prefixx",
                    "y");
            assertEquals(WRONG_SETTING, sidecar.awaitExit(TO_EXIT));
            assertSays(
                    sidecar,
                    List.of(
                            "--statsd-port",
                            "70000",
                            "--drain",
                            "soon",
                            "--prefixx",
                            "HEALTHCHECK_MIN_WORKERS",
                            "many"));
            assertFalse(sidecar.stderr().contains("in use"), sidecar::describe);
        }
    }

    @Test
    void flag_beatsEnvironment_andEnvironmentIsRead() {
        ProcessUnderTest wrongInEnvironment = launch(Map.of("HEALTHCHECK_STATSD_PORT", "70000"));
        assertEquals(WRONG_SETTING, wrongInEnvironment.awaitExit(TO_EXIT));
        assertSays(wrongInEnvironment, List.of("HEALTHCHECK_STATSD_PORT", "70000"));

        ProcessUnderTest statsdPort = launch(Map.of("STATSD_PORT", "70001"), "--port", "0");
        assertEquals(WRONG_SETTING, statsdPort.awaitExit(TO_EXIT));
        assertSays(statsdPort, List.of("STATSD_PORT", "70001"));

        ProcessUnderTest flagged =
                launch(Map.of("HEALTHCHECK_STATSD_PORT", "70000", "HEALTHCHECK_PORT", "0"), "--statsd-port", "0");
        flagged.awaitStderr(Sidecar.STARTED, TO_EXIT);
    }

    @Test
    void httpPortInUse_isNamed() throws IOException {
        try (ServerSocket busy = busyPort()) {
            String port = Integer.toString(busy.getLocalPort());
            ProcessUnderTest sidecar = launch(Map.of(), "--port", port, "--statsd-port", "0");
            assertEquals(COULD_NOT_START, sidecar.awaitExit(TO_EXIT));
            assertOneLine(sidecar, List.of(port, "in use", "--port"));
        }
    }

    @Test
    void secondSidecarOnOneStatsdPort_isReported() {
        Sidecar first = processes.sidecar(jdk);
        String port = Integer.toString(first.statsdPort());
        ProcessUnderTest second = launch(Map.of(), "--port", "0", "--statsd-port", port);
        assertEquals(COULD_NOT_START, second.awaitExit(TO_EXIT));
        assertOneLine(second, List.of(port, "in use", "--statsd-port"));
        assertEquals(422, first.live().status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--host", "--statsd-host"})
    void unknownHost_isNamed(String flag) {
        ProcessUnderTest sidecar = launch(Map.of(), "--port", "0", "--statsd-port", "0", flag, "no-such-host.invalid");
        assertEquals(COULD_NOT_START, sidecar.awaitExit(TO_EXIT));
        assertOneLine(sidecar, List.of("no-such-host.invalid", "unknown", flag));
    }

    @Test
    void addressOfAnotherMachine_isNamed() {
        // Of the block that is kept for documentation: nobody's.
        ProcessUnderTest sidecar = launch(Map.of(), "--port", "0", "--statsd-port", "0", "--host", "192.0.2.1");
        assertEquals(COULD_NOT_START, sidecar.awaitExit(TO_EXIT));
        assertOneLine(sidecar, List.of("192.0.2.1", "--host"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-h", "--help"})
    void help_namesEveryFlag(String flag) {
        ProcessUnderTest help = launch(Map.of(), flag);
        assertEquals(0, help.awaitExit(TO_EXIT));
        assertEquals("", help.stderr());
        for (String known : List.of(
                "-H",
                "--host",
                "-P",
                "--port",
                "--statsd-host",
                "--statsd-port",
                "--application-health-ready-url",
                "-v",
                "--min-workers",
                "--min-sources",
                "--metric",
                "--workers-ttl",
                "--drain",
                "--application-health-ready-timeout",
                "--print-hooks",
                "--write-hooks",
                "--version",
                "8000",
                "8125",
                "localhost")) {
            assertTrue(help.stdout().contains(known), () -> "no " + known + " in\n" + help.stdout());
        }
    }

    @Test
    void version_isPrinted() {
        ProcessUnderTest version = launch(Map.of(), "--version");
        assertEquals(0, version.awaitExit(TO_EXIT));
        assertTrue(version.stdout().strip().matches("(?s).*\\d+\\.\\d+\\.\\d+.*"), version::stdout);
    }

    @Test
    void terminatedSidecar_drainsThenEndsWell() {
        Sidecar sidecar = processes.sidecar(jdk, "--drain", "3");
        Prober prober = processes.prober(sidecar);
        prober.awaitFirst();
        Moment said = Moment.now();
        sidecar.report("workers:3|g");
        prober.awaitBoth(200, said, PromisedTimes.AT_ONCE);
        Moment alive = Moment.now();

        prober.assertBothStay(200, Duration.ofMillis(500));
        Moment terminated = sidecar.process().signal("TERM");
        prober.await(READY, 422, terminated, PromisedTimes.AT_ONCE);
        assertEquals(0, sidecar.process().awaitExit(TO_EXIT));
        Duration drained = Moment.now().since(terminated);
        assertTrue(
                drained.compareTo(Duration.ofSeconds(3)) >= 0 && drained.compareTo(Duration.ofSeconds(5)) < 0,
                () -> "drained for " + drained);
        prober.assertOnly(LIVE, 200, terminated, terminated.plus(Duration.ofMillis(2800)));
        assertEquals(
                List.of("200", "422 ShuttingDown"),
                prober.storyOf(READY, alive).stream()
                        .filter(answer -> !answer.equals("0"))
                        .toList());
    }

    @Test
    void terminatedSidecarWithoutDrain_endsAtOnce() {
        Sidecar sidecar = processes.sidecar(jdk, "--drain", "0");
        Moment terminated = sidecar.process().signal("TERM");
        assertEquals(0, sidecar.process().awaitExit(TO_EXIT));
        Duration took = Moment.now().since(terminated);
        assertTrue(took.compareTo(Duration.ofSeconds(2)) < 0, () -> "took " + took);
    }

    private ProcessUnderTest launch(Map<String, String> environment, String... flags) {
        return processes.add(Sidecar.launch(jdk, environment, flags));
    }

    private static ServerSocket busyPort() throws IOException {
        return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    private static void assertSays(ProcessUnderTest sidecar, List<String> named) {
        assertEquals("", sidecar.stdout(), sidecar::describe);
        assertFalse(sidecar.stderr().contains("\tat "), sidecar::describe);
        for (String word : named) {
            assertTrue(sidecar.stderr().contains(word), () -> "no " + word + " in: " + sidecar.describe());
        }
    }

    private static void assertOneLine(ProcessUnderTest sidecar, List<String> named) {
        assertSays(sidecar, named);
        assertEquals(1, sidecar.stderr().lines().count(), sidecar::describe);
    }
}
