package com.approck.healthcheck.it.sample;

import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.logging.LogManager;

/** Helidon 4, which serves on virtual threads. */
public final class HelidonSample implements Program.Server {

    private final Faults faults = new Faults(() -> Program.stop(this));
    private final int port;
    private WebServer server;

    private HelidonSample(Options options) {
        port = options.port();
    }

    public static void main(String[] args) throws Exception {
        // What it logs about itself is not what tests look for on stderr.
        LogManager.getLogManager().reset();
        Options options = new Options(args);
        Program.run(options, new HelidonSample(options));
    }

    @Override
    public void start() {
        server = WebServer.builder()
                .host("localhost")
                .port(port)
                .routing(routing -> routing.any(this::serve))
                .build()
                .start();
    }

    private void serve(ServerRequest request, ServerResponse response) {
        try {
            faults.serve(
                    request.path().path(),
                    request.query().rawValue(),
                    new BufferedReply((status, body) -> response.status(status).send(body)) {
                        @Override
                        public InputStream upload() {
                            return request.content().inputStream();
                        }
                    });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public int port() {
        return server.port();
    }

    @Override
    public void stop() {
        server.stop();
    }
}
