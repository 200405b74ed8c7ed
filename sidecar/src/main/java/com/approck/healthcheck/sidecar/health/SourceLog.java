package com.approck.healthcheck.sidecar.health;

import com.approck.healthcheck.sidecar.text.Format;
import com.approck.healthcheck.sidecar.text.Log;
import com.approck.healthcheck.sidecar.workers.SourceEvents;
import com.approck.healthcheck.sidecar.workers.SourceRegistry;
import com.approck.healthcheck.sidecar.workers.SourceView;
import java.time.Duration;

/**
 * With {@code -v}: a line for each source that came, went or began to shut down; {@value #MOST_LINES} in a minute at most, then the
 * number of those left out, since whoever reaches the port can make sources. On the receiver thread.
 */
final class SourceLog {
    static final int MOST_LINES = 20;
    static final long WINDOW_NANOS = Duration.ofMinutes(1).toNanos();

    private final SourceRegistry workers;
    private final Log log;
    private long windowSince;
    private int lines;
    private long leftOut;

    SourceLog(SourceRegistry workers, Log log, long now) {
        this.workers = workers;
        this.log = log;
        this.windowSince = now;
    }

    /** Writes what became of sources since the last time. Walks through all of them: worth a call a second. */
    void look(long now) {
        if (!log.debugs()) {
            return;
        }
        if (now - windowSince >= WINDOW_NANOS) {
            if (leftOut > 0) {
                log.debug(leftOut + " more sources appeared or expired; not logged");
            }
            windowSince = now;
            lines = 0;
            leftOut = 0;
        }
        SourceEvents comings = workers.takeComings(now, MOST_LINES - lines);
        for (SourceEvents.Coming coming : comings.told()) {
            log.debug(text(coming.what(), coming.source()));
        }
        lines += comings.told().size();
        leftOut += comings.untold();
    }

    private static String text(SourceEvents.What what, SourceView source) {
        String who = source.leaseNanos() == 0
                ? source.name() + " without a lease, reported by " + source.address()
                : source.name() + " from " + source.address();
        return who
                + switch (what) {
                    case CAME ->
                        " appeared"
                                + (source.able() < 0 ? "" : ", workers: " + source.able())
                                + (source.leaseNanos() == 0 ? "" : ", lease: " + Format.of(source.leaseNanos()));
                    case DRAINS -> " is draining";
                    case WENT -> " expired: no report for " + Format.of(source.ageNanos());
                };
    }
}
