package com.approck.healthcheck.sidecar.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.sidecar.log.Log;
import com.approck.healthcheck.sidecar.workers.WorkersDriver;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SourceEventLogTest {
    private static final String AGENT = "workers.lease:5000|g\nworkers:198|g";

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final WorkersDriver wire = new WorkersDriver();
    private final SourceEventLog verbose = log(1);

    @Test
    void sources_areLogged_asTheyAppearAndExpire() {
        wire.from(1, AGENT).from(2, "gunicorn.workers:4|g");
        verbose.logEvents(wire.now());
        wire.after(1000).from(1, "workers:197|g\nworkers.draining:1|g");
        verbose.logEvents(wire.now());
        verbose.logEvents(wire.now());
        wire.after(6000);
        verbose.logEvents(wire.now());
        assertEquals(
                List.of(
                        "DEBUG source 127.0.0.1:2 (gunicorn.workers, no lease) appeared, workers: 4",
                        "DEBUG source 127.0.0.1:1 (workers) appeared, workers: 198, lease: 5 s",
                        "DEBUG source 127.0.0.1:1 (workers) is shutting down",
                        "DEBUG source 127.0.0.1:1 (workers) expired: last report 6 s ago"),
                lines());
    }

    @Test
    void sources_areNotLogged_unlessAskedFor() {
        SourceEventLog quiet = log(0);
        wire.from(1, AGENT);
        quiet.logEvents(wire.now());
        assertEquals(List.of(), lines());
    }

    @Test
    void floodOfSources_isAFewLines_andANumber() {
        int sources = 0;
        for (int second = 0; second < 60; second++) {
            for (int i = 0; i < 1000; i++) {
                wire.from(1 + sources++, "workers.lease:5000|g");
            }
            verbose.logEvents(wire.now());
            wire.after(1000);
            wire.registry.sweep();
        }
        assertEquals(SourceEventLog.MAX_LINES, lines().size(), lines()::toString);
        wire.after(SourceEventLog.WINDOW_NANOS / 1_000_000);
        verbose.logEvents(wire.now());
        assertEquals(2 * SourceEventLog.MAX_LINES + 1, lines().size(), lines()::toString);
        assertTrue(
                lines().get(SourceEventLog.MAX_LINES)
                        .matches("DEBUG omitted 1\\d{5} more lines about sources that appeared or expired"),
                lines()::toString);
    }

    private SourceEventLog log(int verbosity) {
        return new SourceEventLog(
                wire.registry,
                new Log(new PrintStream(bytes, true, StandardCharsets.UTF_8)::print, verbosity),
                wire.now());
    }

    /** Without their times. */
    private List<String> lines() {
        return bytes.toString(StandardCharsets.UTF_8)
                .lines()
                .map(line -> line.substring(line.indexOf(' ') + 1))
                .toList();
    }
}
