package com.approck.healthcheck.sidecar.workers;

import java.util.List;

/**
 * Sources that appeared, began to shut down or expired since the last call.
 *
 * @param events the first of them
 * @param omitted how many more there were
 */
public record SourceEvents(List<SourceEvent> events, long omitted) {
    /** One event, with the source as it is now. */
    public record SourceEvent(Kind kind, SourceView source) {}

    /** What happened to a source. */
    public enum Kind {
        APPEARED,
        DRAINING,
        EXPIRED
    }
}
