package com.approck.healthcheck.sidecar.health;

import java.util.Objects;
import java.util.Optional;

/**
 * What a probe is told.
 *
 * @param code empty if all is well
 * @param description what is wrong and for how long, in words; empty if all is well
 */
public record Verdict(Optional<ReasonCode> code, String description) {
    public static final Verdict WELL = new Verdict(Optional.empty(), "");

    public Verdict {
        Objects.requireNonNull(code, "code");
        if (code.isPresent() == description.isEmpty()) {
            throw new IllegalArgumentException(
                    "a code wants a description, and only a code: " + code + " " + description);
        }
    }

    public static Verdict of(ReasonCode code, String description) {
        return new Verdict(Optional.of(code), description);
    }

    public boolean isWell() {
        return code.isEmpty();
    }
}
