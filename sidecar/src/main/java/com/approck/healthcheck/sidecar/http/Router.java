package com.approck.healthcheck.sidecar.http;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Passes a request to the handler of its path: exactly that path, for {@code GET}, {@code HEAD} and {@code OPTIONS}. Anything else gets
 * 404 or 405.
 */
public final class Router implements HttpHandler {
    private static final List<HttpString> METHODS = List.of(Methods.GET, Methods.HEAD, Methods.OPTIONS);
    /** The methods that are served, as the value of {@code Allow}. */
    static final String ALLOWED = "GET, HEAD, OPTIONS";

    private static final Response NOT_FOUND = Response.text(404, "not found");
    private static final Response NOT_ALLOWED =
            Response.text(405, "method not allowed").with(Headers.ALLOW, ALLOWED);

    private final Map<String, HttpHandler> handlers = new HashMap<>();

    /** Adds a path. Before the server starts only. */
    public Router add(String path, HttpHandler handler) {
        handlers.put(path, handler);
        return this;
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        HttpHandler handler = handlers.get(exchange.getRequestPath());
        if (handler == null) {
            NOT_FOUND.send(exchange);
        } else if (!METHODS.contains(exchange.getRequestMethod())) {
            NOT_ALLOWED.send(exchange);
        } else {
            handler.handleRequest(exchange);
        }
    }
}
