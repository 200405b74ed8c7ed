package com.approck.healthcheck.it.sample;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Vert.x, whose one event loop gives each request to the workers. Before Vert.x 4.5:
 * {@code executeBlocking(()=executeBlocking(promise}.
 */
public final class VertxSample implements Program.Server {

    private final Vertx vertx;
    private final Faults faults = new Faults(() -> Program.stop(this));
    private final int port;
    private HttpServer server;

    VertxSample(Options options, Vertx vertx) {
        this.vertx = vertx;
        port = options.port();
    }

    public static void main(String[] args) throws Exception {
        Options options = new Options(args);
        Program.run(options, new VertxSample(options, Vertx.vertx()));
    }

    @Override
    public void start() throws Exception {
        server = vertx.createHttpServer()
                .requestHandler(request -> vertx.executeBlocking(() -> serve(request), false))
                .listen(port, "localhost")
                .toCompletionStage()
                .toCompletableFuture()
                .get();
    }

    private Void serve(HttpServerRequest request) {
        try {
            faults.serve(request.path(), request.query(), new BufferedReply((status, body) ->
                    request.response().setStatusCode(status).end(Buffer.buffer(body))));
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public int port() {
        return server.actualPort();
    }

    @Override
    public void stop() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get();
    }
}
