package com.approck.healthcheck.it.sample;

import io.ktor.http.ContentType;
import io.ktor.http.HttpStatusCode;
import io.ktor.server.application.Application;
import io.ktor.server.application.ApplicationCall;
import io.ktor.server.application.ApplicationCallPipeline;
import io.ktor.server.engine.ApplicationEngineFactory;
import io.ktor.server.request.ApplicationRequestPropertiesKt;
import io.ktor.server.response.ApplicationResponseFunctionsKt;
import io.ktor.util.pipeline.PipelineContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import kotlin.Unit;
import kotlin.coroutines.Continuation;
import kotlin.jvm.functions.Function1;

/** Ktor, whose handler blocks in the coroutine of its call; {@code pool=netty} or {@code pool=cio} names the engine. */
public final class KtorSample implements Program.Server {

    private final Faults faults = new Faults(() -> Program.stop(this));
    private final String engine;
    private int port;
    private Object server;

    private KtorSample(Options options) {
        port = options.port();
        engine = options.pool().equals("cio") ? "io.ktor.server.cio.CIO" : "io.ktor.server.netty.Netty";
    }

    public static void main(String[] args) throws Exception {
        Options options = new Options(args);
        Program.run(options, new KtorSample(options));
    }

    @Override
    public void start() throws ReflectiveOperationException, IOException {
        if (port == 0) {
            port = freePort();
        }
        server = embeddedServer(Class.forName(engine).getField("INSTANCE").get(null));
        server.getClass().getMethod("start", boolean.class).invoke(server, false);
    }

    /** The port that the kernel chose can be asked for by a coroutine only. */
    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Calls the function of that name with a module, which has one parameter more in Ktor 2: to configure the engine. */
    private Object embeddedServer(Object factory) throws ReflectiveOperationException {
        for (Method method :
                Class.forName("io.ktor.server.engine.EmbeddedServerKt").getMethods()) {
            List<Class<?>> types = List.of(method.getParameterTypes());
            boolean isWanted = method.getName().equals("embeddedServer")
                    && types.size() >= 5
                    && types.subList(0, 4)
                            .equals(List.of(ApplicationEngineFactory.class, int.class, String.class, List.class))
                    && types.subList(4, types.size()).stream().allMatch(Function1.class::equals);
            if (isWanted) {
                Function1<Object, Unit> nothing = configuration -> Unit.INSTANCE;
                List<Object> arguments = new ArrayList<>(List.of(factory, port, "localhost", List.of()));
                if (types.size() == 6) {
                    arguments.add(nothing);
                }
                arguments.add((Function1<Application, Unit>) this::module);
                return method.invoke(null, arguments.toArray());
            }
        }
        throw new NoSuchMethodException("embeddedServer");
    }

    private Unit module(Application application) {
        application.intercept(
                ApplicationCallPipeline.ApplicationPhase.getCall(),
                (context, subject, continuation) -> serve((PipelineContext<?, ?>) context, continuation));
        return Unit.INSTANCE;
    }

    private Object serve(PipelineContext<?, ?> context, Continuation<? super Unit> continuation) {
        ApplicationCall call = (ApplicationCall) context.getContext();
        URI uri = URI.create(ApplicationRequestPropertiesKt.getUri(call.getRequest()));
        Object[] responded = {Unit.INSTANCE};
        try {
            faults.serve(
                    uri.getPath(),
                    uri.getQuery(),
                    new BufferedReply((status, body) -> responded[0] = ApplicationResponseFunctionsKt.respondBytes(
                            call,
                            body,
                            ContentType.Text.INSTANCE.getPlain(),
                            new HttpStatusCode(status, ""),
                            content -> Unit.INSTANCE,
                            continuation)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return responded[0];
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public void stop() throws ReflectiveOperationException {
        server.getClass().getMethod("stop", long.class, long.class).invoke(server, 0L, 1_000L);
    }
}
