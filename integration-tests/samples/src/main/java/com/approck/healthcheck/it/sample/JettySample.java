package com.approck.healthcheck.it.sample;

import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Field;
import java.nio.channels.Selector;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.thread.ExecutorThreadPool;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ThreadPool;
import org.eclipse.jetty.util.thread.VirtualThreadPool;

/** Jetty 12, embedded by its core handlers; the second pool is a second server. */
public final class JettySample implements Program.Server {

    private final Server requests;
    private final Server management;

    /** What else the servers do, put around the handler of requests. */
    interface Extension {

        Handler around(Handler handler, Server server, Faults faults);
    }

    private JettySample(Options options, Extension extension) {
        Faults faults = new Faults(() -> Program.stop(this));
        requests = server(options, options.port(), pool(options), faults, extension);
        management = options.managementPort() < 0
                ? null
                : server(options, options.managementPort(), new QueuedThreadPool(), faults, extension);
    }

    public static void main(String[] args) throws Exception {
        run((handler, server, faults) -> handler, args);
    }

    static void run(Extension extension, String... args) throws Exception {
        Options options = new Options(args);
        Program.run(options, new JettySample(options, extension));
    }

    private static Server server(Options options, int port, ThreadPool pool, Faults faults, Extension extension) {
        Server server = new Server(pool);
        ServerConnector connector = new ServerConnector(server);
        connector.setHost("localhost");
        connector.setPort(port);
        server.addConnector(connector);
        server.setStopTimeout(options.gracefulMillis());
        Handler handler = extension.around(new FaultHandler(faults), server, faults);
        server.setHandler(options.gracefulMillis() > 0 ? new GracefulHandler(handler) : handler);
        return server;
    }

    private static ThreadPool pool(Options options) {
        if (options.pool().equals("permits")) {
            return new VirtualThreadPool(20);
        }
        if (options.pool().equals("executor")) {
            return new ExecutorThreadPool(20);
        }
        if (options.pool().equals("own-executor")) {
            return new ExecutorThreadPool(
                    new ThreadPoolExecutor(20, 20, 1, TimeUnit.MINUTES, new LinkedBlockingQueue<>()));
        }
        QueuedThreadPool pool =
                options.threads() > 0 ? new QueuedThreadPool(options.threads()) : new QueuedThreadPool();
        if (options.pool().equals("virtual")) {
            pool.setVirtualThreadsExecutor(VirtualThreads.getDefaultVirtualThreadsExecutor());
        }
        if (options.minThreads() >= 0) {
            pool.setMinThreads(options.minThreads());
        }
        pool.setIdleTimeout(options.idleMillis());
        return pool;
    }

    /** The selectors' next look at their sockets throws what a full heap would have it throw. */
    private static void endSelectors(Connector connector) throws ReflectiveOperationException {
        Object manager = ((ServerConnector) connector).getSelectorManager();
        Field selectors = SelectorManager.class.getDeclaredField("_selectors");
        selectors.setAccessible(true);
        Field selector = ManagedSelector.class.getDeclaredField("_selector");
        selector.setAccessible(true);
        for (Object each : (Object[]) selectors.get(manager)) {
            Selector waiting = (Selector) selector.get(each);
            selector.set(each, new FullHeapSelector());
            waiting.wakeup();
        }
    }

    @Override
    public void start() throws Exception {
        if (management != null) {
            management.start();
        }
        requests.start();
    }

    @Override
    public int port() {
        return ((ServerConnector) requests.getConnectors()[0]).getLocalPort();
    }

    @Override
    public int managementPort() {
        return management == null ? -1 : ((ServerConnector) management.getConnectors()[0]).getLocalPort();
    }

    @Override
    public void stop() throws Exception {
        requests.stop();
        if (management != null) {
            management.stop();
        }
    }

    private static final class FaultHandler extends Handler.Abstract {

        private final Faults faults;

        FaultHandler(Faults faults) {
            this.faults = faults;
        }

        @Override
        public boolean handle(Request request, Response response, Callback callback) throws Exception {
            boolean[] detached = {false};
            Reply reply = new Reply() {
                @Override
                public Runnable detach() {
                    detached[0] = true;
                    return callback::succeeded;
                }

                @Override
                public void status(int status) {
                    response.setStatus(status);
                    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/plain");
                }

                @Override
                public InputStream upload() {
                    return Content.Source.asInputStream(request);
                }

                @Override
                public OutputStream body() {
                    return Content.Sink.asOutputStream(response);
                }
            };
            if (request.getHttpURI().getPath().equals("/poller")) {
                endSelectors(request.getConnectionMetaData().getConnector());
            }
            faults.serve(request.getHttpURI().getPath(), request.getHttpURI().getQuery(), reply);
            if (!detached[0]) {
                callback.succeeded();
            }
            return true;
        }
    }
}
