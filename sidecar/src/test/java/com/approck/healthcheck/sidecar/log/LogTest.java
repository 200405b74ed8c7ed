package com.approck.healthcheck.sidecar.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LogTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    @Test
    void line_hasATimeAndALevel() {
        log(0).info("live: 200");
        assertTrue(
                lines().get(0).matches("\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z INFO live: 200"),
                lines()::toString);
    }

    @Test
    void textOfStrangers_staysOnItsLine() {
        log(0).warn("pool a\n2026-01-01T00:00:00.000Z INFO live: 200\u001b[31m");
        assertEquals(1, lines().size());
        assertTrue(
                lines().get(0).endsWith("WARN pool a 2026-01-01T00:00:00.000Z INFO live: 200 [31m"), lines()::toString);
    }

    @ParameterizedTest
    @CsvSource({"0,3", "1,4", "2,5"})
    void verbosity_showsMore(int verbosity, int expected) {
        Log log = log(verbosity);
        log.error("a");
        log.warn("b");
        log.info("c");
        log.debug("d");
        log.trace("e");
        assertEquals(expected, lines().size());
        assertEquals(verbosity == 2, log.isTraceEnabled());
    }

    private Log log(int verbosity) {
        return new Log(new PrintStream(bytes, true, StandardCharsets.UTF_8)::print, verbosity);
    }

    private List<String> lines() {
        return bytes.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
