package com.approck.healthcheck.sidecar.health;

/** The two probes that there is a verdict for. */
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
