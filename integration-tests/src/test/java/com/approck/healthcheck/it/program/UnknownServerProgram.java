package com.approck.healthcheck.it.program;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Serves HTTP by a server that nobody knows, on three threads of its own. Its argument says how it accepts connections: {@code
 * socket}, on a {@link ServerSocket}, or {@code selector}. {@code /hang} does not answer.
 */
public final class UnknownServerProgram {

    private final ExecutorService handlers;

    private UnknownServerProgram() {
        AtomicInteger threads = new AtomicInteger();
        handlers = Executors.newFixedThreadPool(3, task -> new Thread(task, "handler-" + threads.incrementAndGet()));
    }

    public static void main(String[] args) throws IOException {
        UnknownServerProgram program = new UnknownServerProgram();
        if (args[0].equals("selector")) {
            program.select();
        } else {
            program.accept();
        }
    }

    private void accept() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            System.out.println("LISTENING " + server.getLocalPort());
            while (true) {
                Socket client = server.accept();
                handlers.execute(() -> serve(client));
            }
        }
    }

    private void select() throws IOException {
        try (Selector selector = Selector.open();
                ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            server.configureBlocking(false);
            server.register(selector, SelectionKey.OP_ACCEPT);
            System.out.println("LISTENING " + server.socket().getLocalPort());
            while (true) {
                selector.select();
                selector.selectedKeys().clear();
                SocketChannel client = server.accept();
                if (client != null) {
                    handlers.execute(() -> serve(client.socket()));
                }
            }
        }
    }

    private static void serve(Socket client) {
        try (client) {
            BufferedReader request =
                    new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII));
            String line = request.readLine();
            while (line != null && line.startsWith("GET /hang ")) {
                LockSupport.park();
            }
            client.getOutputStream()
                    .write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\npong"
                            .getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            System.out.println("LOST " + e);
        }
    }
}
