package com.approck.healthcheck.sidecar.statsd;

/** Told of the receiver's progress, on its thread, at least four times a second unless it is paused. */
public interface CycleListener {
    /** The process did not run for {@code nanos}: it was stopped, or starved of CPU. Comes before {@link #ends}. */
    void paused(long nanos);

    /**
     * A turn ends at {@code nanos}.
     *
     * @param heardThroughNanos everything that had arrived by then has been read
     */
    void ends(long nanos, long heardThroughNanos);
}
