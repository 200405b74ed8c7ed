package com.approck.healthcheck.it.sample;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
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
                new ResourceConfig().registerInstances(new Resource(faults)),
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

    /** Every path. */
    @Path("/{path: .*}")
    public static final class Resource {

        private final Faults faults;

        Resource(Faults faults) {
            this.faults = faults;
        }

        /** One request. */
        @GET
        public Response serve(@Context UriInfo uri) throws IOException {
            Response[] response = new Response[1];
            URI request = uri.getRequestUri();
            faults.serve(
                    request.getPath(),
                    request.getQuery(),
                    new BufferedReply((status, body) -> response[0] = Response.status(status)
                            .entity(body)
                            .type("text/plain")
                            .build()));
            return response[0];
        }
    }
}
