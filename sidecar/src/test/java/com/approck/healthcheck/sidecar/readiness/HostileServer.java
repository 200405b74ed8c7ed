package com.approck.healthcheck.sidecar.readiness;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** A server that answers each connection as a test tells it to. */
final class HostileServer implements AutoCloseable {
    final AtomicInteger calls = new AtomicInteger();
    final ConcurrentLinkedQueue<String> requests = new ConcurrentLinkedQueue<>();
    private final ServerSocket server;

    /** Writes an answer, or does worse. */
    @FunctionalInterface
    interface Behaviour {
        void answer(OutputStream out) throws Exception;
    }

    HostileServer(Behaviour behaviour) {
        try {
            server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        daemon(() -> {
            while (true) {
                Socket socket = server.accept();
                daemon(() -> {
                    try (socket) {
                        requests.add(readHead(socket.getInputStream()));
                        calls.incrementAndGet();
                        behaviour.answer(socket.getOutputStream());
                    }
                });
            }
        });
    }

    static HostileServer answering(String status, String contentType, String body) {
        return new HostileServer(out -> write(out, response(status, contentType, body)));
    }

    static String response(String status, String contentType, String body) {
        return "HTTP/1.1 " + status + "\r\n"
                + (contentType.isEmpty() ? "" : "Content-Type: " + contentType + "\r\n")
                + "Content-Length: " + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body;
    }

    static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort() + "/ready");
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String readHead(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int b = in.read();
            if (b < 0) {
                break;
            }
            head.append((char) b);
        }
        return head.toString();
    }

    private interface Task {
        void run() throws Exception;
    }

    private static void daemon(Task task) {
        Thread thread = new Thread(() -> {
            try {
                task.run();
            } catch (Exception expected) {
                // The test is over, or the other side has hung up on us as it should.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }
}
