package com.approck.healthcheck.sidecar.log;

import com.approck.healthcheck.sidecar.time.Ticker;
import java.time.Duration;

/** Warns of failures that anybody may cause as often as they like: of the first, then of one each ten seconds. Any thread. */
public final class RateLimitedLog {
    private static final long QUIET_NANOS = Duration.ofSeconds(10).toNanos();

    private final Log log;
    private final Ticker ticker;
    private long count;
    private long loggedAt;

    public RateLimitedLog(Log log, Ticker ticker) {
        this.log = log;
        this.ticker = ticker;
    }

    /** One more; {@code what} is a clause, and the same for few enough failures. */
    public synchronized void add(String what, Throwable cause) {
        count++;
        long now = ticker.nanos();
        if (count == 1 || now - loggedAt > QUIET_NANOS) {
            loggedAt = now;
            StackTraceElement[] trace = cause.getStackTrace();
            log.warn(what + ": " + cause + (trace.length == 0 ? "" : " at " + trace[0]) + "; " + count + " so far");
        }
    }
}
