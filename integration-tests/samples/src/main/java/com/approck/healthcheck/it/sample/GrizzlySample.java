package com.approck.healthcheck.it.sample;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.logging.LogManager;
import org.glassfish.grizzly.http.server.HttpHandler;
import org.glassfish.grizzly.http.server.HttpServer;
import org.glassfish.grizzly.http.server.NetworkListener;
import org.glassfish.grizzly.http.server.Request;
import org.glassfish.grizzly.http.server.Response;

/** Grizzly's HTTP server with its own worker pool. */
public final class GrizzlySample implements Program.Server {

    private final HttpServer server = new HttpServer();
    private final NetworkListener listener;

    private GrizzlySample(Options options) {
        Faults faults = new Faults(() -> Program.stop(this));
        listener = new NetworkListener("sample", "localhost", options.port());
        server.addListener(listener);
        server.getServerConfiguration().addHttpHandler(new FaultHandler(faults), "/");
    }

    public static void main(String[] args) throws Exception {
        // What it logs about itself is not what tests look for on stderr.
        LogManager.getLogManager().reset();
        Options options = new Options(args);
        Program.run(options, new GrizzlySample(options));
    }

    @Override
    public void start() throws IOException {
        server.start();
    }

    @Override
    public int port() {
        return listener.getPort();
    }

    @Override
    public void stop() {
        server.shutdownNow();
    }

    private static final class FaultHandler extends HttpHandler {

        private final Faults faults;

        FaultHandler(Faults faults) {
            this.faults = faults;
        }

        @Override
        public void service(Request request, Response response) throws IOException {
            Reply reply = new Reply() {
                @Override
                public void status(int status) {
                    response.setStatus(status);
                    response.setContentType("text/plain");
                }

                @Override
                public InputStream upload() {
                    return request.getInputStream();
                }

                @Override
                public OutputStream body() {
                    return response.getOutputStream();
                }
            };
            faults.serve(request.getRequestURI(), request.getQueryString(), reply);
        }
    }
}
