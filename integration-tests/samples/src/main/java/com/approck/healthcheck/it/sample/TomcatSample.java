package com.approck.healthcheck.it.sample;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BiConsumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.catalina.Context;
import org.apache.catalina.Wrapper;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.core.StandardService;
import org.apache.catalina.core.StandardThreadExecutor;
import org.apache.catalina.startup.Tomcat;
import org.apache.coyote.AbstractProtocol;
import org.apache.tomcat.util.net.NioEndpoint;

/** Tomcat 8.5 and later, embedded; the second pool is a second connector. */
public final class TomcatSample implements Program.Server {

    /** Held: a level set on a logger that is collected is lost. */
    private static final Logger QUIET = Logger.getLogger("org.apache");

    /** The one of this JVM, for the servlet that Tomcat creates. */
    private static volatile TomcatSample running;

    private final Tomcat tomcat = new Tomcat();
    private final Connector requests;
    private final Connector management;
    private final Faults faults = new Faults(() -> Program.stop(this));

    /** @param extension what else the server does, added to its one context */
    private TomcatSample(Options options, BiConsumer<Context, Faults> extension) throws IOException {
        Path base = Files.createTempDirectory("tomcat-sample");
        tomcat.setBaseDir(base.toString());
        tomcat.getEngine().setParentClassLoader(TomcatSample.class.getClassLoader());
        requests = connector(options.port(), options.threads());
        if (options.minThreads() >= 0) {
            requests.setProperty("minSpareThreads", String.valueOf(options.minThreads()));
        }
        requests.setProperty("threadsMaxIdleTime", String.valueOf(options.idleMillis()));
        management = options.managementPort() < 0 ? null : connector(options.managementPort(), 0);
        if (options.pool().equals("virtual")) {
            requests.setProperty("useVirtualThreads", "true");
        } else if (options.pool().equals("shared")) {
            share(requests, management);
        }
        // Tomcat 8.5.0 does not do the first with the second.
        tomcat.getService().addConnector(requests);
        tomcat.setConnector(requests);
        Context context = tomcat.addContext("", new File(base.toString()).getAbsolutePath());
        if (options.gracefulMillis() > 0) {
            ((StandardService) tomcat.getService()).setGracefulStopAwaitMillis(options.gracefulMillis());
            ((StandardContext) context).setUnloadDelay(options.gracefulMillis());
        }
        Wrapper servlet = Tomcat.addServlet(context, "faults", servletClass());
        servlet.setAsyncSupported(true);
        servlet.addMapping("/*");
        extension.accept(context, faults);
    }

    public static void main(String[] args) throws Exception {
        run((context, faults) -> {}, args);
    }

    static void run(BiConsumer<Context, Faults> extension, String... args) throws Exception {
        QUIET.setLevel(Level.SEVERE);
        Options options = new Options(args);
        running = new TomcatSample(options, extension);
        Program.run(options, running);
    }

    /** Serves one request of the servlet. */
    static void serve(String path, String query, Reply reply) throws IOException {
        if (path.equals("/poller")) {
            killPoller(running.requests);
        }
        running.faults.serve(path, query, reply);
    }

    /** By its name: what takes a servlet is another method in each of the two namespaces. */
    private static String servletClass() {
        try {
            Class.forName("jakarta.servlet.Servlet");
            return "com.approck.healthcheck.it.sample.JakartaFaultServlet";
        } catch (ClassNotFoundException e) {
            return "com.approck.healthcheck.it.sample.JavaxFaultServlet";
        }
    }

    private static Connector connector(int port, int threads) {
        Connector connector = new Connector("HTTP/1.1");
        connector.setProperty("address", "127.0.0.1");
        connector.setPort(port);
        if (threads > 0) {
            connector.setProperty("maxThreads", String.valueOf(threads));
            connector.setProperty("minSpareThreads", String.valueOf(Math.min(threads, 10)));
        }
        return connector;
    }

    /** One executor for all connectors, as {@code <Executor>} in a server.xml. */
    private void share(Connector... connectors) {
        StandardThreadExecutor executor = new StandardThreadExecutor();
        executor.setName("shared");
        executor.setMaxThreads(30);
        tomcat.getService().addExecutor(executor);
        for (Connector connector : connectors) {
            if (connector != null) {
                ((AbstractProtocol<?>) connector.getProtocolHandler()).setExecutor(executor);
            }
        }
    }

    /** The poller's next look at its sockets throws what a full heap would have it throw. */
    private static void killPoller(Connector connector) {
        try {
            Object endpoint = field(AbstractProtocol.class, "endpoint").get(connector.getProtocolHandler());
            Object poller = field(NioEndpoint.class, "poller").get(endpoint);
            field(poller.getClass(), "selector").set(poller, new FullHeapSelector());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Field field(Class<?> type, String name) throws NoSuchFieldException {
        Field field = type.getDeclaredField(name);
        field.setAccessible(true);
        return field;
    }

    @Override
    public void start() throws Exception {
        if (management != null) {
            tomcat.getService().addConnector(management);
        }
        tomcat.start();
    }

    @Override
    public int port() {
        return requests.getLocalPort();
    }

    @Override
    public int managementPort() {
        return management == null ? -1 : management.getLocalPort();
    }

    @Override
    public void stop() throws Exception {
        tomcat.stop();
        tomcat.destroy();
    }
}
