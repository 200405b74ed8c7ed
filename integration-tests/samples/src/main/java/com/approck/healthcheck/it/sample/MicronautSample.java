package com.approck.healthcheck.it.sample;

import io.micronaut.context.ApplicationContext;
import io.micronaut.context.RuntimeBeanDefinition;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.filter.HttpServerFilter;
import io.micronaut.http.filter.ServerFilterChain;
import io.micronaut.runtime.server.EmbeddedServer;
import io.micronaut.web.router.DefaultRouteBuilder;
import io.micronaut.web.router.RouteBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

/** Micronaut on Netty with its default of event loops, on which a filter answers every request. */
public final class MicronautSample implements Program.Server, HttpServerFilter {

    private final Faults faults = new Faults(() -> Program.stop(this));
    private final ApplicationContext context;
    private EmbeddedServer server;

    private MicronautSample(Options options) {
        context = ApplicationContext.builder()
                .properties(Map.of("micronaut.server.host", "localhost", "micronaut.server.port", options.port()))
                .build();
    }

    public static void main(String[] args) throws Exception {
        Options options = new Options(args);
        Program.run(options, new MicronautSample(options));
    }

    @Override
    public void start() {
        context.start();
        context.registerSingleton(RouteBuilder.class, new Routes(context, this));
        server = context.getBean(EmbeddedServer.class).start();
    }

    @Override
    public Publisher<MutableHttpResponse<?>> doFilter(HttpRequest<?> request, ServerFilterChain chain) {
        MutableHttpResponse<byte[]> response = HttpResponse.ok();
        try {
            faults.serve(
                    request.getPath(),
                    request.getUri().getQuery(),
                    new BufferedReply((status, body) ->
                            response.status(HttpStatus.valueOf(status)).body(body)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Mono.just(response.contentType(MediaType.TEXT_PLAIN_TYPE));
    }

    @Override
    public int port() {
        return server.getPort();
    }

    @Override
    public void stop() {
        context.close();
    }

    /** Declared here and not by annotations, for which Micronaut would need a processor. */
    private static final class Routes extends DefaultRouteBuilder {

        Routes(ApplicationContext context, MicronautSample filter) {
            super(context);
            addFilter("/**", context, RuntimeBeanDefinition.of(filter));
        }
    }
}
