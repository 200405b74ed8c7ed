package com.approck.healthcheck.sidecar.health;

/** Why a probe is answered with 422. */
public enum ReasonCode {
    NO_WORKERS("NoWorkers"),
    SHUTTING_DOWN("ShuttingDown"),
    SERVICE_NOT_READY("ServiceNotReady");

    private final String label;

    ReasonCode(String label) {
        this.label = label;
    }

    /** As the Python original spells it, in the answer's {@code code}. */
    public String label() {
        return label;
    }
}
