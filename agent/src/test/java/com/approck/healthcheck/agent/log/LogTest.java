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
            log.complain(level + " complaint");
        }

        assertEquals(
                List.of(
                        "healthcheck: INFO info",
                        "healthcheck: INFO complaint",
                        "healthcheck: DEBUG info",
                        "healthcheck: DEBUG debug",
                        "healthcheck: DEBUG complaint"),
                lines);
    }

    @Test
    void complaint_isSaidOnce() {
        Log log = log(LogLevel.INFO);
        for (int i = 0; i < 2; i++) {
            log.complain("one");
            log.complain("two");
            log.info("again");
        }

        assertEquals(
                List.of("healthcheck: one", "healthcheck: two", "healthcheck: again", "healthcheck: again"), lines);
    }

    @Test
    void complaints_areKnownWhereNothingIsLogged() {
        Log log = log(LogLevel.OFF);
        log.complain("one");
        log.complain("it failed: ", new IllegalStateException("at 1"));
        log.complain("one");

        assertEquals(List.of("one", "it failed: java.lang.IllegalStateException"), log.complaints());
        assertEquals(List.of(), lines);
    }

    @Test
    void complaintWithACause_isSaidOnceForEachClassOfIt() {
        Log log = log(LogLevel.INFO);
        for (int i = 0; i < 3; i++) {
            log.complain("it failed: ", new IllegalStateException("at " + i));
            log.complain("it failed: ", new IOException("at " + i));
            log.complain("it failed again: ", new IOException("at " + i));
            log(LogLevel.OFF).complain("it failed: ", new IOException());
        }

        assertEquals(
                List.of(
                        "healthcheck: it failed: java.lang.IllegalStateException: at 0",
                        "healthcheck: it failed: java.io.IOException: at 0",
                        "healthcheck: it failed again: java.io.IOException: at 0"),
                lines);
    }

    @Test
    void complaints_areBounded() {
        Log log = log(LogLevel.INFO);
        for (int i = 0; i < 1_000; i++) {
            log.complain("complaint " + i);
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
