package com.approck.healthcheck.sidecar.workers;

import java.util.List;

/**
 * Sources that came, went or began to shut down since this was last asked.
 *
 * @param told the first of them
 * @param untold how many more there were
 */
public record SourceEvents(List<SourceEvent> told, long untold) {
    /** One source, as it is now. */
    public record SourceEvent(Kind kind, SourceView source) {}

    /** What became of a source. */
    public enum Kind {
        APPEARED,
        DRAINING,
        EXPIRED
    }
}
