package com.approck.healthcheck.agent.log;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.approck.healthcheck.agent.config.AgentConfig.LogLevel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LogTest {
    private final List<String> lines = new ArrayList<>();

    @Test
    void levels_sayMoreAndMore() {
        for (LogLevel level : LogLevel.values()) {
            Log log = log(level);
            log.info(level + " info");
            log.debug(level + " debug");
            log.warn(level + " warning");
        }

        assertEquals(
                List.of(
                        "healthcheck: INFO info",
                        "healthcheck: INFO warning",
                        "healthcheck: DEBUG info",
                        "healthcheck: DEBUG debug",
                        "healthcheck: DEBUG warning"),
                lines);
    }

    @Test
    void warning_isSaidOnce() {
        Log log = log(LogLevel.INFO);
        for (int i = 0; i < 2; i++) {
            log.warn("one");
            log.warn("two");
            log.info("again");
        }

        assertEquals(
                List.of("healthcheck: one", "healthcheck: two", "healthcheck: again", "healthcheck: again"), lines);
    }

    @Test
    void warnings_areKnownWhereNothingIsLogged() {
        Log log = log(LogLevel.OFF);
        log.warn("one");
        log.warn("it failed: ", new IllegalStateException("at 1"));
        log.warn("one");

        assertEquals(List.of("one", "it failed: java.lang.IllegalStateException"), log.warnings());
        assertEquals(List.of(), lines);
    }

    @Test
    void warningWithACause_isSaidOnceForEachClassOfIt() {
        Log log = log(LogLevel.INFO);
        for (int i = 0; i < 3; i++) {
            log.warn("it failed: ", new IllegalStateException("at " + i));
            log.warn("it failed: ", new IOException("at " + i));
            log.warn("it failed again: ", new IOException("at " + i));
            log(LogLevel.OFF).warn("it failed: ", new IOException());
        }

        assertEquals(
                List.of(
                        "healthcheck: it failed: java.lang.IllegalStateException: at 0",
                        "healthcheck: it failed: java.io.IOException: at 0",
                        "healthcheck: it failed again: java.io.IOException: at 0"),
                lines);
    }

    @Test
    void warnings_areBounded() {
        Log log = log(LogLevel.INFO);
        for (int i = 0; i < 1_000; i++) {
            log.warn("warning " + i);
        }

        assertEquals(100, lines.size());
    }

    @Test
    void sentence_isOneLine() {
        log(LogLevel.INFO).info("a\nb\r\nc");

        assertEquals(List.of("healthcheck: a b  c"), lines);
    }

    private Log log(LogLevel level) {
        return new Log(level, lines::add);
    }
}
