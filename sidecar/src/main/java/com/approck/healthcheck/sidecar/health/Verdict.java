package com.approck.healthcheck.sidecar.health;

import java.util.Objects;
import java.util.Optional;

/**
 * The answer to a probe.
 *
 * @param code empty if healthy
 * @param description what is wrong and for how long, as a sentence; empty if healthy
 */
public record Verdict(Optional<ReasonCode> code, String description) {
    public static final Verdict HEALTHY = new Verdict(Optional.empty(), "");

    public Verdict {
        Objects.requireNonNull(code, "code");
        if (code.isPresent() == description.isEmpty()) {
            throw new IllegalArgumentException(
                    "a code needs a description, and nothing else has one: " + code + " " + description);
        }
    }

    public static Verdict of(ReasonCode code, String description) {
        return new Verdict(Optional.of(code), description);
    }

    public boolean isHealthy() {
        return code.isEmpty();
    }
}
