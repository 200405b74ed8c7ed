package com.approck.healthcheck.agent.server;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** Connections with one HTTP request each, to which nobody waits for a response. */
final class Requests implements AutoCloseable {
    private final List<Socket> sockets = new ArrayList<>();

    /** Sends requests, each on a connection of its own. */
    static Requests send(int count, int port) throws IOException {
        Requests requests = new Requests();
        for (int i = 0; i < count; i++) {
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
            requests.sockets.add(socket);
            socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII));
        }
        return requests;
    }

    /** Waits until workers of the server have taken the requests. */
    void awaitEntered(Hang hang) throws InterruptedException {
        hang.awaitEntered();
    }

    @Override
    public void close() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
