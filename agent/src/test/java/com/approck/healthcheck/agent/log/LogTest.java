package com.approck.healthcheck.agent.log;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.approck.healthcheck.agent.config.AgentConfig.LogLevel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class LogTest {
    private final PrintStream stderr = System.err;
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    @BeforeEach
    void listen() {
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void stopListening() {
        System.setErr(stderr);
    }

    @Test
    void levels_sayMoreAndMore() {
        for (LogLevel level : LogLevel.values()) {
            Log log = new Log(level);
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
                lines());
    }

    @Test
    void complaint_isSaidOnce() {
        Log log = new Log(LogLevel.INFO);
        for (int i = 0; i < 2; i++) {
            log.complain("one");
            log.complain("two");
            log.info("again");
        }

        assertEquals(
                List.of("healthcheck: one", "healthcheck: two", "healthcheck: again", "healthcheck: again"), lines());
    }

    @Test
    void complaintWithACause_isSaidOnceForEachClassOfIt() {
        Log log = new Log(LogLevel.INFO);
        for (int i = 0; i < 3; i++) {
            log.complain("it failed: ", new IllegalStateException("at " + i));
            log.complain("it failed: ", new IOException("at " + i));
            log.complain("it failed again: ", new IOException("at " + i));
            new Log(LogLevel.OFF).complain("it failed: ", new IOException());
        }

        assertEquals(
                List.of(
                        "healthcheck: it failed: java.lang.IllegalStateException: at 0",
                        "healthcheck: it failed: java.io.IOException: at 0",
                        "healthcheck: it failed again: java.io.IOException: at 0"),
                lines());
    }

    @Test
    void complaints_areBounded() {
        Log log = new Log(LogLevel.INFO);
        for (int i = 0; i < 1_000; i++) {
            log.complain("complaint " + i);
        }

        assertEquals(100, lines().size());
    }

    @Test
    void sentence_isOneLine() {
        new Log(LogLevel.INFO).info("a\nb\r\nc");

        assertEquals(List.of("healthcheck: a b  c"), lines());
    }

    @Test
    void fullDisk_throwsNothing() {
        System.setErr(new PrintStream(
                new OutputStream() {
                    @Override
                    public void write(int b) throws IOException {
                        throw new IOException("No space left on device");
                    }
                },
                true,
                StandardCharsets.UTF_8));

        new Log(LogLevel.INFO).info("unheard");
    }

    private List<String> lines() {
        return said.toString(StandardCharsets.UTF_8).lines().collect(Collectors.toList());
    }
}
