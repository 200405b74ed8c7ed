package com.approck.healthcheck.sidecar.http;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import java.nio.ByteBuffer;

/** Sends one answer: status, type, body; without the body to HEAD and OPTIONS. The body's position stays. */
final class Reply {
    static final String JSON = "application/json";
    static final String TEXT = "text/plain; charset=utf-8";
    static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";
    static final String ALLOWED = "GET, HEAD, OPTIONS";

    private static final String NO_STORE = "no-store";

    private Reply() {}

    static boolean isAllowed(HttpString method) {
        return Methods.GET.equals(method) || Methods.HEAD.equals(method) || Methods.OPTIONS.equals(method);
    }

    static void send(HttpServerExchange exchange, int status, String contentType, ByteBuffer body) {
        exchange.setStatusCode(status);
        exchange.getResponseHeaders().put(Headers.CACHE_CONTROL, NO_STORE);
        if (Methods.OPTIONS.equals(exchange.getRequestMethod())) {
            exchange.getResponseHeaders().put(Headers.ALLOW, ALLOWED);
            exchange.setResponseContentLength(0);
            exchange.endExchange();
            return;
        }
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, contentType);
        exchange.setResponseContentLength(body.remaining());
        if (Methods.HEAD.equals(exchange.getRequestMethod())) {
            exchange.endExchange();
            return;
        }
        exchange.getResponseSender().send(body.duplicate());
    }
}
