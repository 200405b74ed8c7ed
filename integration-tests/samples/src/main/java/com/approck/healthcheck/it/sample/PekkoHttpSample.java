package com.approck.healthcheck.it.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** Pekko HTTP, whose handler runs on the default dispatcher of its actor system. */
public final class PekkoHttpSample implements Program.Server {

    private final Faults faults = new Faults(() -> Program.stop(this));
    private final ActorSystem system = ActorSystem.create("sample");
    private final int port;
    private ServerBinding binding;

    private PekkoHttpSample(Options options) {
        port = options.port();
    }

    public static void main(String[] args) throws Exception {
        Options options = new Options(args);
        Program.run(options, new PekkoHttpSample(options));
    }

    @Override
    public void start() throws Exception {
        binding = Http.get(system)
                .newServerAt("localhost", port)
                .bindSync(this::serve)
                .toCompletableFuture()
                .get();
    }

    private HttpResponse serve(HttpRequest request) {
        HttpResponse[] response = new HttpResponse[1];
        try {
            faults.serve(
                    request.getUri().path(),
                    request.getUri().rawQueryString().orElse(null),
                    new BufferedReply((status, body) -> response[0] =
                            HttpResponse.create().withStatus(status).withEntity(body)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return response[0];
    }

    @Override
    public int port() {
        return binding.localAddress().getPort();
    }

    @Override
    public void stop() throws Exception {
        binding.unbind().toCompletableFuture().get();
        system.terminate();
        system.getWhenTerminated().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
}
