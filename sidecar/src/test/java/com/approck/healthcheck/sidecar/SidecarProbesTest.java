package com.approck.healthcheck.sidecar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The probes: what they answer to reports and to the application's own readiness check. */
final class SidecarProbesTest {

    @RegisterExtension
    final RunningSidecar sidecar = new RunningSidecar();

    @ParameterizedTest
    @ValueSource(strings = {"/health/live", "/health/ready"})
    void noReport_isNoWorkers(String path) throws Exception {
        sidecar.start();
        HttpResponse answer = sidecar.get(path);
        assertEquals(422, answer.status());
        assertEquals("application/json", answer.header("content-type"));
        assertEquals("NoWorkers", answer.json().get("code").asString());
        String description = answer.json().get("description").asString();
        assertTrue(
                description.contains(
                        "it listens on 127.0.0.1:" + sidecar.statsdAddress().getPort()),
                description);
    }

    @ParameterizedTest
    @ValueSource(strings = {"workers", "gunicorn.workers", "myapp.gunicorn.workers"})
    void workers_areHealthy_andZeroIsNoWorkers(String name) throws Exception {
        sidecar.start();
        sidecar.report(name + ":3|g");
        for (String path : List.of("/health/live", "/health/ready")) {
            assertEquals(200, sidecar.get(path).status());
            assertEquals("{}", sidecar.get(path).body());
        }
        sidecar.report(name + ":0|g");
        for (String path : List.of("/health/live", "/health/ready")) {
            assertEquals("NoWorkers", sidecar.get(path).json().get("code").asString());
        }
    }

    @Test
    void readyUrl_decidesReady_butNotLive() throws Exception {
        ConcurrentLinkedQueue<String> answers = new ConcurrentLinkedQueue<>(List.of(
                response("200 OK", "application/json", "{\"db\":\"ok\"}"),
                response("500 Oops", "application/json; charset=utf-8", "{\"db\":\"error\"}"),
                response("503 Busy", "text/plain", "down \"now\"")));
        try (ServerSocket application = serve(answers)) {
            sidecar.start(
                    "--application-health-ready-url=http://127.0.0.1:" + application.getLocalPort() + "/r",
                    "--application-health-ready-timeout=20s");
            assertEquals(
                    "NoWorkers", sidecar.get("/health/ready").json().get("code").asString());
            assertEquals(3, answers.size());
            sidecar.report("workers:3|g");
            Await.until(() -> sidecar.log().contains("live and ready: 200"), sidecar::log);

            assertEquals("{\"db\":\"ok\"}", sidecar.get("/health/ready").body());

            HttpResponse error = sidecar.awaitCall("/health/ready");
            assertEquals(422, error.status());
            assertEquals("ServiceNotReady", error.json().get("code").asString());
            assertEquals("error", error.json().get("fields").get("db").asString());
            assertTrue(error.json().get("description").asString().endsWith("/r answered 500."));
            assertEquals(200, sidecar.get("/health/live").status());

            String calls = sidecar.get("/metrics").body();
            assertTrue(calls.contains("healthcheck_ready_url_calls_total{result=\"ready\"} 1\n"), calls);
            assertTrue(calls.contains("healthcheck_ready_url_calls_total{result=\"not_ready\"} 1\n"), calls);

            JsonNode status = sidecar.get("/status").json();
            assertEquals("ServiceNotReady", status.get("ready").get("code").asString());
            assertEquals(422, status.get("application").get("status").asInt());
            assertEquals(
                    "application",
                    status.get("transitions").get(0).get("subject").asString());
            assertEquals(1, answers.size());

            JsonNode verbose = sidecar.awaitCall("/health/ready?verbose").json();
            assertEquals("ServiceNotReady", verbose.get("code").asString());
            assertEquals("down \"now\"", verbose.get("non_field_errors").get(0).asString());
            assertEquals("alive", verbose.get("state").asString());
        }
    }

    @Test
    void hangingReadyUrl_delaysNothingElse() throws Exception {
        try (ServerSocket hanging = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            sidecar.start(
                    "--application-health-ready-url=http://127.0.0.1:" + hanging.getLocalPort(),
                    "--application-health-ready-timeout=1m");
            sidecar.report("workers:3|g");
            List<CompletableFuture<HttpResponse>> waiting = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                waiting.add(CompletableFuture.supplyAsync(
                        () -> sidecar.get("/health/ready"), task -> new Thread(task).start()));
            }
            for (int i = 0; i < 10; i++) {
                assertEquals(200, sidecar.get("/health/live").status());
            }
            assertTrue(waiting.stream().noneMatch(CompletableFuture::isDone));
            sidecar.report("workers:0|g");
            assertEquals(
                    "NoWorkers", sidecar.get("/health/ready").json().get("code").asString());
        }
    }

    @Test
    void probesThatShareATimeout_allGetIt() throws Exception {
        try (ServerSocket hanging = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            sidecar.start(
                    "--application-health-ready-url=http://127.0.0.1:" + hanging.getLocalPort(),
                    "--application-health-ready-timeout=300ms");
            sidecar.report("workers:3|g");
            List<CompletableFuture<HttpResponse>> waiting = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                waiting.add(CompletableFuture.supplyAsync(
                        () -> sidecar.get("/health/ready"), task -> new Thread(task).start()));
            }
            for (CompletableFuture<HttpResponse> answer : waiting) {
                assertEquals("ServiceNotReady", answer.get().json().get("code").asString());
            }
        }
    }

    @Test
    void unknownPath_isNotFound() throws Exception {
        sidecar.start();
        for (String path :
                List.of("/index.html", "/metrics/", "/health", "/health/live/", "/health/live/x", "/Health/live")) {
            assertEquals(404, sidecar.get(path).status(), path);
            assertEquals("no-store", sidecar.get(path).header("cache-control"), path);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH", "TRACE", "BREW"})
    void otherMethod_isNotAllowed(String method) throws Exception {
        sidecar.start();
        HttpResponse answer = sidecar.request(method, "/health/live");
        assertEquals(405, answer.status());
        assertEquals("GET, HEAD, OPTIONS", answer.header("allow"));
        assertEquals(404, sidecar.request(method, "/nowhere").status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"HEAD", "OPTIONS"})
    void headAndOptions_haveTheStatusOfGet_andNoBody(String method) throws Exception {
        sidecar.start();
        sidecar.report("workers:3|g");
        for (String path : List.of(
                "/health/live",
                "/health/ready",
                "/livez",
                "/metrics",
                "/status",
                "/",
                "/nowhere",
                "/health/live?verbose")) {
            HttpResponse answer = sidecar.request(method, path);
            assertEquals(sidecar.get(path).status(), answer.status(), path);
            assertEquals("", answer.body(), path);
            assertEquals("no-store", answer.header("cache-control"), path);
        }
        sidecar.report("workers:0|g");
        assertEquals(422, sidecar.request(method, "/health/live").status());
        // Load balancers ask for this when nobody set a path.
        assertEquals(422, sidecar.request(method, "/").status());
        assertEquals(200, sidecar.get("/").status());
    }

    @Test
    void livez_isHealthy_withoutWorkers() throws Exception {
        sidecar.start();
        assertEquals(200, sidecar.get("/livez").status());
    }

    @Test
    void otherQueries_areIgnored() throws Exception {
        sidecar.start();
        sidecar.report("workers:3|g");
        assertEquals(
                "{}", sidecar.get("/health/live?nonsense=1&verbosex&x=verbose").body());
        for (String query : List.of("verbose", "verbose=", "verbose=true", "a=b&verbose", "verbose&a=b")) {
            assertTrue(sidecar.get("/health/live?" + query).json().has("state"), query);
        }
    }

    @Test
    void silentSource_isStaleAfterItsLease() throws Exception {
        sidecar.start();
        sidecar.report("workers.lease:5000|g\nworkers:3|g");
        sidecar.leap(900, 4000);
        assertEquals(200, sidecar.get("/health/live").status());
        sidecar.leap(900, 1200);
        Await.until(() -> sidecar.get("/health/live").status() == 422, sidecar::log);
        assertTrue(sidecar.get("/health/live")
                .json()
                .get("description")
                .asString()
                .startsWith("Last report from 127.0.0.1:"));
        assertEquals(
                "stale", sidecar.get("/health/live?verbose").json().get("state").asString());
        sidecar.report("workers.lease:5000|g\nworkers:3|g");
        assertEquals(200, sidecar.get("/health/live").status());
    }

    @Test
    void ownPause_isLogged_andEndsNoLease() throws Exception {
        sidecar.start();
        sidecar.report("workers.lease:5000|g\nworkers:3|g");
        sidecar.clock().addAndGet(Duration.ofSeconds(20).toNanos());
        assertEquals(200, sidecar.get("/health/live").status());
        Await.until(() -> sidecar.log().contains("process was paused for 20 s"), sidecar::log);
        assertEquals(200, sidecar.get("/health/live").status());
        assertFalse(sidecar.log().contains("stale"));
    }

    private static String response(String status, String contentType, String body) {
        return "HTTP/1.1 " + status + "\r\nContent-Type: " + contentType + "\r\nContent-Length: " + body.length()
                + "\r\nConnection: close\r\n\r\n" + body;
    }

    private static ServerSocket serve(ConcurrentLinkedQueue<String> answers) throws IOException {
        ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(() -> {
            while (!server.isClosed()) {
                try (Socket socket = server.accept()) {
                    BufferedReader head = new BufferedReader(
                            new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
                    for (String line = head.readLine(); !line.isEmpty(); line = head.readLine()) {
                        assertTrue(line.length() < 1000);
                    }
                    OutputStream out = socket.getOutputStream();
                    out.write(answers.remove().getBytes(StandardCharsets.UTF_8));
                    out.flush();
                } catch (IOException closed) {
                    return;
                }
            }
        });
        thread.setDaemon(true);
        thread.start();
        return server;
    }
}
