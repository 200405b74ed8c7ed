package com.approck.healthcheck.sidecar.workers;

import java.util.List;

/**
 * Sources that came, went or began to shut down since this was last asked.
 *
 * @param told the first of them
 * @param untold how many more there were
 */
public record SourceEvents(List<Coming> told, long untold) {
    /** One source, as it is now. */
    public record Coming(What what, SourceView source) {}

    /** What became of a source. */
    public enum What {
        CAME,
        DRAINS,
        WENT
    }
}
