package com.approck.healthcheck.it.sample;

import io.javalin.Javalin;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Javalin, on the Jetty that it embeds. */
public final class JavalinSample implements Program.Server {

    private final Faults faults = new Faults(() -> Program.stop(this));
    private final Javalin javalin = Javalin.create().get("/*", this::serve);
    private final int port;

    private JavalinSample(Options options) {
        port = options.port();
    }

    public static void main(String[] args) throws Exception {
        Options options = new Options(args);
        Program.run(options, new JavalinSample(options));
    }

    @Override
    public void start() {
        javalin.start("127.0.0.1", port);
    }

    private void serve(Context context) {
        try {
            faults.serve(
                    context.path(),
                    context.queryString(),
                    new BufferedReply((status, body) ->
                            context.status(status).contentType("text/plain").result(body)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public int port() {
        return javalin.port();
    }

    @Override
    public void stop() {
        javalin.stop();
    }
}
