package com.approck.healthcheck.sidecar.log;

import com.approck.healthcheck.sidecar.time.Ticker;
import java.time.Duration;

/** Logs failures that anybody can cause as often as they like: the first one, then at most one each ten seconds. Any thread. */
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

    /** Counts a failure, and logs it if none was logged lately; {@code cause} may be null. */
    public synchronized void warn(String what, Throwable cause) {
        count++;
        long now = ticker.nanos();
        if (count == 1 || now - loggedAt > QUIET_NANOS) {
            loggedAt = now;
            log.warn(what + (cause == null ? "" : ": " + cause + where(cause)) + "; " + count + " so far");
        }
    }

    private static String where(Throwable cause) {
        StackTraceElement[] trace = cause.getStackTrace();
        return trace.length == 0 ? "" : " at " + trace[0];
    }
}
