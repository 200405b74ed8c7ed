package com.approck.healthcheck.sidecar.http;

/** Answers requests. */
@FunctionalInterface
public interface Handler {
    /** Sends an answer, or sees to it that one is sent. On the HTTP thread, so it must not block; what it throws is a 500. */
    void handle(Exchange exchange);
}
