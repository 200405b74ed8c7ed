package com.approck.healthcheck.it.sample;

import akka.actor.ActorSystem;
import akka.http.javadsl.Http;
import akka.http.javadsl.ServerBinding;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;

/** Akka HTTP, whose handler runs on the default dispatcher of its actor system. */
public final class AkkaHttpSample implements Program.Server {

    private final Faults faults = new Faults(() -> Program.stop(this));
    private final ActorSystem system = ActorSystem.create("sample");
    private final int port;
    private ServerBinding binding;

    private AkkaHttpSample(Options options) {
        port = options.port();
    }

    public static void main(String[] args) throws Exception {
        Options options = new Options(args);
        Program.run(options, new AkkaHttpSample(options));
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
