package com.approck.healthcheck.sidecar.health;

import com.approck.healthcheck.sidecar.log.Log;
import com.approck.healthcheck.sidecar.words.Words;
import com.approck.healthcheck.sidecar.workers.SourceEvents;
import com.approck.healthcheck.sidecar.workers.SourceRegistry;
import com.approck.healthcheck.sidecar.workers.SourceView;
import java.time.Duration;

/**
 * With {@code -v}: a line for each source that appeared, began to shut down or expired; {@value #MAX_LINES} in a minute at
 * most, then the number of those left out, because anybody who reaches the port can make sources. On the receiver thread.
 */
final class SourceEventLog {
    static final int MAX_LINES = 20;
    static final long WINDOW_NANOS = Duration.ofMinutes(1).toNanos();

    private final SourceRegistry workers;
    private final Log log;
    private long windowSince;
    private int lines;
    private long omitted;

    SourceEventLog(SourceRegistry workers, Log log, long now) {
        this.workers = workers;
        this.log = log;
        this.windowSince = now;
    }

    /** Logs what happened to sources since the last call. Walks through all of them: to be called each second. */
    void logEvents(long now) {
        if (!log.isDebugEnabled()) {
            return;
        }
        if (now - windowSince >= WINDOW_NANOS) {
            if (omitted > 0) {
                log.debug("omitted " + omitted + " more lines about sources that appeared or expired");
            }
            windowSince = now;
            lines = 0;
            omitted = 0;
        }
        SourceEvents events = workers.takeEvents(now, MAX_LINES - lines);
        for (SourceEvents.SourceEvent event : events.events()) {
            log.debug(text(event.kind(), event.source()));
        }
        lines += events.events().size();
        omitted += events.omitted();
    }

    private static String text(SourceEvents.Kind kind, SourceView source) {
        String who =
                "source " + source.address() + " (" + source.name() + (source.leaseNanos() == 0 ? ", no lease)" : ")");
        return who
                + switch (kind) {
                    case APPEARED ->
                        " appeared"
                                + (source.able() < 0 ? "" : ", workers: " + source.able())
                                + (source.leaseNanos() == 0 ? "" : ", lease: " + Words.of(source.leaseNanos()));
                    case DRAINING -> " is shutting down";
                    case EXPIRED -> " expired: last report " + Words.of(source.ageNanos()) + " ago";
                };
    }
}
