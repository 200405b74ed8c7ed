package com.approck.healthcheck.sidecar.config;

/**
 * A setting's text and where it comes from.
 *
 * @param origin {@code --port} or {@code HEALTHCHECK_PORT}, for messages
 */
record RawSetting(String origin, String text) {}
