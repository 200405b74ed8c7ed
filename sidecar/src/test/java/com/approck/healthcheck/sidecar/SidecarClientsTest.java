package com.approck.healthcheck.sidecar;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** Clients and senders that misbehave. */
final class SidecarClientsTest {

    @RegisterExtension
    final RunningSidecar sidecar = new RunningSidecar();

    @Test
    void longAnswersThatNobodyReads_areFew_andEnd() throws Exception {
        sidecar.start();
        StringBuilder pools = new StringBuilder("workers.lease:60000|g");
        for (int i = 0; i < 60; i++) {
            pools.append("\nworkers.pool.").append("x".repeat(100)).append(i).append(":1|g");
        }
        for (int i = 0; i < 100; i++) {
            sidecar.report(pools.toString());
        }
        List<Socket> unread = new ArrayList<>();
        try {
            for (int i = 0; i < 40; i++) {
                Socket socket = new Socket();
                socket.setReceiveBufferSize(1024);
                socket.connect(sidecar.httpAddress());
                socket.getOutputStream()
                        // More answers than the kernel's buffers take.
                        .write("GET /health/live?verbose HTTP/1.1\r\nHost: x\r\n\r\n"
                                .repeat(200)
                                .getBytes(StandardCharsets.US_ASCII));
                unread.add(socket);
            }
            Await.until(() -> sidecar.get("/metrics").status() == 503, sidecar::log);
            assertEquals(200, sidecar.get("/health/live").status());
            // Those that were turned away meanwhile may have their turn, and their end, next.
            Await.until(
                    () -> {
                        sidecar.leap(3000, 6000);
                        return sidecar.get("/metrics").status() == 200;
                    },
                    sidecar::log);
        } finally {
            for (Socket socket : unread) {
                socket.close();
            }
        }
    }

    @Test
    void keptAliveConnection_isAnsweredManyTimes_alsoWhenPipelined() throws Exception {
        sidecar.start();
        sidecar.report("workers:3|g");
        try (Socket socket = sidecar.connect()) {
            String request = "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n";
            for (int i = 0; i < 50; i++) {
                socket.getOutputStream().write((request + request).getBytes(StandardCharsets.US_ASCII));
                assertEquals(
                        "{}", HttpResponse.read(socket.getInputStream(), true).body());
                assertEquals(
                        "{}", HttpResponse.read(socket.getInputStream(), true).body());
            }
        }
    }

    @Test
    void junkDatagrams_changeOnlyCounters() throws Exception {
        sidecar.start();
        sidecar.report("workers:3|g");
        sidecar.report("");
        sidecar.report("\u0000\u0001\u0002\u00ff:|g\n::::\n|||");
        sidecar.report("x".repeat(65_507));
        sidecar.report("workers:" + "9".repeat(60_000) + "|g");
        assertEquals("{}", sidecar.get("/health/live").body());
        JsonNode verbose = sidecar.get("/health/live?verbose").json();
        assertEquals(3, verbose.get("workers").asInt());
        assertEquals(5, verbose.get("counters").get("datagrams").asInt());
        assertEquals(1, verbose.get("counters").get("bad_value").asInt());
        assertEquals(0, verbose.get("counters").get("failures").asInt());
    }

    @Test
    void junkRequests_harmNobodyElse() throws Exception {
        sidecar.start();
        sidecar.report("workers:3|g");
        for (String junk :
                List.of("\r\n\r\n", "GET\r\n\r\n", "\u0000\u0001", "GET /" + "x".repeat(100_000) + " HTTP/1.1")) {
            try (Socket socket = sidecar.connect()) {
                socket.getOutputStream().write(junk.getBytes(StandardCharsets.ISO_8859_1));
                assertEquals("{}", sidecar.get("/health/live").body());
            } catch (IOException expected) {
                // It may close the connection while the test still writes.
                assertEquals("{}", sidecar.get("/health/live").body());
            }
        }
    }

    @Test
    void silentConnections_holdUpNobody() throws Exception {
        sidecar.start();
        List<Socket> silent = new ArrayList<>();
        try {
            for (int i = 0; i < 200; i++) {
                silent.add(sidecar.connect());
            }
            assertEquals(422, sidecar.get("/health/live").status());
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
    }

    @Test
    void bodyThatNeverComes_isNotWaitedForLong() throws Exception {
        sidecar.start();
        try (Socket socket = sidecar.connect()) {
            String head = "GET /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            assertEquals(200, HttpResponse.read(socket.getInputStream(), true).status());
            assertEquals(-1, socket.getInputStream().read());
        }
    }
}
