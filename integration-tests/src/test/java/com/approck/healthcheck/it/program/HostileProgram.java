package com.approck.healthcheck.it.program;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;

/**
 * A server in an application that does all that an agent must not mind: a context class loader that refuses everything, an
 * interrupt for every thread ten times a second and for the one that starts the server, and a handler of uncaught
 * exceptions that throws.
 */
public final class HostileProgram {
    private HostileProgram() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Thread.currentThread().setContextClassLoader(new RefusingLoader());
        Thread.setDefaultUncaughtExceptionHandler((thread, e) -> {
            throw new IllegalStateException("hostile");
        });
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newFixedThreadPool(4));
        server.createContext("/ping", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        Thread.currentThread().interrupt();
        server.start();
        if (!Thread.interrupted()) {
            throw new IllegalStateException("the thread that started the server has lost its interrupt");
        }
        System.out.println("LISTENING " + server.getAddress().getPort());
        while (true) {
            Thread[] threads = new Thread[Thread.activeCount() + 16];
            ThreadGroup root = Thread.currentThread().getThreadGroup().getParent();
            int count = root.enumerate(threads);
            for (int i = 0; i < count; i++) {
                if (threads[i].getName().startsWith("healthcheck")) {
                    threads[i].interrupt();
                }
            }
            Thread.sleep(100);
        }
    }

    private static final class RefusingLoader extends ClassLoader {
        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            throw new ClassNotFoundException("refused: " + name);
        }
    }
}
