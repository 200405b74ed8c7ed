package com.approck.healthcheck.it.demo;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** The application that the demo watches: a Jetty whose workers answer {@code /ping} at once, and {@code /hang} late. */
public final class DemoApplication {

    /** How long {@code /hang} keeps its worker: long enough to be seen as stuck, short enough to see it recover. */
    static final int HANG_SECONDS = 30;

    private DemoApplication() {}

    /** The arguments are the port, 0 for any that is free, and the number of threads. Prints the port once it listens. */
    public static void main(String[] args) throws Exception {
        Server server = new Server(new QueuedThreadPool(Integer.parseInt(args[1])));
        ServerConnector connector = new ServerConnector(server);
        connector.setHost("localhost");
        connector.setPort(Integer.parseInt(args[0]));
        server.addConnector(connector);
        server.setStopAtShutdown(true);
        server.setHandler(new Worker());
        server.start();
        System.out.println("LISTENING " + connector.getLocalPort());
    }

    private static final class Worker extends Handler.Abstract {

        private static final Map<String, String> ANSWERS = Map.of("/ping", "pong", "/hang", "free again");

        @Override
        public boolean handle(Request request, Response response, Callback callback) throws InterruptedException {
            String path = Request.getPathInContext(request);
            if (!ANSWERS.containsKey(path)) {
                return false;
            }
            if (path.equals("/hang")) {
                Thread.sleep(HANG_SECONDS * 1000L);
            }
            response.write(true, StandardCharsets.UTF_8.encode(ANSWERS.get(path)), callback);
            return true;
        }
    }
}
