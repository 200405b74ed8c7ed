package com.approck.healthcheck.sidecar.receive;

/** Follows the receiver's progress, on its thread, at least four times a second unless the process is paused. */
public interface CycleListener {
    /** The process did not run for {@code nanos}: it was stopped, or had no CPU. Called before {@link #onCycleEnd}. */
    void onPause(long nanos);

    /**
     * A read cycle ends at {@code nanos}.
     *
     * @param watermarkNanos everything that had arrived by then has been read
     */
    void onCycleEnd(long nanos, long watermarkNanos);
}
