package com.approck.healthcheck.it.sample;

import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.AbstractHandler;
import org.eclipse.jetty.server.handler.StatisticsHandler;
import org.eclipse.jetty.util.thread.ExecutorThreadPool;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ThreadPool;

/** Jetty 9.4 to 11, whose handlers speak the servlet interface. Jetty 11: {@code javax.servlet=jakarta.servlet}. */
public final class JettyServletSample implements Program.Server {

    private final Server server;

    private JettyServletSample(Options options) {
        server = new Server(pool(options));
        ServerConnector connector = new ServerConnector(server);
        connector.setHost("localhost");
        connector.setPort(options.port());
        server.addConnector(connector);
        server.setStopTimeout(options.gracefulMillis());
        Handler faults = new FaultHandler(new Faults(() -> Program.stop(this)));
        if (options.gracefulMillis() > 0) {
            StatisticsHandler graceful = new StatisticsHandler();
            graceful.setHandler(faults);
            faults = graceful;
        }
        server.setHandler(faults);
    }

    public static void main(String[] args) throws Exception {
        Options options = new Options(args);
        Program.run(options, new JettyServletSample(options));
    }

    private static ThreadPool pool(Options options) {
        if (options.pool().equals("executor")) {
            return new ExecutorThreadPool(20);
        }
        if (options.pool().equals("own-executor")) {
            return new ExecutorThreadPool(
                    new ThreadPoolExecutor(20, 20, 1, TimeUnit.MINUTES, new LinkedBlockingQueue<>()));
        }
        return options.threads() > 0 ? new QueuedThreadPool(options.threads()) : new QueuedThreadPool();
    }

    @Override
    public void start() throws Exception {
        server.start();
    }

    @Override
    public int port() {
        return ((ServerConnector) server.getConnectors()[0]).getLocalPort();
    }

    @Override
    public void stop() throws Exception {
        server.stop();
    }

    private static final class FaultHandler extends AbstractHandler {

        private final Faults faults;

        FaultHandler(Faults faults) {
            this.faults = faults;
        }

        @Override
        public void handle(String target, Request base, HttpServletRequest request, HttpServletResponse response)
                throws IOException {
            base.setHandled(true);
            Reply reply = new Reply() {
                @Override
                public void status(int status) {
                    response.setStatus(status);
                    response.setContentType("text/plain");
                }

                @Override
                public OutputStream body() throws IOException {
                    return response.getOutputStream();
                }
            };
            faults.serve(request.getRequestURI(), request.getQueryString(), reply);
        }
    }
}
