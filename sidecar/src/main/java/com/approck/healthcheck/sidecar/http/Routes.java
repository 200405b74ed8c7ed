package com.approck.healthcheck.sidecar.http;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.xnio.IoUtils;
import org.xnio.XnioExecutor;

/** Finds who answers a path: exactly that path, for GET, HEAD and OPTIONS. Everything else is 404 or 405. */
public final class Routes implements HttpHandler {
    private static final ByteBuffer NOT_FOUND = Json.bytes("not found\n");
    private static final ByteBuffer NOT_ALLOWED = Json.bytes("method not allowed\n");

    private final Map<String, HttpHandler> handlers = new HashMap<>();

    /** Before the server starts only. */
    public Routes on(String path, HttpHandler handler) {
        handlers.put(path, handler);
        return this;
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        if (!exchange.isRequestComplete()) {
            endSoon(exchange);
        }
        HttpHandler handler = handlers.get(exchange.getRequestPath());
        if (handler == null) {
            Reply.send(exchange, 404, Reply.TEXT, NOT_FOUND);
        } else if (!Reply.isAllowed(exchange.getRequestMethod())) {
            exchange.getResponseHeaders().put(Headers.ALLOW, Reply.ALLOWED);
            Reply.send(exchange, 405, Reply.TEXT, NOT_ALLOWED);
        } else {
            handler.handleRequest(exchange);
        }
    }

    /** Nobody has to send us a body; who does gets the answer at once, and has as long for the body as for a head. */
    private static void endSoon(HttpServerExchange exchange) {
        XnioExecutor.Key end = exchange.getIoThread()
                .executeAfter(
                        () -> IoUtils.safeClose(exchange.getConnection()),
                        HttpServer.PARSE_MILLIS,
                        TimeUnit.MILLISECONDS);
        exchange.addExchangeCompleteListener((ended, next) -> {
            end.remove();
            next.proceed();
        });
    }
}
