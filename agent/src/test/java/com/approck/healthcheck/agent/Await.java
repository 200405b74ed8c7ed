package com.approck.healthcheck.agent;

import static org.junit.jupiter.api.Assertions.fail;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what other threads are about to do. How long that takes decides nothing; only that it never comes does. */
public final class Await {
    private static final Duration NEVER = Duration.ofSeconds(60);

    private Await() {}

    /** Returns as soon as the condition holds. */
    public static void until(String what, BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start > NEVER.toNanos()) {
                fail("not in " + NEVER.toSeconds() + " s: " + what);
            }
            LockSupport.parkNanos(1_000_000);
        }
    }
}
