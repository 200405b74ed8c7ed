package com.approck.healthcheck.sidecar.text;

/** Monotonic time in nanoseconds, meaningful only as a difference. {@link System#nanoTime} outside of tests. */
@FunctionalInterface
public interface Ticker {
    /** Never throws, never blocks. */
    long nanos();

    /** That of the JVM. */
    static Ticker system() {
        return System::nanoTime;
    }
}
