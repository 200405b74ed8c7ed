package com.approck.healthcheck.sidecar.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.sidecar.config.ListenAddress;
import com.approck.healthcheck.sidecar.metrics.ConnectionStats;
import com.approck.healthcheck.sidecar.text.Log;
import io.undertow.server.HttpServerExchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What clients that connect again and again do to a connection that is open already. By a real server and real sockets. */
final class NewConnectionsTest {
    /** Enough for the accept thread to hand over a connection. If it is not, the test proves less, but it does not fail. */
    private static final long HAND_OVER_MILLIS = 5;

    private static final int MOST_CONNECTIONS = 20 * HttpServer.MAX_ACCEPTED_IN_A_ROW;

    private final List<Socket> sockets = new ArrayList<>();
    private final CompletableFuture<Integer> connectionsBeforeKept = new CompletableFuture<>();
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private HttpServer server;
    private Socket kept;
    private int connections;

    @AfterEach
    void stop() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        if (server != null) {
            server.close();
        }
    }

    @Test
    void newConnections_doNotKeepTheServerFromThoseThatAreOpen() throws Exception {
        server = HttpServer.start(
                ListenAddress.of("127.0.0.1", 0),
                this::serve,
                System::nanoTime,
                new Log(new PrintStream(log, true, StandardCharsets.UTF_8)::print, 0),
                new ConnectionStats(),
                HttpServer.MAX_CONNECTIONS,
                cause -> {});
        kept = connect();
        request(kept, "/first");
        assertTrue(kept.getInputStream().read() >= 0);
        request(connect(), "/again");

        int before = connectionsBeforeKept.get(60, TimeUnit.SECONDS);

        assertTrue(before < MOST_CONNECTIONS, before + " connections were served before it");
        assertEquals("", log.toString(StandardCharsets.UTF_8));
    }

    /** On the I/O thread: before it has served one connection, the next one waits among its tasks. */
    private void serve(HttpServerExchange exchange) throws Exception {
        switch (exchange.getRequestPath()) {
            case "/again" -> {
                if (connections == 0) {
                    request(kept, "/kept");
                }
                connections++;
                if (connections < MOST_CONNECTIONS && !connectionsBeforeKept.isDone()) {
                    request(connect(), "/again");
                    Thread.sleep(HAND_OVER_MILLIS);
                }
            }
            case "/kept" -> connectionsBeforeKept.complete(connections);
            default -> {}
        }
        Response.text(200, "well").send(exchange);
    }

    private Socket connect() throws IOException {
        InetSocketAddress address = server.addresses().get(0);
        Socket socket = new Socket(address.getAddress(), address.getPort());
        socket.setSoTimeout(20_000);
        sockets.add(socket);
        return socket;
    }

    private static void request(Socket socket, String path) throws IOException {
        socket.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n").getBytes(US_ASCII));
    }
}
