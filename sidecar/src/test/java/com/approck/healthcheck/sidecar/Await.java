package com.approck.healthcheck.sidecar;

import static org.junit.jupiter.api.Assertions.fail;

import java.time.Duration;
import java.util.function.Supplier;

/** Waits for what other threads and processes do: looks often, and gives up late. */
public final class Await {
    private static final long PATIENCE_NANOS = Duration.ofSeconds(20).toNanos();

    private Await() {}

    /** What can be looked at. */
    @FunctionalInterface
    public interface Look {
        boolean isSo() throws Exception;
    }

    public static void until(Look look, Supplier<String> what) throws Exception {
        long start = System.nanoTime();
        while (!look.isSo()) {
            if (System.nanoTime() - start > PATIENCE_NANOS) {
                fail("not in time: " + what.get());
            }
            Thread.sleep(2);
        }
    }
}
