package com.approck.healthcheck.it.sample;

import java.io.IOException;
import java.io.OutputStream;
import spark.Request;
import spark.Response;
import spark.Service;

/** SparkJava, on the Jetty that it embeds. */
public final class SparkSample implements Program.Server {

    private final Faults faults = new Faults(() -> Program.stop(this));
    private final Service service = Service.ignite();

    private SparkSample(Options options) {
        service.ipAddress("127.0.0.1");
        service.port(options.port());
        service.get("/*", this::serve);
    }

    public static void main(String[] args) throws Exception {
        Options options = new Options(args);
        Program.run(options, new SparkSample(options));
    }

    @Override
    public void start() {
        service.awaitInitialization();
    }

    private Object serve(Request request, Response response) throws IOException {
        faults.serve(request.pathInfo(), request.queryString(), new Reply() {
            @Override
            public void status(int status) {
                response.status(status);
                response.type("text/plain");
            }

            @Override
            public OutputStream body() throws IOException {
                return response.raw().getOutputStream();
            }
        });
        return "";
    }

    @Override
    public int port() {
        return service.port();
    }

    @Override
    public void stop() {
        service.stop();
        service.awaitStop();
    }
}
