package com.approck.healthcheck.it.support;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What stands behind {@code --application-health-ready-url}: writes the bytes it was given, whatever they are. */
public final class ApplicationStub implements AutoCloseable {

    /** What it does with a connection on which a request was begun. */
    public interface Behaviour {
        void answer(OutputStream out) throws IOException;
    }

    private final ServerSocket server;
    private final Behaviour behaviour;
    private final List<Socket> connections = new CopyOnWriteArrayList<>();

    private ApplicationStub(ServerSocket server, Behaviour behaviour) {
        this.server = server;
        this.behaviour = behaviour;
    }

    public static ApplicationStub start(Behaviour behaviour) {
        try {
            ApplicationStub stub =
                    new ApplicationStub(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), behaviour);
            Thread thread = new Thread(stub::run, "application-stub");
            thread.setDaemon(true);
            thread.start();
            return stub;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Answers each request alike, and closes. */
    public static ApplicationStub answering(String statusLine, String contentType, String body) {
        return start(out -> out.write(("HTTP/1.1 " + statusLine + "\r\nContent-Type: " + contentType
                        + "\r\nContent-Length: " + body.length() + "\r\nConnection: close\r\n\r\n" + body)
                .getBytes(US_ASCII)));
    }

    /** Takes the request and says nothing for ever. */
    public static ApplicationStub hanging() {
        return start(out -> {
            try {
                Thread.sleep(Long.MAX_VALUE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    public String url() {
        return "http://127.0.0.1:" + server.getLocalPort() + "/health";
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket connection : connections) {
            connection.close();
        }
    }

    private void run() {
        while (!server.isClosed()) {
            try {
                Socket connection = server.accept();
                connections.add(connection);
                Thread thread = new Thread(() -> serve(connection), "application-stub-connection");
                thread.setDaemon(true);
                thread.start();
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            // The head of a GET comes in one piece.
            if (connection.getInputStream().read(new byte[8192]) > 0) {
                behaviour.answer(connection.getOutputStream());
            }
        } catch (IOException gone) {
            // The sidecar hung up: its deadline, most likely. What it makes of that is what the test asks.
        }
    }
}
