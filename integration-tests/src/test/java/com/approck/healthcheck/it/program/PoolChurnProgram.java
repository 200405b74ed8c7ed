package com.approck.healthcheck.it.program;

import com.sun.net.httpserver.HttpServer;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.catalina.Context;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.modeler.Registry;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * Starts a Jetty, a Tomcat, the JDK's own server and an executor, has each do its work once, and stops them; until it is
 * killed. Prints the number of each round.
 */
public final class PoolChurnProgram {

    private static final Logger QUIET = Logger.getLogger("org.apache");
    private static final long PAUSE_MILLIS = 100;

    private PoolChurnProgram() {}

    public static void main(String[] args) throws Exception {
        QUIET.setLevel(Level.SEVERE);
        // Tomcat forgets to take some of its MBeans away.
        Registry.disableRegistry();
        File base = Files.createTempDirectory("churn").toFile();
        for (int round = 1; true; round++) {
            jetty();
            tomcat(base);
            jdkServer();
            executor();
            System.out.println("ROUND " + round);
            Thread.sleep(PAUSE_MILLIS);
        }
    }

    private static void jetty() throws Exception {
        Server server = new Server(new QueuedThreadPool(8));
        ServerConnector connector = new ServerConnector(server, 1, 1);
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.setHandler(new Handler.Abstract() {
            @Override
            public boolean handle(Request request, Response response, Callback callback) {
                callback.succeeded();
                return true;
            }
        });
        server.start();
        get(connector.getLocalPort());
        server.stop();
    }

    private static void tomcat(File base) throws Exception {
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(base.getPath());
        Connector connector = new Connector("HTTP/1.1");
        connector.setProperty("address", "127.0.0.1");
        connector.setProperty("maxThreads", "4");
        connector.setProperty("minSpareThreads", "2");
        connector.setPort(0);
        tomcat.setConnector(connector);
        Context context = tomcat.addContext("", base.getPath());
        Tomcat.addServlet(context, "empty", new EmptyServlet()).addMapping("/*");
        tomcat.start();
        get(connector.getLocalPort());
        tomcat.stop();
        tomcat.destroy();
    }

    private static void jdkServer() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        ExecutorService executor = Executors.newFixedThreadPool(2);
        server.setExecutor(executor);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
        get(server.getAddress().getPort());
        server.stop(0);
        executor.shutdown();
    }

    private static void executor() throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(2);
        executor.submit(() -> {}).get();
        executor.shutdown();
        if (!executor.awaitTermination(10, TimeUnit.SECONDS)) {
            throw new IllegalStateException("an executor does not end");
        }
    }

    private static void get(int port) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream()
                    .write("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            String reply = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            if (!reply.startsWith("HTTP/1.1 200")) {
                throw new IOException("no 200 but: " + reply);
            }
        }
    }

    private static final class EmptyServlet extends HttpServlet {

        private static final long serialVersionUID = 1;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) {
            response.setStatus(HttpServletResponse.SC_OK);
        }
    }
}
