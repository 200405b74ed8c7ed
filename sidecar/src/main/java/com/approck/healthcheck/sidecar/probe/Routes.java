package com.approck.healthcheck.sidecar.probe;

import com.approck.healthcheck.sidecar.http.Exchange;
import com.approck.healthcheck.sidecar.http.Handler;
import com.approck.healthcheck.sidecar.http.Request;
import com.approck.healthcheck.sidecar.http.Response;
import java.util.HashMap;
import java.util.Map;

/** Finds who answers a path: exactly that path, for GET, HEAD and OPTIONS. Everything else is 404 or 405. */
final class Routes implements Handler {
    private static final Response NOT_FOUND = Response.text(404, "not found");
    private static final Response NOT_ALLOWED =
            Response.text(405, "method not allowed").with("Allow", Response.ALLOWED);

    private final Map<String, Handler> handlers = new HashMap<>();

    /** Before the server starts only. */
    Routes on(String path, Handler handler) {
        handlers.put(path, handler);
        return this;
    }

    @Override
    public void handle(Exchange exchange) {
        Request request = exchange.request();
        Handler handler = handlers.get(request.path());
        if (handler == null) {
            exchange.send(NOT_FOUND);
        } else if (!Response.METHODS.contains(request.method())) {
            exchange.send(NOT_ALLOWED);
        } else {
            handler.handle(exchange);
        }
    }
}
