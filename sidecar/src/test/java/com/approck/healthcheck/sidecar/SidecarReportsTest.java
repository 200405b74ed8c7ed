package com.approck.healthcheck.sidecar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** What {@code ?verbose}, {@code /metrics}, {@code /status} and the page show. */
final class SidecarReportsTest {

    @RegisterExtension
    final RunningSidecar sidecar = new RunningSidecar();

    @Test
    void verbose_showsEverySourceAndCounter() throws Exception {
        sidecar.start("--min-workers", "2", "--metric", "x\"<y");
        sidecar.report(
                "workers.lease:5000|g\nworkers:3|g\nworkers.pool.a\"<b:3|g\nworkers.pool.a\"<b.busy:1|g\nworkers:x|g");
        sidecar.report("x\"<y:4|g\nfoo:1|c");
        JsonNode verbose = sidecar.get("/health/live?verbose").json();
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
        sidecar.start(
                () -> {
                    if (Thread.currentThread().getName().equals("receiver")) {
                        awaitUninterruptibly(look);
                    }
                    return sidecar.clock().get();
                },
                List.of());
        byte[] bytes = "workers:3|g".getBytes(StandardCharsets.UTF_8);
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            Await.until(
                    () -> {
                        for (int i = 0; i < 1000; i++) {
                            socket.send(new DatagramPacket(bytes, bytes.length, sidecar.statsdAddress()));
                        }
                        return sidecar.get("/health/live?verbose")
                                        .json()
                                        .get("kernel_drops")
                                        .asLong()
                                > 0;
                    },
                    sidecar::log);
        }
        long drops =
                sidecar.get("/health/live?verbose").json().get("kernel_drops").asLong();
        assertEquals(
                drops,
                sidecar.get("/health/ready?verbose").json().get("kernel_drops").asLong());
        assertEquals(drops, sidecar.get("/status").json().get("kernel_drops").asLong());
        String metric = "healthcheck_kernel_dropped_datagrams_total " + drops + "\n";
        assertTrue(sidecar.get("/metrics").body().contains(metric), metric);
        look.countDown();
    }

    @Test
    void verboseNoWorkers_hasCodeAndDescriptionToo() throws Exception {
        sidecar.start();
        HttpResponse answer = sidecar.get("/health/live?verbose");
        assertEquals(422, answer.status());
        assertEquals("NoWorkers", answer.json().get("code").asString());
        assertEquals("never heard", answer.json().get("state").asString());
    }

    @Test
    void metrics_showEverySourceCounterAndProbe() throws Exception {
        sidecar.start();
        sidecar.report(
                "workers.lease:5000|g\nworkers:3|g\nworkers.pool.a\"<b:3|g\nworkers.pool.a\"<b.busy:1|g\nworkers:x|g");
        sidecar.report("gunicorn.workers:4|g\nfoo:1|c");
        sidecar.get("/health/live");
        HttpResponse answer = sidecar.get("/metrics");
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
    void metrics_countTransitionsAndProbes() throws Exception {
        sidecar.start();
        Await.until(() -> sidecar.log().contains("No report about workers"), sidecar::log);
        sidecar.report("workers:3|g");
        Await.until(() -> sidecar.log().contains("live and ready: 200"), sidecar::log);
        sidecar.report("workers:0|g");
        Await.until(() -> sidecar.log().contains("no able worker"), sidecar::log);
        for (int i = 0; i < 3; i++) {
            sidecar.get("/health/ready");
        }
        String transitions = "healthcheck_verdict_transitions_total{probe=\"live\"} 2\n";
        Await.until(() -> sidecar.get("/metrics").body().contains(transitions), sidecar::log);
        // A probe is counted once its answer is out, which who asked may see first.
        String probes = "healthcheck_probe_duration_seconds_count{probe=\"ready\",status=\"422\"} 3\n";
        Await.until(() -> sidecar.get("/metrics").body().contains(probes), sidecar::log);
        String last = "healthcheck_probe_duration_seconds_bucket{probe=\"ready\",status=\"422\",le=\"+Inf\"} 3\n";
        assertTrue(sidecar.get("/metrics").body().contains(last));
    }

    @Test
    void longestNames_growNoAnswer() throws Exception {
        sidecar.start();
        // Each of these bytes takes two in Prometheus' text, and six in JSON.
        for (int i = 0; i < 200; i++) {
            StringBuilder pools = new StringBuilder("workers.lease:5000|g");
            for (int pool = 0; pool < 60; pool++) {
                String name = "\"\\".repeat(30) + "\u0001".repeat(60) + pool;
                for (String number : List.of("", ".alive", ".busy", ".stuck", ".queued", ".capacity")) {
                    pools.append("\nworkers.pool.").append(name).append(number).append(":1|g");
                }
            }
            sidecar.report(pools.toString());
        }
        for (String path : List.of("/health/live?verbose", "/status")) {
            HttpResponse answer = sidecar.get(path);
            assertTrue(answer.json().get("truncated").asBoolean(), path);
            assertTrue(
                    answer.body().length() < 150_000,
                    () -> path + ": " + answer.body().length());
        }
        String metrics = sidecar.get("/metrics").body();
        assertTrue(metrics.endsWith("healthcheck_truncated 1\n"), metrics);
        assertTrue(metrics.length() < 150_000, () -> "" + metrics.length());
    }

    @Test
    void floodOfSources_growsNoMetrics() throws Exception {
        sidecar.start();
        StringBuilder pools = new StringBuilder("workers.lease:5000|g");
        for (int i = 0; i < 60; i++) {
            pools.append("\nworkers.pool.p").append(i).append(":1|g");
        }
        for (int i = 0; i < 250; i++) {
            sidecar.report(pools.toString());
        }
        String body = sidecar.get("/metrics").body();
        assertTrue(body.contains("healthcheck_truncated 1\n"));
        assertEquals(100, count(body, "healthcheck_source_current{"));
        assertEquals(200, count(body, "healthcheck_pool_able{"));
    }

    @Test
    void status_showsVerdictsHistoryAndTransitions() throws Exception {
        sidecar.start();
        Await.until(() -> sidecar.log().contains("No report about workers"), sidecar::log);
        sidecar.report("workers:3|g\nworkers.pool.a:3|g\nworkers.pool.a.capacity:4|g\nworkers.pool.a.busy:2|g");
        Await.until(() -> sidecar.log().contains("live and ready: 200"), sidecar::log);
        sidecar.leap(900, 1800);
        JsonNode status = sidecar.get("/status").json();
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
        sidecar.start();
        HttpResponse page = sidecar.get("/");
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

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
