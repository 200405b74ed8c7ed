package com.approck.healthcheck.sidecar.workers;

import com.approck.healthcheck.sidecar.workers.SourceEvents.Kind;
import com.approck.healthcheck.sidecar.workers.SourceEvents.SourceEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Compares each source with what the last events said of it, and remembers in the source what these say. */
final class SourceEventCollector implements Consumer<Source> {
    private final ReceptionClock clock;
    private final long now;
    private final int maxEvents;
    private final List<SourceEvent> events = new ArrayList<>();
    private long omitted;

    SourceEventCollector(ReceptionClock clock, long now, int maxEvents) {
        this.clock = clock;
        this.now = now;
        this.maxEvents = maxEvents;
    }

    @Override
    public void accept(Source source) {
        boolean valid = !clock.isExpired(source);
        if (valid != source.appearedInEvents) {
            source.appearedInEvents = valid;
            add(valid ? Kind.APPEARED : Kind.EXPIRED, source);
        }
        boolean draining = valid && source.draining;
        if (draining != source.drainingInEvents) {
            source.drainingInEvents = draining;
            if (draining) {
                add(Kind.DRAINING, source);
            }
        }
    }

    private void add(Kind kind, Source source) {
        if (events.size() < maxEvents) {
            events.add(new SourceEvent(kind, SourceView.of(source, clock, now, 0)));
        } else {
            omitted++;
        }
    }

    SourceEvents events(long moreOmitted) {
        return new SourceEvents(events, omitted + moreOmitted);
    }
}
