package com.approck.healthcheck.sidecar.workers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.sidecar.health.HealthPolicy;
import com.approck.healthcheck.sidecar.health.WorkersState;
import com.approck.healthcheck.sidecar.metrics.Counters;
import com.approck.healthcheck.sidecar.statsd.GaugeParser;
import com.approck.healthcheck.sidecar.text.Log;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class StateFileTest {
    private static final List<String> NAMES = List.of("workers", "gunicorn.workers");
    private static final InetSocketAddress ARBITER = from(40123, 127, 0, 0, 1);

    private static final InetSocketAddress SIX = from(9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final Log log = new Log(new PrintStream(said, true, StandardCharsets.UTF_8)::print, 0);
    private long nanos = 5_000_000_000L;
    private long wallMillis = 1_795_415_746_123L;

    @TempDir
    Path folder;

    private Path path;

    @BeforeEach
    void setPath() {
        path = folder.resolve("state");
    }

    @Test
    void countWithoutALease_isKnownAgain() {
        try (Life before = new Life(Duration.ZERO)) {
            before.report(ARBITER, "my.gunicorn.workers:3|g|#env:test");
            before.report(SIX, "workers:2|g");
            before.file.save();
        }
        restartAfter(Duration.ofMinutes(7));
        try (Life after = new Life(Duration.ZERO)) {
            after.file.load();
            assertEquals(5, after.workers.snapshot(nanos).able());
            assertEquals(WorkersState.ALIVE, after.state());
            assertEquals(
                    List.of(
                            new RetainedCount("workers", 2, SIX, nanos - minutes(7)),
                            new RetainedCount("my.gunicorn.workers", 3, ARBITER, nanos - minutes(7))),
                    after.workers.retained());
        }
        assertTrue(said().contains("3 for my.gunicorn.workers, reported 7 min ago"), said());
    }

    @Test
    void zero_isKnownAgain() {
        try (Life before = new Life(Duration.ZERO)) {
            before.report(ARBITER, "workers:0|g");
            before.file.save();
        }
        try (Life after = new Life(Duration.ZERO)) {
            after.file.load();
            assertEquals(WorkersState.ZERO, after.state());
        }
    }

    @Test
    void wordOlderThanItsTimeToLive_isStale() {
        try (Life before = new Life(minutesLong(5))) {
            before.report(ARBITER, "gunicorn.workers:3|g");
            before.file.save();
        }
        restartAfter(Duration.ofMinutes(4));
        try (Life after = new Life(minutesLong(5))) {
            after.file.load();
            assertEquals(WorkersState.ALIVE, after.state());
        }
        restartAfter(Duration.ofMinutes(2));
        try (Life after = new Life(minutesLong(5))) {
            after.file.load();
            assertEquals(WorkersState.STALE, after.state());
        }
    }

    @Test
    void wordWithALease_isNotKept() {
        try (Life before = new Life(Duration.ZERO)) {
            before.report(ARBITER, "gunicorn.workers:3|g");
            before.file.save();
            before.report(ARBITER, "gunicorn.workers.lease:5000|g");
            before.file.save();
        }
        try (Life after = new Life(Duration.ZERO)) {
            after.file.load();
            assertEquals(WorkersState.NEVER_HEARD, after.state());
        }
    }

    @Test
    void reportReceivedAlready_isNotReplaced() {
        try (Life before = new Life(Duration.ZERO)) {
            before.report(ARBITER, "workers:3|g");
            before.file.save();
        }
        try (Life after = new Life(Duration.ZERO)) {
            after.report(ARBITER, "workers:4|g");
            after.file.load();
            assertEquals(4, after.workers.snapshot(nanos).able());
        }
    }

    @Test
    void senderThatDeclaresALeaseAfterTheRestart_takesItsWordAlong() {
        try (Life before = new Life(Duration.ZERO)) {
            before.report(ARBITER, "gunicorn.workers:3|g");
            before.file.save();
        }
        try (Life after = new Life(Duration.ZERO)) {
            after.file.load();
            after.report(ARBITER, "gunicorn.workers.lease:5000|g");
            after.report(ARBITER, "gunicorn.workers:2|g");
            assertEquals(2, after.workers.snapshot(nanos).able());
            assertEquals(List.of(), after.workers.retained());
        }
    }

    @Test
    void wallClockSetBack_makesAWordNoYoungerThanNow() {
        try (Life before = new Life(minutesLong(5))) {
            before.report(ARBITER, "workers:3|g");
            before.file.save();
        }
        wallMillis -= Duration.ofDays(1).toMillis();
        try (Life after = new Life(minutesLong(5))) {
            after.file.load();
            assertEquals(nanos, after.workers.retained().get(0).reportedAt());
        }
    }

    @Test
    void missingFile_isNoProblem() {
        try (Life first = new Life(Duration.ZERO)) {
            first.file.load();
            assertEquals(WorkersState.NEVER_HEARD, first.state());
        }
        assertEquals("", said());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\n",
                "{\"workers\":3}\n",
                "healthcheck-sidecar state 2\n",
                "healthcheck-sidecar state 1",
                "healthcheck-sidecar state 1\n1795415746123 3 [::1]:8 workers",
                "healthcheck-sidecar state 1\n1795415746123 3 [::1]:8\n",
                "healthcheck-sidecar state 1\n1795415746123 -3 [::1]:8 workers\n",
                "healthcheck-sidecar state 1\n1795415746123 3 [::1]:99999 workers\n",
                "healthcheck-sidecar state 1\n1795415746123 3 [::ffff:999.1.1.1]:8 workers\n",
                "healthcheck-sidecar state 1\n1795415746123 3 [cafe]:8 workers\n",
                "healthcheck-sidecar state 1\n1795415746123 3 cafe:8 workers\n",
                "healthcheck-sidecar state 1\n99999999999999999999 3 [::1]:8 workers\n",
                "healthcheck-sidecar state 1\n\u0000\u0001\ufffd\n",
            })
    void fileThatIsNotOurs_isOneLineInTheLog(String text) throws IOException {
        Files.writeString(path, text);
        try (Life process = new Life(Duration.ZERO)) {
            process.file.load();
            assertEquals(WorkersState.NEVER_HEARD, process.state());
            process.report(ARBITER, "workers:3|g");
            process.file.save();
        }
        assertEquals(1, said().lines().count(), said());
        assertTrue(said().contains("WARN --state-file " + path + " is not a state file of the sidecar ("), said());
        assertTrue(said().contains("starting without it"), said());
        assertTrue(Files.readString(path).endsWith(" 3 [::ffff:127.0.0.1]:40123 workers\n"));
    }

    @Test
    void hugeFile_isOneLineInTheLog() throws IOException {
        Files.write(path, new byte[70_000]);
        try (Life process = new Life(Duration.ZERO)) {
            process.file.load();
        }
        assertTrue(said().contains("it has more than 65536 bytes"), said());
    }

    @Test
    void folderThatIsNotThere_isOneLineInTheLog_untilItIs() throws IOException {
        path = folder.resolve("later").resolve("state");
        try (Life process = new Life(Duration.ZERO)) {
            process.file.load();
            process.report(ARBITER, "workers:3|g");
            process.file.save();
            process.file.save();
            assertEquals(1, said().lines().count(), said());
            assertTrue(said().contains("WARN --state-file " + path + " cannot be written ("), said());

            Files.createDirectory(path.getParent());
            process.file.save();
            assertTrue(said().contains("INFO --state-file " + path + " can be written again"), said());
        }
        assertTrue(Files.exists(path));
    }

    @Test
    void pathThatIsAFolder_isOneLineInTheLog() throws IOException {
        Files.createDirectory(path);
        try (Life process = new Life(Duration.ZERO)) {
            process.file.load();
        }
        assertEquals(1, said().lines().count(), said());
        assertTrue(said().contains("could not be read"), said());
    }

    @Test
    void noReport_writesNothing() {
        try (Life process = new Life(Duration.ZERO)) {
            process.file.save();
        }
        assertFalse(Files.exists(path));
    }

    @Test
    void close_savesOnceMore() throws IOException {
        try (Life process = new Life(Duration.ZERO)) {
            process.file.start();
            process.report(ARBITER, "workers:3|g");
        }
        assertTrue(Files.readString(path).contains(" 3 "));
        assertFalse(Files.exists(path.resolveSibling("state.next")));
    }

    @Test
    void nameOfStrangeBytes_isLeftOut() {
        try (Life before = new Life(Duration.ZERO)) {
            before.report(ARBITER, "p\u00e4.gunicorn.workers:3|g");
            before.report(ARBITER, "gunicorn.workers:2|g");
            before.file.save();
        }
        try (Life after = new Life(Duration.ZERO)) {
            after.file.load();
            assertEquals(2, after.workers.snapshot(nanos).able());
        }
    }

    private static InetSocketAddress from(int port, int... address) {
        byte[] bytes = new byte[address.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) address[i];
        }
        try {
            return new InetSocketAddress(InetAddress.getByAddress(bytes), port);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private void restartAfter(Duration time) {
        wallMillis += time.toMillis();
        // A monotonic clock that started anew.
        nanos = 77;
    }

    private static Duration minutesLong(int minutes) {
        return Duration.ofMinutes(minutes);
    }

    private static long minutes(int minutes) {
        return minutesLong(minutes).toNanos();
    }

    private String said() {
        return said.toString(StandardCharsets.UTF_8);
    }

    /** A sidecar, as far as it matters here. */
    private final class Life implements AutoCloseable {
        final SourceRegistry workers;
        final StateFile file;
        private final GaugeIngest intake;

        Life(Duration ttl) {
            Counters counters = new Counters();
            workers = new SourceRegistry(NAMES, ttl, counters, nanos);
            intake = new GaugeIngest(new GaugeParser(NAMES, counters), workers, () -> nanos);
            file = new StateFile(path, workers, () -> nanos, () -> wallMillis, log);
        }

        void report(InetSocketAddress from, String datagram) {
            byte[] bytes = datagram.getBytes(StandardCharsets.UTF_8);
            intake.datagram(bytes, bytes.length, from);
        }

        WorkersState state() {
            return new HealthPolicy(1, 1, Duration.ofMinutes(10), "").state(workers.snapshot(nanos));
        }

        @Override
        public void close() {
            file.close();
        }
    }
}
