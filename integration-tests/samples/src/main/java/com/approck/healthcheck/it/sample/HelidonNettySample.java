package com.approck.healthcheck.it.sample;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.helidon.webserver.Routing;
import io.helidon.webserver.ServerRequest;
import io.helidon.webserver.ServerResponse;
import io.helidon.webserver.WebServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.util.logging.LogManager;

/** Helidon 3, which serves on Netty's event loops. */
public final class HelidonNettySample implements Program.Server {

    private final Faults faults = new Faults(() -> Program.stop(this));
    private final int port;
    private WebServer server;

    private HelidonNettySample(Options options) {
        port = options.port();
    }

    public static void main(String[] args) throws Exception {
        // What it logs about itself is not what tests look for on stderr.
        LogManager.getLogManager().reset();
        Options options = new Options(args);
        Program.run(options, new HelidonNettySample(options));
    }

    @Override
    public void start() {
        server = WebServer.builder()
                .bindAddress(InetAddress.getLoopbackAddress())
                .port(port)
                .addRouting(Routing.builder().any(this::serve).build())
                .build()
                .start()
                .await();
    }

    private void serve(ServerRequest request, ServerResponse response) {
        try {
            faults.serve(
                    request.path().toString(),
                    request.query(),
                    new BufferedReply((status, body) -> response.status(status).send(new String(body, UTF_8))));
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
        server.shutdown().await();
    }
}
