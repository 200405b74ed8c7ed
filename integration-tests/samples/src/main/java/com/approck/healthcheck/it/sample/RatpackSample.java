package com.approck.healthcheck.it.sample;

import java.io.IOException;
import java.net.InetAddress;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import ratpack.exec.Blocking;
import ratpack.handling.Context;
import ratpack.http.Response;
import ratpack.server.RatpackServer;

/** Ratpack, whose handlers run on its compute threads; {@code pool=blocking}: what they do, on its threads for what blocks. */
public final class RatpackSample implements Program.Server {

    private final Faults faults = new Faults(() -> Program.stop(this));
    private final boolean isBlocking;
    private final RatpackServer server;

    private RatpackSample(Options options) throws Exception {
        isBlocking = options.pool().equals("blocking");
        server = RatpackServer.of(spec -> spec.serverConfig(config ->
                        config.address(InetAddress.getLoopbackAddress()).port(options.port()))
                .handlers(chain -> chain.all(this::serve)));
    }

    public static void main(String[] args) throws Exception {
        Options options = new Options(args);
        Program.run(options, new RatpackSample(options));
    }

    private void serve(Context context) throws IOException {
        String path = "/" + context.getRequest().getPath();
        String query = context.getRequest().getQuery();
        if (isBlocking) {
            Blocking.get(() -> answer(path, query)).then(answer -> answer.accept(context.getResponse()));
        } else {
            answer(path, query).accept(context.getResponse());
        }
    }

    /** Returns what sends the answer: Ratpack wants to be given it on a compute thread. */
    private Consumer<Response> answer(String path, String query) throws IOException {
        AtomicReference<Consumer<Response>> answer = new AtomicReference<>();
        faults.serve(
                path,
                query,
                new BufferedReply((status, body) -> answer.set(response ->
                        response.status(status).contentType("text/plain").send(body))));
        return answer.get();
    }

    @Override
    public void start() throws Exception {
        server.start();
    }

    @Override
    public int port() {
        return server.getBindPort();
    }

    @Override
    public void stop() throws Exception {
        server.stop();
    }
}
