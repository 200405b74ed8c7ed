package com.approck.healthcheck.sidecar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.approck.healthcheck.sidecar.text.Ticker;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command line: what it prints, and how it ends; where signals and broken threads matter, as a process. */
final class MainTest {
    private static final Pattern STATSD = Pattern.compile("statsd://127\\.0\\.0\\.1:(\\d+)");

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private Process process;

    @AfterEach
    void stop() {
        if (process != null) {
            process.destroyForcibly();
        }
    }

    @Test
    void help_goesToStdout() {
        assertEquals(ExitCode.OK, run("--help"));
        assertTrue(text(out).startsWith("usage: "), text(out));
        assertEquals("", text(err));
    }

    @Test
    void version_goesToStdout() {
        assertEquals(ExitCode.OK, run("--version"));
        assertTrue(text(out).matches("healthcheck-sidecar \\S+\\R"), text(out));
    }

    @Test
    void wrongSettings_areAllReported() {
        assertEquals(ExitCode.WRONG_SETTINGS, run("--port", "x", "--drian=5"));
        assertEquals(
                List.of(
                        "healthcheck-sidecar: '--drian=5' is not a flag; the nearest is --drain, --help shows all",
                        "healthcheck-sidecar: --port: 'x' is not a port; allowed: 0 to 65535"),
                text(err).lines().toList());
        assertEquals("", text(out));
    }

    @Test
    void portInUse_isNamed() throws IOException {
        try (ServerSocket busy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertEquals(ExitCode.FAILED, run("--statsd-port=0", "--host=127.0.0.1", "--port=" + busy.getLocalPort()));
            assertEquals(
                    "could not listen for HTTP on 127.0.0.1:" + busy.getLocalPort()
                            + ": the port is in use; end what uses it or choose another with --port",
                    text(err).strip().replaceFirst("\\S+ ERROR ", ""));
        }
    }

    @Test
    void statsdPortInUse_isNamed() throws IOException {
        try (DatagramSocket busy = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            assertEquals(ExitCode.FAILED, run("--port=0", "--statsd-port=" + busy.getLocalPort()));
            assertTrue(
                    text(err).contains("could not listen for StatsD on 127.0.0.1:" + busy.getLocalPort()), text(err));
        }
    }

    @Test
    void exitCodes_areFixed() {
        assertEquals(0, ExitCode.OK.code);
        assertEquals(1, ExitCode.FAILED.code);
        assertEquals(2, ExitCode.WRONG_SETTINGS.code);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void signal_endsTheProcessWithZero(String signal) throws Exception {
        assumeFalse(signal.equals("INT") && isInterruptIgnored(), "started in the background, where SIGINT is ignored");
        BufferedReader said = launch("nothing");
        statsdPort(said);
        signal(signal);
        assertTrue(process.waitFor(20, TimeUnit.SECONDS));
        assertEquals(0, process.exitValue());
        assertTrue(said.lines().anyMatch(line -> line.endsWith("INFO stopping: SIG" + signal)));
    }

    /** A shell without job control starts what it puts into the background so, and it is inherited, by JVMs too. */
    private static boolean isInterruptIgnored() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return false;
        }
        String mask = Files.readString(status).replaceAll("(?s).*SigIgn:\\s+(\\p{XDigit}+).*", "$1");
        // The second signal is the second bit from the right.
        return (Long.parseUnsignedLong(mask, 16) & 2) != 0;
    }

    @Test
    void secondSignal_endsADrain() throws Exception {
        BufferedReader said = launch("nothing", "--drain", "1h");
        statsdPort(said);
        signal("TERM");
        for (String line = said.readLine(); !line.contains("stopping in 3600000 ms"); ) {
            line = said.readLine();
        }
        signal("TERM");
        assertTrue(process.waitFor(20, TimeUnit.SECONDS));
        assertEquals(0, process.exitValue());
    }

    @ParameterizedTest
    @ValueSource(strings = {"throws", "dies"})
    void brokenReceiver_isSaid_andEndsTheProcessWithOne(String bug) throws Exception {
        assertBreaksDown(bug);
    }

    @Test
    void receiverThatStandsStill_isSaid_andEndsTheProcessWithOne() throws Exception {
        assertBreaksDown("hangs");
    }

    private void assertBreaksDown(String bug) throws Exception {
        BufferedReader said = launch(bug);
        int port = statsdPort(said);
        byte[] bytes = "workers:3|g".getBytes(StandardCharsets.US_ASCII);
        try (DatagramSocket socket = new DatagramSocket()) {
            for (int i = 0; i < 200; i++) {
                socket.send(new DatagramPacket(bytes, bytes.length, InetAddress.getLoopbackAddress(), port));
            }
        }
        assertTrue(process.waitFor(40, TimeUnit.SECONDS));
        assertEquals(1, process.exitValue());
        List<String> lines = said.lines().toList();
        assertEquals(
                1,
                lines.stream()
                        .filter(line -> line.contains("ERROR the UDP receiver failed:"))
                        .count(),
                lines::toString);
    }

    private BufferedReader launch(String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                BrokenSidecarMain.class.getName()));
        command.addAll(List.of(args));
        command.addAll(List.of("--port=0", "--statsd-port=0", "--host=127.0.0.1", "--statsd-host=127.0.0.1"));
        process = new ProcessBuilder(command).start();
        return process.errorReader(StandardCharsets.UTF_8);
    }

    private static int statsdPort(BufferedReader said) throws IOException {
        Matcher matcher = STATSD.matcher(said.readLine());
        assertTrue(matcher.find());
        return Integer.parseInt(matcher.group(1));
    }

    private void signal(String name) throws Exception {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
        assertEquals(0, kill.waitFor());
    }

    private ExitCode run(String... args) {
        return new Main(Map.of(), Ticker.system())
                .run(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        args);
    }

    private static String text(ByteArrayOutputStream stream) {
        return stream.toString(StandardCharsets.UTF_8);
    }
}
