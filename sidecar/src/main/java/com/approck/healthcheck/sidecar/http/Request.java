package com.approck.healthcheck.sidecar.http;

/**
 * What was asked for.
 *
 * @param method a token in any case, {@code GET}
 * @param path as it was sent, never decoded; {@code /health/live}
 * @param query after the question mark; empty if there is none
 * @param minorVersion of HTTP/1
 * @param persistent whether more requests may follow on the connection
 */
public record Request(String method, String path, String query, int minorVersion, boolean persistent) {
    /** Stands for what could not be read. */
    static final Request UNREADABLE = new Request("", "", "", 1, false);
}
