package com.approck.healthcheck.it.sample;

import java.util.concurrent.CountDownLatch;

/** The life of a sample: late start, the lines that say where it listens, and the wait for its end. */
public final class Program {

    /** What a sample has to give: a server that starts, says its ports, and stops. */
    public interface Server {

        void start() throws Exception;

        int port();

        /** The port of the second pool, or -1. */
        default int managementPort() {
            return -1;
        }

        void stop() throws Exception;
    }

    private Program() {}

    /**
     * Starts the server, prints {@code LISTENING <port>} (and {@code MANAGEMENT <port>} before it) on stdout, and never
     * returns: the program ends by a signal, or because a request asked for it.
     */
    public static void run(Options options, Server server) throws Exception {
        Thread.sleep(options.lateMillis());
        if (options.stopAtShutdown()) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server), "stop-server"));
        }
        server.start();
        if (server.managementPort() >= 0) {
            System.out.println("MANAGEMENT " + server.managementPort());
        }
        System.out.println("LISTENING " + server.port());
        new CountDownLatch(1).await();
    }

    /** Stops the server and prints {@code STOPPED}. */
    public static void stop(Server server) {
        try {
            server.stop();
            System.out.println("STOPPED");
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
