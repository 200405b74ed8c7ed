package com.approck.healthcheck.agent.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ThreadNamesTest {
    @ParameterizedTest
    @CsvSource({
        "mail-sender-3, mail-sender",
        "pool-1-thread-12, pool-1-thread",
        "batch, batch",
        "'worker #7', worker",
        "ForkJoinPool-1-worker-3, ForkJoinPool-1-worker",
        "42, executor",
        "-7, executor"
    })
    void name_isTheThreadsWithoutItsNumber(String thread, String name) {
        assertEquals(name, ThreadNames.common(List.of(new Thread(() -> {}, thread)), "executor"));
    }

    @Test
    void name_isTheFirstThatSaysAnything() {
        assertEquals(
                "batch",
                ThreadNames.common(List.of(new Thread(() -> {}, "1"), new Thread(() -> {}, "batch-2")), "executor"));
        assertEquals("executor", ThreadNames.common(List.of(), "executor"));
    }
}
