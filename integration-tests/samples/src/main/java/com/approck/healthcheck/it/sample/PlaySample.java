package com.approck.healthcheck.it.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import play.Application;
import play.ApplicationLoader;
import play.BuiltInComponentsFromContext;
import play.api.mvc.Handler;
import play.core.server.ProdServerStart;
import play.core.server.RealServerProcess;
import play.core.server.Server;
import play.libs.streams.Accumulator;
import play.mvc.EssentialAction;
import play.mvc.EssentialFilter;
import play.mvc.Http;
import play.mvc.Result;
import play.mvc.Results;
import play.routing.Router;
import scala.jdk.javaapi.CollectionConverters;

/** Play, started as the script that its build makes does it. Its actions run on the default dispatcher of its actor system. */
public final class PlaySample implements Program.Server {

    private final int port;
    private Server server;

    private PlaySample(Options options) {
        port = options.port();
    }

    public static void main(String[] args) throws Exception {
        Options options = new Options(args);
        PlaySample sample = new PlaySample(options);
        Loader.faults = new Faults(() -> Program.stop(sample));
        Program.run(options, sample);
    }

    @Override
    public void start() {
        System.setProperty("config.resource", "play-sample.conf");
        System.setProperty("http.port", Integer.toString(port));
        server = (Server) ProdServerStart.start(new RealServerProcess(
                CollectionConverters.asScala(List.<String>of()).toSeq()));
    }

    @Override
    public int port() {
        return server.mainAddress().getPort();
    }

    @Override
    public void stop() {
        server.stop();
    }

    /** Play finds it by its name, which is in the configuration. */
    public static final class Loader implements ApplicationLoader {

        private static Faults faults;

        @Override
        public Application load(Context context) {
            return new Components(context).application();
        }
    }

    private static final class Components extends BuiltInComponentsFromContext {

        Components(ApplicationLoader.Context context) {
            super(context);
        }

        @Override
        public Router router() {
            return new EveryPath();
        }

        @Override
        public List<EssentialFilter> httpFilters() {
            return List.of();
        }
    }

    private static final class EveryPath implements Router {

        @Override
        public List<RouteDocumentation> documentation() {
            return List.of();
        }

        @Override
        public Optional<Handler> route(Http.RequestHeader request) {
            return Optional.of(EssentialAction.of(header -> Accumulator.done(serve(header))));
        }

        @Override
        public Router withPrefix(String prefix) {
            return this;
        }

        private static Result serve(Http.RequestHeader request) {
            Result[] result = new Result[1];
            try {
                Loader.faults.serve(
                        request.path(),
                        URI.create(request.uri()).getRawQuery(),
                        new BufferedReply((status, body) ->
                                result[0] = Results.status(status, body).as("text/plain")));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return result[0];
        }
    }
}
