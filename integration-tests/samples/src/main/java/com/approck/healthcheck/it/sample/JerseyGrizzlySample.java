package com.approck.healthcheck.it.sample;

import java.io.IOException;
import java.net.URI;
import org.glassfish.grizzly.http.server.HttpServer;
import org.glassfish.jersey.grizzly2.httpserver.GrizzlyHttpServerFactory;
import org.glassfish.jersey.server.ResourceConfig;

/** Jersey on Grizzly's HTTP server. */
public final class JerseyGrizzlySample implements Program.Server {

    private final Faults faults = new Faults(() -> Program.stop(this));
    private final HttpServer server;

    private JerseyGrizzlySample(Options options) {
        server = GrizzlyHttpServerFactory.createHttpServer(
                URI.create("http://127.0.0.1:" + options.port() + "/"),
                new ResourceConfig().registerInstances(new FaultResource(faults)),
                false);
    }

    public static void main(String[] args) throws Exception {
        Options options = new Options(args);
        Program.run(options, new JerseyGrizzlySample(options));
    }

    @Override
    public void start() throws IOException {
        server.start();
    }

    @Override
    public int port() {
        return server.getListeners().iterator().next().getPort();
    }

    @Override
    public void stop() {
        server.shutdownNow();
    }
}
