package com.approck.healthcheck.sidecar.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ProbeClientTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private HttpServer server;

    @AfterEach
    void stop() {
        if (server != null) {
            server.stop(0);
        }
    }

    @Test
    void answerOf200_isTrue() throws IOException {
        assertTrue(ask(200, "{}"));
        assertEquals("200", printed());
    }

    @Test
    void answerOf422_isItsDescription() throws IOException {
        assertFalse(
                ask(422, "{\"code\":\"NoWorkers\",\"fields\":{\"code\":[1]},\"description\":\"None \\\"left\\\".\"}"));
        assertEquals("422 NoWorkers: None \"left\".", printed());
    }

    @Test
    void answerOfSomebodyElse_isItsText() throws IOException {
        assertFalse(ask(404, "no such page"));
        assertEquals("404 no such page", printed());
    }

    @Test
    void redirect_isNotFollowed() throws IOException {
        assertFalse(ask(302, ""));
        assertEquals("302", printed());
    }

    @Test
    void nobodyThere_isASentence() throws IOException {
        assertTrue(ask(200, "{}"));
        int port = server.getAddress().getPort();
        server.stop(0);
        out.reset();
        assertFalse(ProbeClient.ask(URI.create("http://127.0.0.1:" + port + "/health/live"), stream()));
        assertTrue(printed().contains("could not be asked"), printed());
    }

    @Test
    void everyAddressOfTheName_isTried() throws IOException {
        InetAddress last = null;
        for (InetAddress address : InetAddress.getAllByName("localhost")) {
            last = address;
        }
        server = HttpServer.create(new InetSocketAddress(last, 0), 0);
        server.createContext("/", exchange -> exchange.sendResponseHeaders(200, -1));
        server.start();
        int port = server.getAddress().getPort();
        assertTrue(ProbeClient.ask(URI.create("http://localhost:" + port + "/health/live"), stream()), printed());
    }

    private boolean ask(int status, String body) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            byte[] bytes = body.getBytes(UTF_8);
            exchange.getResponseHeaders().add("Location", "/elsewhere");
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
        return ProbeClient.ask(
                URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/health/live"), stream());
    }

    private PrintStream stream() {
        return new PrintStream(out, true, UTF_8);
    }

    private String printed() {
        return out.toString(UTF_8).strip();
    }
}
