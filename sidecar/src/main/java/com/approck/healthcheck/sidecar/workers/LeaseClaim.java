package com.approck.healthcheck.sidecar.workers;

/**
 * Whether a name belongs to sources with a lease. While it does, reports without a lease under that name do not count:
 * another program's gauge of the same name must not keep a dead server alive. Guarded by its {@link SourceRegistry}.
 */
final class LeaseClaim {
    /** Number of remembered sources that declared a lease under the name. */
    private int sources;
    /** Whether {@link SourceRegistry#takeNewlyIgnored} has returned a report under the name. */
    boolean warned;

    void addSource() {
        sources++;
    }

    void removeSource() {
        sources--;
    }

    boolean isHeld() {
        return sources > 0;
    }
}
