package com.approck.healthcheck.sidecar.health;

/** The four things that can be so, never mixed up. */
public enum WorkersState {
    /** No datagram about workers since the sidecar started. */
    NEVER_HEARD("never heard"),
    /** The sources whose word holds have no able worker. */
    ZERO("zero"),
    /** There was a word, and none holds any more. */
    STALE("stale"),
    /** There are able workers. Whether they are enough is the verdict's matter. */
    ALIVE("alive");

    private final String label;

    WorkersState(String label) {
        this.label = label;
    }

    public String label() {
        return label;
    }
}
