package com.approck.healthcheck.sidecar.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.sidecar.text.Log;
import com.approck.healthcheck.sidecar.workers.WorkersDriver;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SourceLogTest {
    private static final String AGENT = "workers.lease:5000|g\nworkers:198|g";

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final WorkersDriver told = new WorkersDriver();
    private final SourceLog verbose = log(1);

    @Test
    void sources_areTold_asTheyComeAndGo() {
        told.from(1, AGENT).from(2, "gunicorn.workers:4|g");
        verbose.look(told.now());
        told.after(1000).from(1, "workers:197|g\nworkers.draining:1|g");
        verbose.look(told.now());
        verbose.look(told.now());
        told.after(6000);
        verbose.look(told.now());
        assertEquals(
                List.of(
                        "DEBUG gunicorn.workers without a lease, reported by 127.0.0.1:2 came, workers: 4",
                        "DEBUG workers of 127.0.0.1:1 came, workers: 198, lease: 5 s",
                        "DEBUG workers of 127.0.0.1:1 shuts down",
                        "DEBUG workers of 127.0.0.1:1 went: silent for 6 s"),
                lines());
    }

    @Test
    void sources_areNotTold_unlessAskedFor() {
        SourceLog quiet = log(0);
        told.from(1, AGENT);
        quiet.look(told.now());
        assertEquals(List.of(), lines());
    }

    @Test
    void floodOfSources_isAFewLines_andANumber() {
        int sources = 0;
        for (int second = 0; second < 60; second++) {
            for (int i = 0; i < 1000; i++) {
                told.from(1 + sources++, "workers.lease:5000|g");
            }
            verbose.look(told.now());
            told.after(1000);
            told.workers.sweep();
        }
        assertEquals(SourceLog.MOST_LINES, lines().size(), lines()::toString);
        told.after(SourceLog.WINDOW_NANOS / 1_000_000);
        verbose.look(told.now());
        assertEquals(2 * SourceLog.MOST_LINES + 1, lines().size(), lines()::toString);
        assertTrue(
                lines().get(SourceLog.MOST_LINES)
                        .matches("DEBUG of sources that came or went, 1\\d{5} were left out here"),
                lines()::toString);
    }

    private SourceLog log(int verbosity) {
        return new SourceLog(
                told.workers, new Log(new PrintStream(bytes, true, StandardCharsets.UTF_8), verbosity), told.now());
    }

    /** Without their times. */
    private List<String> lines() {
        return bytes.toString(StandardCharsets.UTF_8)
                .lines()
                .map(line -> line.substring(line.indexOf(' ') + 1))
                .toList();
    }
}
