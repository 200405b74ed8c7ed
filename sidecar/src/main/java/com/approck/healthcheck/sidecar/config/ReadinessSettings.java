package com.approck.healthcheck.sidecar.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The application's own readiness check.
 *
 * @param url asked by each ready probe; http or https, with a host; may hold credentials
 * @param timeout deadline of a whole call
 * @param headers sent with each call; may replace any of our own, {@code Host} too
 * @param ca certificates in PEM that are trusted instead of the JVM's own
 */
public record ReadinessSettings(URI url, Duration timeout, List<HttpHeader> headers, Optional<Path> ca) {
    public ReadinessSettings {
        headers = List.copyOf(headers);
    }

    /** A check with nothing but a URL and a deadline. */
    public static ReadinessSettings of(URI url, Duration timeout) {
        return new ReadinessSettings(url, timeout, List.of(), Optional.empty());
    }
}
