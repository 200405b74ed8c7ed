package com.approck.healthcheck.sidecar.config;

/**
 * A setting's text and where it comes from.
 *
 * @param origin for messages: {@code --port}, {@code HEALTHCHECK_PORT}, or {@link #DEFAULT}
 */
record RawSetting(String origin, String text) {
    static final String DEFAULT = "default";

    boolean isDefault() {
        return origin.equals(DEFAULT);
    }
}
