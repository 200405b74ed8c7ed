package com.approck.healthcheck.sidecar.health;

import com.approck.healthcheck.sidecar.log.Log;
import com.approck.healthcheck.sidecar.words.Words;
import com.approck.healthcheck.sidecar.workers.SourceEvents;
import com.approck.healthcheck.sidecar.workers.SourceRegistry;
import com.approck.healthcheck.sidecar.workers.SourceView;
import java.time.Duration;

/**
 * With {@code -v}: a line for each source that came, went or began to shut down; {@value #MAX_LINES} in a minute at most, then the
 * number of those left out, since whoever reaches the port can make sources. On the receiver thread.
 */
final class SourceEventLog {
    static final int MAX_LINES = 20;
    static final long WINDOW_NANOS = Duration.ofMinutes(1).toNanos();

    private final SourceRegistry workers;
    private final Log log;
    private long windowSince;
    private int lines;
    private long leftOut;

    SourceEventLog(SourceRegistry workers, Log log, long now) {
        this.workers = workers;
        this.log = log;
        this.windowSince = now;
    }

    /** Writes what became of sources since the last time. Walks through all of them: worth a call a second. */
    void look(long now) {
        if (!log.isDebugEnabled()) {
            return;
        }
        if (now - windowSince >= WINDOW_NANOS) {
            if (leftOut > 0) {
                log.debug("of sources that came or went, " + leftOut + " were left out here");
            }
            windowSince = now;
            lines = 0;
            leftOut = 0;
        }
        SourceEvents comings = workers.takeEvents(now, MAX_LINES - lines);
        for (SourceEvents.SourceEvent coming : comings.told()) {
            log.debug(text(coming.kind(), coming.source()));
        }
        lines += comings.told().size();
        leftOut += comings.untold();
    }

    private static String text(SourceEvents.Kind what, SourceView source) {
        String who = source.leaseNanos() == 0
                ? source.name() + " without a lease, told by " + source.address()
                : source.name() + " of " + source.address();
        return who
                + switch (what) {
                    case APPEARED ->
                        " came"
                                + (source.able() < 0 ? "" : ", workers: " + source.able())
                                + (source.leaseNanos() == 0 ? "" : ", lease: " + Words.of(source.leaseNanos()));
                    case DRAINING -> " shuts down";
                    case EXPIRED -> " went: silent for " + Words.of(source.ageNanos());
                };
    }
}
