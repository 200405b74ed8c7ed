package com.approck.healthcheck.sidecar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.approck.healthcheck.sidecar.config.ParseResult;
import com.approck.healthcheck.sidecar.config.SettingsReader;
import com.approck.healthcheck.sidecar.text.Log;
import com.approck.healthcheck.sidecar.text.Ticker;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The stages together, in this process, by real sockets. */
final class SidecarTest {
    private static final JsonMapper JSON = new JsonMapper();

    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    /** The time of leases, which goes by when the test says so. */
    private final AtomicLong clock = new AtomicLong();

    private Sidecar sidecar;

    @AfterEach
    void stop() {
        if (sidecar != null) {
            sidecar.close();
        }
    }

    // The answers of the Python original.

    @ParameterizedTest
    @ValueSource(strings = {"/health/live", "/health/ready"})
    void nothingHeard_isNoWorkers(String path) throws Exception {
        start();
        ReadinessResult answer = get(path);
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
    void workers_areWell_andZeroIsNoWorkers(String name) throws Exception {
        start();
        hear(name + ":3|g");
        for (String path : List.of("/health/live", "/health/ready")) {
            assertEquals(200, get(path).status());
            assertEquals("{}", get(path).body());
        }
        hear(name + ":0|g");
        for (String path : List.of("/health/live", "/health/ready")) {
            assertEquals("NoWorkers", get(path).json().get("code").asString());
        }
    }

    @Test
    void readyUrl_decidesReady_butNotLive() throws Exception {
        ConcurrentLinkedQueue<String> answers = new ConcurrentLinkedQueue<>(List.of(
                response("200 OK", "application/json", "{\"db\":\"ok\"}"),
                response("500 Oops", "application/json; charset=utf-8", "{\"db\":\"error\"}"),
                response("503 Busy", "text/plain", "down \"now\"")));
        try (ServerSocket application = serve(answers)) {
            start(
                    "--application-health-ready-url=http://127.0.0.1:" + application.getLocalPort() + "/r",
                    "--application-health-ready-timeout=20s");
            assertEquals("NoWorkers", get("/health/ready").json().get("code").asString());
            assertEquals(3, answers.size());
            hear("workers:3|g");
            Await.until(() -> log().contains("live and ready: 200"), this::log);

            assertEquals("{\"db\":\"ok\"}", get("/health/ready").body());

            ReadinessResult error = awaitCall("/health/ready");
            assertEquals(422, error.status());
            assertEquals("ServiceNotReady", error.json().get("code").asString());
            assertEquals("error", error.json().get("fields").get("db").asString());
            assertTrue(error.json().get("description").asString().endsWith("/r answered 500."));
            assertEquals(200, get("/health/live").status());

            String calls = get("/metrics").body();
            assertTrue(calls.contains("healthcheck_ready_url_calls_total{result=\"ready\"} 1\n"), calls);
            assertTrue(calls.contains("healthcheck_ready_url_calls_total{result=\"not_ready\"} 1\n"), calls);

            JsonNode status = get("/status").json();
            assertEquals("ServiceNotReady", status.get("ready").get("code").asString());
            assertEquals(422, status.get("application").get("status").asInt());
            assertEquals(
                    "application",
                    status.get("transitions").get(0).get("subject").asString());
            assertEquals(1, answers.size());

            JsonNode verbose = awaitCall("/health/ready?verbose").json();
            assertEquals("ServiceNotReady", verbose.get("code").asString());
            assertEquals("down \"now\"", verbose.get("non_field_errors").get(0).asString());
            assertEquals("alive", verbose.get("state").asString());
        }
    }

    @Test
    void hangingReadyUrl_holdsUpNothingElse() throws Exception {
        try (ServerSocket hanging = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            start(
                    "--application-health-ready-url=http://127.0.0.1:" + hanging.getLocalPort(),
                    "--application-health-ready-timeout=1m");
            hear("workers:3|g");
            List<CompletableFuture<ReadinessResult>> waiting = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                waiting.add(
                        CompletableFuture.supplyAsync(() -> get("/health/ready"), task -> new Thread(task).start()));
            }
            for (int i = 0; i < 10; i++) {
                assertEquals(200, get("/health/live").status());
            }
            assertTrue(waiting.stream().noneMatch(CompletableFuture::isDone));
            hear("workers:0|g");
            assertEquals("NoWorkers", get("/health/ready").json().get("code").asString());
        }
    }

    @Test
    void probesThatShareATimeOut_allGetIt() throws Exception {
        try (ServerSocket hanging = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            start(
                    "--application-health-ready-url=http://127.0.0.1:" + hanging.getLocalPort(),
                    "--application-health-ready-timeout=300ms");
            hear("workers:3|g");
            List<CompletableFuture<ReadinessResult>> waiting = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                waiting.add(
                        CompletableFuture.supplyAsync(() -> get("/health/ready"), task -> new Thread(task).start()));
            }
            for (CompletableFuture<ReadinessResult> answer : waiting) {
                assertEquals("ServiceNotReady", answer.get().json().get("code").asString());
            }
        }
    }

    // What the answers look like.

    @Test
    void unknownPath_isNotFound() throws Exception {
        start();
        for (String path :
                List.of("/index.html", "/metrics/", "/health", "/health/live/", "/health/live/x", "/Health/live")) {
            assertEquals(404, get(path).status(), path);
            assertEquals("no-store", get(path).header("cache-control"), path);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH", "TRACE", "BREW"})
    void otherMethod_isNotAllowed(String method) throws Exception {
        start();
        ReadinessResult answer = request(method, "/health/live");
        assertEquals(405, answer.status());
        assertEquals("GET, HEAD, OPTIONS", answer.header("allow"));
        assertEquals(404, request(method, "/nowhere").status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"HEAD", "OPTIONS"})
    void headAndOptions_haveTheStatusOfGet_andNoBody(String method) throws Exception {
        start();
        hear("workers:3|g");
        for (String path : List.of(
                "/health/live",
                "/health/ready",
                "/livez",
                "/metrics",
                "/status",
                "/",
                "/nowhere",
                "/health/live?verbose")) {
            ReadinessResult answer = request(method, path);
            assertEquals(get(path).status(), answer.status(), path);
            assertEquals("", answer.body(), path);
            assertEquals("no-store", answer.header("cache-control"), path);
        }
        hear("workers:0|g");
        assertEquals(422, request(method, "/health/live").status());
        // Load balancers ask for this when nobody set a path.
        assertEquals(422, request(method, "/").status());
        assertEquals(200, get("/").status());
    }

    @Test
    void livez_isWell_withoutWorkers() throws Exception {
        start();
        assertEquals(200, get("/livez").status());
    }

    @Test
    void otherQueries_areIgnored() throws Exception {
        start();
        hear("workers:3|g");
        assertEquals("{}", get("/health/live?nonsense=1&verbosex&x=verbose").body());
        for (String query : List.of("verbose", "verbose=", "verbose=true", "a=b&verbose", "verbose&a=b")) {
            assertTrue(get("/health/live?" + query).json().has("state"), query);
        }
    }

    @Test
    void verbose_showsEverySourceAndCounter() throws Exception {
        start("--min-workers", "2", "--metric", "x\"<y");
        hear("workers.lease:5000|g\nworkers:3|g\nworkers.pool.a\"<b:3|g\nworkers.pool.a\"<b.busy:1|g\nworkers:x|g");
        hear("x\"<y:4|g\nfoo:1|c");
        JsonNode verbose = get("/health/live?verbose").json();
        assertEquals("alive", verbose.get("state").asString());
        assertEquals(7, verbose.get("workers").asInt());
        assertEquals(2, verbose.get("min_workers").asInt());
        assertEquals(2, verbose.get("sources_current").asInt());
        assertEquals(1, verbose.get("min_sources").asInt());
        assertFalse(verbose.get("draining").asBoolean());
        assertFalse(verbose.get("truncated").asBoolean());
        assertTrue(verbose.get("uptime_ms").asLong() >= 0);
        JsonNode shared = verbose.get("sources").get(0);
        assertEquals("x\"<y", shared.get("name").asString());
        assertFalse(shared.has("lease_ms"));
        JsonNode leased = verbose.get("sources").get(1);
        assertEquals("workers", leased.get("name").asString());
        assertTrue(leased.get("address").asString().startsWith("127.0.0.1:"));
        assertEquals(5000, leased.get("lease_ms").asInt());
        assertEquals(3, leased.get("workers").asInt());
        assertTrue(leased.get("age_ms").asLong() >= 0);
        assertTrue(leased.get("current").asBoolean());
        JsonNode pool = leased.get("pools").get(0);
        assertEquals("a\"<b", pool.get("name").asString());
        assertEquals(3, pool.get("able").asInt());
        assertEquals(1, pool.get("busy").asInt());
        assertFalse(pool.has("queued"));
        JsonNode counters = verbose.get("counters");
        assertEquals(2, counters.get("datagrams").asInt());
        assertEquals(7, counters.get("lines").asInt());
        assertEquals(5, counters.get("gauges").asInt());
        assertEquals(1, counters.get("bad_value").asInt());
        assertEquals(1, counters.get("ignored_name").asInt());
    }

    @Test
    void datagramsThatTheKernelDropped_areShown() throws Exception {
        assumeTrue(Files.exists(Path.of("/proc/net/udp")), "the kernel does not tell");
        CountDownLatch look = new CountDownLatch(1);
        start(
                () -> {
                    if (Thread.currentThread().getName().equals("receiver")) {
                        awaitUninterruptibly(look);
                    }
                    return clock.get();
                },
                List.of());
        byte[] bytes = "workers:3|g".getBytes(StandardCharsets.UTF_8);
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            Await.until(
                    () -> {
                        for (int i = 0; i < 1000; i++) {
                            socket.send(new DatagramPacket(bytes, bytes.length, sidecar.statsdAddress()));
                        }
                        return get("/health/live?verbose")
                                        .json()
                                        .get("kernel_drops")
                                        .asLong()
                                > 0;
                    },
                    this::log);
        }
        long drops = get("/health/live?verbose").json().get("kernel_drops").asLong();
        assertEquals(
                drops, get("/health/ready?verbose").json().get("kernel_drops").asLong());
        assertEquals(drops, get("/status").json().get("kernel_drops").asLong());
        String metric = "healthcheck_kernel_dropped_datagrams_total " + drops + "\n";
        assertTrue(get("/metrics").body().contains(metric), metric);
        look.countDown();
    }

    @Test
    void verboseNoWorkers_hasCodeAndDescriptionToo() throws Exception {
        start();
        ReadinessResult answer = get("/health/live?verbose");
        assertEquals(422, answer.status());
        assertEquals("NoWorkers", answer.json().get("code").asString());
        assertEquals("never heard", answer.json().get("state").asString());
    }

    @Test
    void metrics_tellEverySourceCounterAndProbe() throws Exception {
        start();
        hear("workers.lease:5000|g\nworkers:3|g\nworkers.pool.a\"<b:3|g\nworkers.pool.a\"<b.busy:1|g\nworkers:x|g");
        hear("gunicorn.workers:4|g\nfoo:1|c");
        get("/health/live");
        ReadinessResult answer = get("/metrics");
        assertEquals(200, answer.status());
        assertEquals("text/plain; version=0.0.4; charset=utf-8", answer.header("content-type"));
        List<String> lines = answer.body().lines().toList();
        for (String expected : List.of(
                "healthcheck_workers 7",
                "healthcheck_sources 2",
                "healthcheck_probe_success{probe=\"live\"} 1",
                "healthcheck_state{state=\"alive\"} 1",
                "healthcheck_source_workers{source=\"\",name=\"gunicorn.workers\"} 4",
                "healthcheck_bad_lines_total{reason=\"value\"} 1",
                "healthcheck_ignored_lines_total{reason=\"name\"} 1",
                "healthcheck_datagrams_total 2",
                "healthcheck_gauges_total 5",
                "healthcheck_kernel_dropped_datagrams_total 0",
                "healthcheck_truncated 0")) {
            assertTrue(lines.contains(expected), () -> expected + " in " + answer.body());
        }
        assertTrue(
                answer.body()
                        .matches("(?s).*healthcheck_pool_busy\\{source=\"127.0.0.1:\\d+\",name=\"workers\","
                                + "pool=\"a\\\\\"<b\"\\} 1\n.*"),
                answer::body);
        assertFalse(answer.body().contains("healthcheck_pool_queued{"));
    }

    @Test
    void metrics_countFlipsAndProbes() throws Exception {
        start();
        Await.until(() -> log().contains("No report about workers"), this::log);
        hear("workers:3|g");
        Await.until(() -> log().contains("live and ready: 200"), this::log);
        hear("workers:0|g");
        Await.until(() -> log().contains("no able worker"), this::log);
        for (int i = 0; i < 3; i++) {
            get("/health/ready");
        }
        String flips = "healthcheck_verdict_transitions_total{probe=\"live\"} 2\n";
        Await.until(() -> get("/metrics").body().contains(flips), this::log);
        // A probe is counted once its answer is out, which who asked may see first.
        String probes = "healthcheck_probe_duration_seconds_count{probe=\"ready\",status=\"422\"} 3\n";
        Await.until(() -> get("/metrics").body().contains(probes), this::log);
        String last = "healthcheck_probe_duration_seconds_bucket{probe=\"ready\",status=\"422\",le=\"+Inf\"} 3\n";
        assertTrue(get("/metrics").body().contains(last));
    }

    @Test
    void longestNames_growNoAnswer() throws Exception {
        start();
        // Each of these bytes takes two in Prometheus' text, and six in JSON.
        for (int i = 0; i < 200; i++) {
            StringBuilder pools = new StringBuilder("workers.lease:5000|g");
            for (int pool = 0; pool < 60; pool++) {
                String name = "\"\\".repeat(30) + "\u0001".repeat(60) + pool;
                for (String number : List.of("", ".alive", ".busy", ".stuck", ".queued", ".capacity")) {
                    pools.append("\nworkers.pool.").append(name).append(number).append(":1|g");
                }
            }
            hear(pools.toString());
        }
        for (String path : List.of("/health/live?verbose", "/status")) {
            ReadinessResult answer = get(path);
            assertTrue(answer.json().get("truncated").asBoolean(), path);
            assertTrue(
                    answer.body().length() < 150_000,
                    () -> path + ": " + answer.body().length());
        }
        String metrics = get("/metrics").body();
        assertTrue(metrics.endsWith("healthcheck_truncated 1\n"), metrics);
        assertTrue(metrics.length() < 150_000, () -> "" + metrics.length());
    }

    @Test
    void floodOfSources_growsNoMetrics() throws Exception {
        start();
        StringBuilder pools = new StringBuilder("workers.lease:5000|g");
        for (int i = 0; i < 60; i++) {
            pools.append("\nworkers.pool.p").append(i).append(":1|g");
        }
        for (int i = 0; i < 250; i++) {
            hear(pools.toString());
        }
        String body = get("/metrics").body();
        assertTrue(body.contains("healthcheck_truncated 1\n"));
        assertEquals(100, count(body, "healthcheck_source_current{"));
        assertEquals(200, count(body, "healthcheck_pool_able{"));
    }

    @Test
    void status_tellsVerdictsHistoryAndFlips() throws Exception {
        start();
        Await.until(() -> log().contains("No report about workers"), this::log);
        hear("workers:3|g\nworkers.pool.a:3|g\nworkers.pool.a.capacity:4|g\nworkers.pool.a.busy:2|g");
        Await.until(() -> log().contains("live and ready: 200"), this::log);
        leap(900, 1800);
        JsonNode status = get("/status").json();
        assertEquals(200, status.get("live").get("status").asInt());
        assertEquals(200, status.get("ready").get("status").asInt());
        assertFalse(status.has("application"));
        assertEquals(
                "a",
                status.get("sources").get(0).get("pools").get(0).get("name").asString());
        JsonNode history = status.get("history");
        int last = history.get("able").size() - 1;
        assertTrue(last >= 0, status::toString);
        for (Map.Entry<String, Integer> number : Map.of(
                        "able", 3, "capacity", 4, "busy", 2, "stuck", 0, "queued", 0, "live", 1, "ready", 1)
                .entrySet()) {
            assertEquals(
                    number.getValue(), history.get(number.getKey()).get(last).asInt(), number.getKey());
        }
        assertEquals(0, history.get("age_ms").get(last).asLong(), status::toString);
        assertEquals(
                "live and ready",
                status.get("transitions").get(0).get("subject").asString());
        assertEquals(200, status.get("transitions").get(0).get("status").asInt());
        assertEquals(422, status.get("transitions").get(1).get("status").asInt());
    }

    @Test
    void statusPage_mayRunItsOwnScriptAlone() throws Exception {
        start();
        ReadinessResult page = get("/");
        assertEquals(200, page.status());
        assertEquals("text/html; charset=utf-8", page.header("content-type"));
        assertEquals("nosniff", page.header("x-content-type-options"));
        assertTrue(
                page.header("content-security-policy")
                        .matches("default-src 'none'; script-src 'sha256-[^' ]+'; style-src 'sha256-[^' ]+'; "
                                + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
                page.header("content-security-policy"));
    }

    private static long count(String body, String start) {
        return body.lines().filter(line -> line.startsWith(start)).count();
    }

    @Test
    void longAnswersThatNobodyReads_areFew_andEnd() throws Exception {
        start();
        StringBuilder pools = new StringBuilder("workers.lease:60000|g");
        for (int i = 0; i < 60; i++) {
            pools.append("\nworkers.pool.").append("x".repeat(100)).append(i).append(":1|g");
        }
        for (int i = 0; i < 100; i++) {
            hear(pools.toString());
        }
        List<Socket> deaf = new ArrayList<>();
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
                deaf.add(socket);
            }
            Await.until(() -> get("/metrics").status() == 503, this::log);
            assertEquals(200, get("/health/live").status());
            // Those that were turned away meanwhile may have their turn, and their end, next.
            Await.until(
                    () -> {
                        leap(3000, 6000);
                        return get("/metrics").status() == 200;
                    },
                    this::log);
        } finally {
            for (Socket socket : deaf) {
                socket.close();
            }
        }
    }

    @Test
    void keptAliveConnection_isAnsweredManyTimes_alsoWhenPipelined() throws Exception {
        start();
        hear("workers:3|g");
        try (Socket socket = connect()) {
            String request = "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n";
            for (int i = 0; i < 50; i++) {
                socket.getOutputStream().write((request + request).getBytes(StandardCharsets.US_ASCII));
                assertEquals(
                        "{}",
                        ReadinessResult.read(socket.getInputStream(), true).body());
                assertEquals(
                        "{}",
                        ReadinessResult.read(socket.getInputStream(), true).body());
            }
        }
    }

    // Junk.

    @Test
    void junkDatagrams_changeOnlyCounters() throws Exception {
        start();
        hear("workers:3|g");
        hear("");
        hear("\u0000\u0001\u0002\u00ff:|g\n::::\n|||");
        hear("x".repeat(65_507));
        hear("workers:" + "9".repeat(60_000) + "|g");
        assertEquals("{}", get("/health/live").body());
        JsonNode verbose = get("/health/live?verbose").json();
        assertEquals(3, verbose.get("workers").asInt());
        assertEquals(5, verbose.get("counters").get("datagrams").asInt());
        assertEquals(1, verbose.get("counters").get("bad_value").asInt());
        assertEquals(0, verbose.get("counters").get("failures").asInt());
    }

    @Test
    void junkRequests_harmNobodyElse() throws Exception {
        start();
        hear("workers:3|g");
        for (String junk :
                List.of("\r\n\r\n", "GET\r\n\r\n", "\u0000\u0001", "GET /" + "x".repeat(100_000) + " HTTP/1.1")) {
            try (Socket socket = connect()) {
                socket.getOutputStream().write(junk.getBytes(StandardCharsets.ISO_8859_1));
                assertEquals("{}", get("/health/live").body());
            } catch (IOException expected) {
                // It may hang up on us while we still write.
                assertEquals("{}", get("/health/live").body());
            }
        }
    }

    @Test
    void connectionsThatSayNothing_holdUpNobody() throws Exception {
        start();
        List<Socket> silent = new ArrayList<>();
        try {
            for (int i = 0; i < 200; i++) {
                silent.add(connect());
            }
            assertEquals(422, get("/health/live").status());
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
    }

    @Test
    void bodyThatNeverComes_isNotWaitedForLong() throws Exception {
        start();
        try (Socket socket = connect()) {
            String head = "GET /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            assertEquals(
                    200, ReadinessResult.read(socket.getInputStream(), true).status());
            assertEquals(-1, socket.getInputStream().read());
        }
    }

    // Time.

    @Test
    void silentSource_isStaleAfterItsLease() throws Exception {
        start();
        hear("workers.lease:5000|g\nworkers:3|g");
        leap(900, 4000);
        assertEquals(200, get("/health/live").status());
        leap(900, 1200);
        Await.until(() -> get("/health/live").status() == 422, this::log);
        assertTrue(get("/health/live").json().get("description").asString().startsWith("Last report from 127.0.0.1:"));
        assertEquals("stale", get("/health/live?verbose").json().get("state").asString());
        hear("workers.lease:5000|g\nworkers:3|g");
        assertEquals(200, get("/health/live").status());
    }

    @Test
    void ownPause_isSaid_andEndsNoLease() throws Exception {
        start();
        hear("workers.lease:5000|g\nworkers:3|g");
        clock.addAndGet(Duration.ofSeconds(20).toNanos());
        assertEquals(200, get("/health/live").status());
        Await.until(() -> log().contains("process was paused for 20 s"), this::log);
        assertEquals(200, get("/health/live").status());
        assertFalse(log().contains("stale"));
    }

    // The end.

    @Test
    void stop_isNotReadyButLive_forTheDrain_thenTheEnd() throws Exception {
        start("--drain", "300ms");
        hear("workers:3|g");
        sidecar.stop("SIGTERM");
        assertEquals("ShuttingDown", get("/health/ready").json().get("code").asString());
        assertEquals(200, get("/health/live").status());
        hear("workers:0|g");
        assertEquals(200, get("/health/live").status());
        assertTrue(get("/health/ready?verbose").json().get("draining").asBoolean());
        assertEquals(ExitCode.OK, sidecar.await());
    }

    @Test
    void stop_withoutDrain_isTheEnd() throws Exception {
        start();
        sidecar.stop("SIGTERM");
        assertEquals(ExitCode.OK, sidecar.await());
    }

    @Test
    void secondStop_isTheEndAtOnce() throws Exception {
        start("--drain", "1h");
        sidecar.stop("SIGTERM");
        sidecar.stop("SIGTERM");
        assertEquals(ExitCode.OK, sidecar.await());
    }

    // The log.

    @Test
    void flips_areLoggedWithTheirReason_onceEach() throws Exception {
        start();
        Await.until(() -> log().contains("No report about workers"), this::log);
        hear("workers:3|g");
        Await.until(() -> log().contains("live and ready: 200"), this::log);
        hear("workers:3|g");
        hear("workers:0|g");
        Await.until(() -> log().contains("no able worker"), this::log);
        List<String> flips =
                log().lines().filter(line -> line.contains(" live")).toList();
        assertEquals(3, flips.size(), this::log);
        assertTrue(flips.get(0).contains(" INFO live and ready: 422 NoWorkers: No report about workers"), this::log);
        assertTrue(flips.get(2).contains(" INFO live and ready: 422 NoWorkers: There has been no able"), this::log);
    }

    @Test
    void start_isLogged_withTheBoundAddresses() throws Exception {
        start();
        String first = log().lines()
                .filter(line -> line.contains("listening"))
                .findFirst()
                .orElseThrow();
        assertTrue(
                first.matches("\\S+ INFO listening http://127\\.0\\.0\\.1:\\d+ statsd://127\\.0\\.0\\.1:\\d+"
                        + " \\(receive buffer \\d+ bytes\\)"),
                first);
    }

    @Test
    void openStatsd_isWarnedOf() throws Exception {
        start("--statsd-host", "0.0.0.0");
        // Both families have one socket, where the kernel has both.
        assertTrue(
                log().matches("(?s).*WARN StatsD has no authentication: any host that reaches (\\[::]|0.0.0.0):.*"),
                log());
    }

    private void start(String... args) throws Exception {
        start(clock::get, List.of(args));
    }

    private void start(Ticker ticker, List<String> args) throws Exception {
        List<String> all = new ArrayList<>(
                List.of("--host", "127.0.0.1", "--port=0", "--statsd-host=127.0.0.1", "--statsd-port=0"));
        all.addAll(args);
        ParseResult outcome = SettingsReader.read(all.toArray(new String[0]), Map.of());
        sidecar = new Sidecar(
                ((ParseResult.Run) outcome).settings(),
                ticker,
                new Log(new PrintStream(log, true, StandardCharsets.UTF_8)::print, 0));
        sidecar.logListening();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Lets time jump in steps that are no pause. */
    private void leap(long stepMillis, long millis) throws Exception {
        for (long left = millis; left > 0; left -= stepMillis) {
            long turns = sidecar.turns();
            clock.addAndGet(Math.min(stepMillis, left) * 1_000_000L);
            // The first may have read the clock before, the second has; both are over when the third begins.
            Await.until(() -> sidecar.turns() > turns + 2, this::log);
        }
    }

    /** Sends a datagram, and waits until it was taken. */
    private void hear(String datagram) throws Exception {
        long before = datagrams();
        byte[] bytes = datagram.getBytes(StandardCharsets.UTF_8);
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            socket.send(new DatagramPacket(bytes, bytes.length, sidecar.statsdAddress()));
        }
        Await.until(() -> datagrams() == before + 1, this::log);
    }

    private long datagrams() {
        return get("/health/live?verbose")
                .json()
                .get("counters")
                .get("datagrams")
                .asLong();
    }

    /** A probe that is answered by a call of its own, not by the one that is about to end. */
    private ReadinessResult awaitCall(String path) throws Exception {
        ReadinessResult[] last = new ReadinessResult[1];
        Await.until(
                () -> {
                    last[0] = get(path);
                    return !last[0].body().contains("has not answered yet");
                },
                this::log);
        return last[0];
    }

    private String log() {
        return log.toString(StandardCharsets.UTF_8);
    }

    private ReadinessResult get(String path) {
        return request("GET", path);
    }

    private ReadinessResult request(String method, String path) {
        try (Socket socket = connect()) {
            String request =
                    method + " " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return ReadinessResult.read(socket.getInputStream(), method.equals("GET"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(
                sidecar.httpAddress().getAddress(), sidecar.httpAddress().getPort());
        socket.setSoTimeout(30_000);
        return socket;
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

    /** One response, read to the byte. */
    private record ReadinessResult(int status, Map<String, String> headers, String body) {
        static ReadinessResult read(InputStream in, boolean hasBody) throws IOException {
            String[] first = line(in).split(" ", 3);
            Map<String, String> headers = new HashMap<>();
            for (String line = line(in); !line.isEmpty(); line = line(in)) {
                int colon = line.indexOf(": ");
                headers.put(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 2));
            }
            int length = hasBody ? Integer.parseInt(headers.get("content-length")) : 0;
            String body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
            if (!hasBody && "close".equalsIgnoreCase(headers.get("connection"))) {
                body = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            }
            return new ReadinessResult(Integer.parseInt(first[1]), headers, body);
        }

        String header(String name) {
            return headers.get(name);
        }

        JsonNode json() {
            return JSON.readTree(body);
        }

        private static String line(InputStream in) throws IOException {
            StringBuilder line = new StringBuilder();
            for (int c = in.read(); c != '\n'; c = in.read()) {
                if (c < 0) {
                    throw new IOException("closed after " + line);
                }
                if (c != '\r') {
                    line.append((char) c);
                }
            }
            return line.toString();
        }
    }
}
