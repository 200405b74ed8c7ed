package com.approck.healthcheck.it.sample;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.Constructor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.AbstractHandler;
import org.eclipse.jetty.server.handler.StatisticsHandler;
import org.eclipse.jetty.util.thread.ExecutorThreadPool;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ThreadPool;

/** Jetty 9.4 to 11, whose handlers take the servlet interface: that of {@code javax} up to 10, of {@code jakarta} in 11. */
public final class JettyServletSample implements Program.Server {

    private final Server server;

    private JettyServletSample(Options options) throws ReflectiveOperationException {
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

    private static ThreadPool pool(Options options) throws ReflectiveOperationException {
        if (options.pool().equals("executor")) {
            return new ExecutorThreadPool(20);
        }
        if (options.pool().equals("own-executor")) {
            return poolOn(new ThreadPoolExecutor(20, 20, 1, TimeUnit.MINUTES, new LinkedBlockingQueue<>()));
        }
        return options.threads() > 0 ? new QueuedThreadPool(options.threads()) : new QueuedThreadPool();
    }

    /** By reflection, because Jetty 9.4.0 declares the parameter as an ExecutorService, later versions as this class. */
    private static ThreadPool poolOn(ThreadPoolExecutor executor) throws ReflectiveOperationException {
        for (Constructor<?> constructor : ExecutorThreadPool.class.getConstructors()) {
            if (constructor.getParameterCount() == 1 && constructor.getParameterTypes()[0].isInstance(executor)) {
                return (ThreadPool) constructor.newInstance(executor);
            }
        }
        throw new NoSuchMethodException("ExecutorThreadPool(ThreadPoolExecutor)");
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

    /** Each version calls the method with its own servlet interface; the other is never linked. */
    static final class FaultHandler extends AbstractHandler {

        private final Faults faults;

        FaultHandler(Faults faults) {
            this.faults = faults;
        }

        @Override
        public void handle(
                String target,
                Request base,
                javax.servlet.http.HttpServletRequest request,
                javax.servlet.http.HttpServletResponse response)
                throws IOException {
            serve(base);
        }

        /** Overrides the method of Jetty 11. */
        public void handle(
                String target,
                Request base,
                jakarta.servlet.http.HttpServletRequest request,
                jakarta.servlet.http.HttpServletResponse response)
                throws IOException {
            serve(base);
        }

        private void serve(Request request) throws IOException {
            request.setHandled(true);
            Response response = request.getResponse();
            Reply reply = new Reply() {
                @Override
                public void status(int status) {
                    response.setStatus(status);
                    response.setContentType("text/plain");
                }

                @Override
                public OutputStream body() {
                    return response.getHttpOutput();
                }
            };
            faults.serve(request.getRequestURI(), request.getQueryString(), reply);
        }
    }
}
