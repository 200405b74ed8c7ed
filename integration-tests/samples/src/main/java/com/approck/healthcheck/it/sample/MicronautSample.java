package com.approck.healthcheck.it.sample;

import io.micronaut.context.AbstractExecutableMethod;
import io.micronaut.context.ApplicationContext;
import io.micronaut.context.RuntimeBeanDefinition;
import io.micronaut.core.type.Argument;
import io.micronaut.http.HttpMethod;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.filter.HttpServerFilter;
import io.micronaut.http.filter.ServerFilterChain;
import io.micronaut.inject.ExecutionHandle;
import io.micronaut.runtime.server.EmbeddedServer;
import io.micronaut.web.router.DefaultRouteBuilder;
import io.micronaut.web.router.RouteBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

/**
 * Micronaut on Netty with its default of event loops, on which a filter answers every request. {@code pool=dispatch}: a route
 * does, on Micronaut's executor for I/O, which has four threads.
 */
public final class MicronautSample implements Program.Server, HttpServerFilter {

    private final Faults faults = new Faults(() -> Program.stop(this));
    private final boolean dispatches;
    private final ApplicationContext context;
    private EmbeddedServer server;

    private MicronautSample(Options options) {
        dispatches = options.pool().equals("dispatch");
        Map<String, Object> properties = new HashMap<>();
        properties.put("micronaut.server.host", "localhost");
        properties.put("micronaut.server.port", options.port());
        if (dispatches) {
            properties.put("micronaut.server.thread-selection", "IO");
            properties.put("micronaut.executors.io.type", "fixed");
            properties.put("micronaut.executors.io.n-threads", 4);
        }
        context = ApplicationContext.builder().properties(properties).build();
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
        return Mono.just(serve(request));
    }

    private MutableHttpResponse<byte[]> serve(HttpRequest<?> request) {
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
        return response.contentType(MediaType.TEXT_PLAIN_TYPE);
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

        @SuppressWarnings("unchecked") // The method of the route has no type arguments before Micronaut 5.
        Routes(ApplicationContext context, MicronautSample sample) {
            super(context);
            if (sample.dispatches) {
                buildRoute(HttpMethod.GET, "/{path}", ExecutionHandle.of((Object) sample, new Serve()));
            } else {
                addFilter("/**", context, RuntimeBeanDefinition.of(sample));
            }
        }
    }

    @SuppressWarnings("rawtypes")
    private static final class Serve extends AbstractExecutableMethod {

        Serve() {
            super(
                    MicronautSample.class,
                    "serve",
                    Argument.of(HttpResponse.class, "response"),
                    Argument.of(HttpRequest.class, "request"));
        }

        @Override
        protected Object invokeInternal(Object sample, Object[] arguments) {
            return ((MicronautSample) sample).serve((HttpRequest<?>) arguments[0]);
        }
    }
}
