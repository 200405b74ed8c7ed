package com.approck.healthcheck.it.sample;

import io.undertow.Undertow;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.BlockingHandler;
import io.undertow.util.Headers;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Undertow, whose handlers that block are dispatched to its workers; {@code pool=dispatch}: to four threads of the program's;
 * {@code pool=set-and-dispatch}: to the same, which are set for the exchange beforehand.
 */
public final class UndertowSample implements Program.Server {

    private final Undertow server;

    private UndertowSample(Options options) {
        Faults faults = new Faults(() -> Program.stop(this));
        HttpHandler handler = new BlockingHandler(exchange -> serve(faults, exchange));
        ExecutorService executor = Executors.newFixedThreadPool(4);
        server = Undertow.builder()
                .addHttpListener(options.port(), "localhost")
                .setHandler(dispatching(options.pool(), executor, handler))
                .build();
    }

    public static void main(String[] args) throws Exception {
        Options options = new Options(args);
        Program.run(options, new UndertowSample(options));
    }

    private static HttpHandler dispatching(String pool, Executor executor, HttpHandler handler) {
        return switch (pool) {
            case "dispatch" -> exchange -> exchange.dispatch(executor, handler);
            case "set-and-dispatch" ->
                exchange -> {
                    exchange.setDispatchExecutor(executor);
                    exchange.dispatch(handler);
                };
            default -> handler;
        };
    }

    private static void serve(Faults faults, HttpServerExchange exchange) throws IOException {
        Reply reply = new Reply() {
            @Override
            public void status(int status) {
                exchange.setStatusCode(status);
                exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "text/plain");
            }

            @Override
            public InputStream upload() {
                return exchange.getInputStream();
            }

            @Override
            public OutputStream body() {
                return exchange.getOutputStream();
            }
        };
        faults.serve(exchange.getRequestPath(), exchange.getQueryString(), reply);
    }

    @Override
    public void start() {
        server.start();
    }

    @Override
    public int port() {
        return ((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort();
    }

    @Override
    public void stop() {
        server.stop();
    }
}
