package com.approck.healthcheck.agent.config;

/** One setting's text and where it came from. Immutable. */
final class Setting {
    /** Never empty. */
    final String text;

    /** For messages: {@code argument port}, {@code system property healthcheck.port}, {@code variable STATSD_PORT}. */
    final String origin;

    Setting(String text, String origin) {
        this.text = text;
        this.origin = origin;
    }
}
