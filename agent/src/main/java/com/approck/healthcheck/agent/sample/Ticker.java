package com.approck.healthcheck.agent.sample;

/** Monotonic time, as {@link System#nanoTime()}. */
public interface Ticker {
    /** Nanoseconds since an arbitrary moment; never goes back. */
    long nanos();
}
