package com.approck.healthcheck.it.program;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

/** The JDK's own HTTP server with three workers, and nothing that needs another module. {@code /hang} does not answer. */
public final class JdkServerProgram {

    private JdkServerProgram() {}

    public static void main(String[] args) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newFixedThreadPool(3));
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.createContext("/hang", exchange -> LockSupport.park());
        server.start();
        System.out.println("LISTENING " + server.getAddress().getPort());
    }
}
