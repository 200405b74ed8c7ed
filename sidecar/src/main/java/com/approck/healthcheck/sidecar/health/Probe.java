package com.approck.healthcheck.sidecar.health;

/** The two questions that there is a verdict on. */
public enum Probe {
    LIVE("live"),
    READY("ready");

    private final String label;

    Probe(String label) {
        this.label = label;
    }

    /** As in the path: {@code live}. */
    public String label() {
        return label;
    }
}
