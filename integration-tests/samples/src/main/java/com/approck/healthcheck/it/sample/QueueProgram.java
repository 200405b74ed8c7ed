package com.approck.healthcheck.it.sample;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The life of a sample that consumes a queue. Each line on stdin is {@code close}, {@code delete}, {@code reconnect}, {@code /free},
 * or else a message that it sends to its own queue: a path of {@link Faults} and of {@link #process}, which is what its consumers
 * do with it.
 */
public final class QueueProgram {

    /** What such a sample has to give. */
    public interface Client {

        /** Starts the consumers. */
        void start() throws Exception;

        /** Sends a message to the queue. */
        void send(String message) throws Exception;

        /** Closes the consumers on purpose. */
        void close() throws Exception;

        /** Deletes the queue. */
        default void delete() throws Exception {
            throw new UnsupportedOperationException();
        }

        /** Starts the consumers again, after the library has given up to connect. */
        default void reconnect() throws Exception {
            throw new UnsupportedOperationException();
        }
    }

    private static final Faults FAULTS = new Faults(() -> {});

    private QueueProgram() {}

    /** The arguments {@code key=value} of a sample. */
    public static Map<String, String> settings(String... args) {
        Map<String, String> settings = new LinkedHashMap<>();
        for (String arg : args) {
            int equals = arg.indexOf('=');
            settings.put(arg.substring(0, equals), arg.substring(equals + 1));
        }
        return settings;
    }

    /**
     * Starts the client, prints {@code STARTED}, and obeys stdin until that ends. With {@code http=tomcat}, Tomcat serves
     * beside it.
     */
    public static void run(Map<String, String> settings, Client client) throws Exception {
        if (settings.getOrDefault("http", "").equals("tomcat")) {
            new Thread(QueueProgram::serveHttp, "main-of-tomcat").start();
        }
        client.start();
        System.out.println("STARTED");
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.equals("close")) {
                client.close();
                System.out.println("CLOSED");
            } else if (line.equals("delete")) {
                client.delete();
                System.out.println("DELETED");
            } else if (line.equals("reconnect")) {
                client.reconnect();
                System.out.println("RECONNECTED");
            } else if (line.equals("/free")) {
                process(line);
            } else {
                client.send(line);
            }
        }
    }

    private static void serveHttp() {
        try {
            TomcatSample.main(new String[] {"threads=10"});
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** What a consumer does with a message. */
    public static void process(String message) {
        int mark = message.indexOf('?');
        String path = mark < 0 ? message : message.substring(0, mark);
        System.out.println("PROCESSING " + path);
        if (path.equals("/error")) {
            throw new AssertionError("a bug of the listener");
        }
        if (path.equals("/drip")) {
            drip(Long.parseLong(message.substring(message.indexOf('=') + 1)));
        } else {
            serve(path, mark < 0 ? null : message.substring(mark + 1));
        }
        System.out.println("PROCESSED " + path);
    }

    private static void serve(String path, String query) {
        try {
            FAULTS.serve(path, query, new BufferedReply((status, body) -> {}));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A slow batch: a little of it every now and then. */
    private static void drip(long millis) {
        long end = System.nanoTime() + millis * 1_000_000;
        try {
            while (System.nanoTime() - end < 0) {
                Thread.sleep(20);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
