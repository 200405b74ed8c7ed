package com.approck.healthcheck.it.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** Reactor Netty, on which Spring WebFlux runs, with its default of event loops. */
public final class ReactorNettySample implements Program.Server {

    private final Faults faults = new Faults(() -> Program.stop(this));
    private final int port;
    private DisposableServer server;

    private ReactorNettySample(Options options) {
        port = options.port();
    }

    public static void main(String[] args) throws Exception {
        Options options = new Options(args);
        Program.run(options, new ReactorNettySample(options));
    }

    @Override
    public void start() {
        server = HttpServer.create()
                .host("localhost")
                .port(port)
                .handle(this::serve)
                .bindNow();
    }

    private Publisher<Void> serve(HttpServerRequest request, HttpServerResponse response) {
        URI uri = URI.create(request.uri());
        byte[][] answer = new byte[1][];
        try {
            faults.serve(uri.getPath(), uri.getQuery(), new BufferedReply((status, body) -> {
                response.status(status);
                answer[0] = body;
            }));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return response.sendByteArray(Mono.just(answer[0])).then();
    }

    @Override
    public int port() {
        return server.port();
    }

    @Override
    public void stop() {
        server.disposeNow();
    }
}
