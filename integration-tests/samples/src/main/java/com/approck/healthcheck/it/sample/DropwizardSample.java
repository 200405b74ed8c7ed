package com.approck.healthcheck.it.sample;

import io.dropwizard.core.Application;
import io.dropwizard.core.Configuration;
import io.dropwizard.core.setup.Bootstrap;
import io.dropwizard.core.setup.Environment;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.server.NetworkConnector;
import org.eclipse.jetty.server.Server;

/** Dropwizard, whose Jetty has a pool for the application and another for administrators. */
public final class DropwizardSample extends Application<Configuration> implements Program.Server {

    private final Faults faults = new Faults(() -> Program.stop(this));
    private final int port;
    private Server server;

    private DropwizardSample(Options options) {
        port = options.port();
    }

    public static void main(String[] args) throws Exception {
        Options options = new Options(args);
        Program.run(options, new DropwizardSample(options));
    }

    @Override
    public void initialize(Bootstrap<Configuration> bootstrap) {
        String configuration = """
                server:
                  applicationConnectors: [{type: http, bindHost: 127.0.0.1, port: %d}]
                  adminConnectors: [{type: http, bindHost: 127.0.0.1, port: 0}]
                logging: {level: ERROR}
                """.formatted(port);
        bootstrap.setConfigurationSourceProvider(
                path -> new ByteArrayInputStream(configuration.getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public void run(Configuration configuration, Environment environment) {
        environment.jersey().register(new FaultResource(faults));
        environment.lifecycle().addServerLifecycleListener(started -> server = started);
    }

    @Override
    public void start() throws Exception {
        run("server", "configuration");
    }

    @Override
    public int port() {
        return ((NetworkConnector) server.getConnectors()[0]).getLocalPort();
    }

    @Override
    public void stop() throws Exception {
        server.stop();
    }
}
