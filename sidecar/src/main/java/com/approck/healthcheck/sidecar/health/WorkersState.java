package com.approck.healthcheck.sidecar.health;

/** The four states that are never mixed up. */
public enum WorkersState {
    /** No report about workers was received since the sidecar started. */
    NEVER_HEARD("never heard"),
    /** The current sources have no able worker. */
    ZERO("zero"),
    /** There were reports, and all have expired. */
    STALE("stale"),
    /** There are able workers. Whether they are enough is for the verdict to say. */
    ALIVE("alive");

    private final String label;

    WorkersState(String label) {
        this.label = label;
    }

    public String label() {
        return label;
    }
}
