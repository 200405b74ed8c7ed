package com.approck.healthcheck.it.sample;

import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.Callable;

/** Vert.x, whose one event loop gives each request to the workers; {@code pool=dispatch}: to a named pool of four. */
public final class VertxSample implements Program.Server {

    private final Vertx vertx;
    private final Faults faults = new Faults(() -> Program.stop(this));
    private final int port;
    private final boolean isNamed;
    private HttpServer server;

    VertxSample(Options options, Vertx vertx) {
        this.vertx = vertx;
        port = options.port();
        isNamed = options.pool().equals("dispatch");
    }

    public static void main(String[] args) throws Exception {
        Options options = new Options(args);
        Program.run(options, new VertxSample(options, Vertx.vertx()));
    }

    @Override
    public void start() throws Exception {
        server = vertx.createHttpServer()
                .requestHandler(dispatcher())
                .listen(port, "localhost")
                .toCompletionStage()
                .toCompletableFuture()
                .get();
    }

    private Handler<HttpServerRequest> dispatcher() {
        if (isNamed) {
            WorkerExecutor named = vertx.createSharedWorkerExecutor("pool-named", 4);
            return request -> named.executeBlocking(() -> serve(request), false);
        }
        try {
            Vertx.class.getMethod("executeBlocking", Callable.class, boolean.class);
            return request -> vertx.executeBlocking(() -> serve(request), false);
        } catch (NoSuchMethodException e) {
            return this::executeWithPromise;
        }
    }

    /** As before Vert.x 4.5; by reflection, because Vert.x 5 has no such method. */
    private void executeWithPromise(HttpServerRequest request) {
        Handler<Promise<Void>> blocking = promise -> promise.complete(serve(request));
        try {
            Vertx.class
                    .getMethod("executeBlocking", Handler.class, boolean.class)
                    .invoke(vertx, blocking, false);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private Void serve(HttpServerRequest request) {
        try {
            faults.serve(
                    request.path(),
                    request.query(),
                    new BufferedReply((status, body) ->
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
