package com.approck.healthcheck.it.sample;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;

/** The JDK's own HTTP server, on its dispatcher thread or an executor. */
public final class JdkHttpServerSample implements Program.Server {

    private final HttpServer server;
    private final int gracefulSeconds;

    private JdkHttpServerSample(Options options) throws IOException {
        gracefulSeconds = (int) (options.gracefulMillis() / 1000);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), options.port()), 0);
        server.setExecutor(executor(options));
        Faults faults = new Faults(() -> Program.stop(this));
        server.createContext("/", exchange -> serve(faults, exchange));
    }

    public static void main(String[] args) throws Exception {
        Options options = new Options(args);
        Program.run(options, new JdkHttpServerSample(options));
    }

    private static Executor executor(Options options) throws IOException {
        return switch (options.pool()) {
            case "own" -> null;
            case "fixed" -> Executors.newFixedThreadPool(4);
            case "single" -> Executors.newSingleThreadExecutor();
            case "cached" -> Executors.newCachedThreadPool();
            case "virtual" -> virtualThreads();
            default -> throw new IllegalArgumentException(options.pool());
        };
    }

    /** By reflection, since this is compiled for Java 17. */
    private static Executor virtualThreads() throws IOException {
        try {
            return (Executor)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (ReflectiveOperationException e) {
            throw new IOException(e);
        }
    }

    private static void serve(Faults faults, HttpExchange exchange) throws IOException {
        Reply reply = new Reply() {
            @Override
            public void status(int status) {
                try {
                    exchange.sendResponseHeaders(status, 0);
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            }

            @Override
            public InputStream upload() {
                return exchange.getRequestBody();
            }

            @Override
            public OutputStream body() {
                return exchange.getResponseBody();
            }
        };
        faults.serve(
                exchange.getRequestURI().getPath(), exchange.getRequestURI().getQuery(), reply);
    }

    @Override
    public void start() {
        server.start();
    }

    @Override
    public int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void stop() {
        server.stop(gracefulSeconds);
    }
}
