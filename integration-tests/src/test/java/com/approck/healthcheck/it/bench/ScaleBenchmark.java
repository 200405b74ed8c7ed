package com.approck.healthcheck.it.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.bench.SidecarMeasurements.Effort;
import com.approck.healthcheck.it.bench.SidecarMeasurements.Running;
import com.approck.healthcheck.it.support.BuiltJars;
import com.approck.healthcheck.it.support.LoadBalancers;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Http;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import com.approck.healthcheck.it.support.process.Tool;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/**
 * A fleet around one sidecar: many pods on one Prometheus, many sources on one node, many servers behind one HAProxy. With
 * {@code -Pbench} in the sizes that the page on scale names; without, small ones that show that it works.
 */
@ResourceLock(providers = WholeMachine.class)
@Timeout(value = 30, unit = TimeUnit.MINUTES)
final class ScaleBenchmark {

    private static final boolean FULL = Boolean.getBoolean("bench");
    /** Fewer than the connections of one sidecar, which is the sidecar of all. */
    private static final int PODS = FULL ? 2_000 : 20;

    private static final int SOURCES = FULL ? 200 : 5;
    private static final int POOLS_EACH = 10;
    private static final int SERVERS = FULL ? 500 : 20;
    private static final Duration TIME = Duration.ofSeconds(FULL ? 60 : 3);
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String POD =
            "workers.lease:600000|g\nworkers:200|g\nworkers.pool.http-nio-8080:200|g\nworkers.pool.http-nio-8080.alive:10|g"
                    + "\nworkers.pool.http-nio-8080.busy:1|g\nworkers.pool.http-nio-8080.stuck:0|g"
                    + "\nworkers.pool.http-nio-8080.queued:0|g\nworkers.pool.http-nio-8080.capacity:200|g";

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    @TempDir
    Path folder;

    private final Table table = new Table();

    /** Every pod is another loopback address of one sidecar, so its CPU is that of all pods. */
    @Test
    void manyPodsOnOnePrometheus() throws IOException {
        Tool.PROMETHEUS.require();
        try (Running sidecar = sidecar("--host", "0.0.0.0")) {
            sidecar.report(POD);
            Await.until(
                    SOON,
                    () -> Http.get(sidecar.port(), "/health/live").status() == 200,
                    () -> sidecar.process.describe());
            String page = Http.get(sidecar.port(), "/metrics").body();
            table.add("bytes a scrape", "B", page.length(), "");
            table.add(
                    "series a pod",
                    "",
                    (double) page.lines().filter(line -> !line.startsWith("#")).count(),
                    "");

            ProcessUnderTest prometheus = prometheus(sidecar.port());
            int port = Integer.parseInt(prometheus
                    .awaitStderr("Listening on\" address=127\\.0\\.0\\.1:(\\d+)", SOON)
                    .group(1));
            Await.until(
                    Duration.ofMinutes(2),
                    () -> number(port, "sum(up)") == PODS,
                    () -> "pods that are up: " + number(port, "sum(up)"));
            Load ofPrometheus = new Load(prometheus.pid());
            Load ofSidecar = new Load(sidecar.process.pid());
            Await.pause(TIME);
            String what = "%,d pods, a scrape each 15 s, ".formatted(PODS);
            table.add(what + "Prometheus", "% of a core", ofPrometheus.percent(), "");
            table.add(
                    what + "Prometheus, resident", "MB", new ProcessFigures(prometheus.pid()).residentMegabytes(), "");
            table.add(what + "all sidecars together", "% of a core", ofSidecar.percent(), "");
            table.add(what + "longest scrape", "ms", 1000 * number(port, "max(scrape_duration_seconds)"), "");
            assertEquals(PODS, number(port, "sum(up)"));
        }
        print();
    }

    @Test
    void manySourcesOnOneNode() throws IOException {
        try (Running sidecar = sidecar()) {
            CompletableFuture<Void> sources =
                    CompletableFuture.runAsync(() -> report(sidecar.statsdPort), task -> new Thread(task).start());
            Await.until(
                    SOON,
                    () -> Http.get(sidecar.port(), "/metrics").body().contains("healthcheck_sources " + SOURCES + "\n"),
                    () -> sidecar.process.describe());
            Load load = new Load(sidecar.process.pid());
            List<Double> millis = new ArrayList<>();
            while (!sources.isDone()) {
                millis.add(sidecar.client.latencies(1, Duration.ZERO)[0]);
                Await.pause(Duration.ofMillis(10));
            }
            sources.join();
            String what = "%,d sources with %,d pools, ".formatted(SOURCES, SOURCES * POOLS_EACH);
            table.add(what + "sidecar", "% of a core", load.percent(), "");
            table.add(what + "resident", "MB", sidecar.figures().residentMegabytes(), "≤ 56");
            double[] sorted =
                    millis.stream().mapToDouble(Double::doubleValue).sorted().toArray();
            table.add(what + "`/health/live` p99", "ms", ProbeClient.percentile(sorted, 99), "≤ 1");
            assertEquals(0, sidecar.client.notWell());
        }
        print();
    }

    /** Every server is another loopback address of one sidecar, and each is asked once a second. */
    @Test
    void manyServersBehindOneHaproxy() throws IOException {
        Tool.HAPROXY.require();
        try (Running sidecar = sidecar("--host", "0.0.0.0", "--agent-check-port", "0")) {
            String agentPort = sidecar.process
                    .awaitStderr("agent-check://\\S+?:(\\d+)", SOON)
                    .group(1);
            sidecar.report(
                    "workers.lease:600000|g\nworkers:5|g\nworkers.pool.http:5|g\nworkers.pool.http.capacity:10|g");
            Path socket = folder.resolve("stats");
            StringBuilder settings = new StringBuilder("global\n  stats socket " + socket
                    + "\ndefaults\n  mode http\n  timeout connect 2s\n  timeout client 5s\n  timeout server 5s\n"
                    + "frontend front\n  bind unix@" + folder.resolve("front") + "\n  default_backend servers\n"
                    + "backend servers\n");
            for (int i = 0; i < SERVERS; i++) {
                settings.append("  server s%d 127.1.%d.%d:%d weight 100 agent-check agent-inter 1s agent-port %s%n"
                        .formatted(i, i / 250, i % 250 + 1, sidecar.port(), agentPort));
            }
            ProcessUnderTest haproxy = LoadBalancers.haproxy(processes, folder, settings.toString());
            Await.until(SOON, () -> atHalfWeight(socket) == SERVERS, haproxy::describe);
            Load ofHaproxy = new Load(haproxy.pid());
            Load ofSidecar = new Load(sidecar.process.pid());
            Await.pause(TIME);
            String what = "%,d agent-checks a second, ".formatted(SERVERS);
            table.add(what + "HAProxy", "% of a core", ofHaproxy.percent(), "");
            table.add(what + "all sidecars together", "% of a core", ofSidecar.percent(), "");
            assertEquals(SERVERS, atHalfWeight(socket));
        }
        print();
    }

    /** Half of the workers are able, so each server's weight is 50 of 100. HAProxy puts "* " before the status while it asks again. */
    private static long atHalfWeight(Path socket) {
        return LoadBalancers.haproxyStats(socket).stream()
                .filter(row -> row.get("svname").matches("s\\d+"))
                .filter(row -> row.get("agent_status").endsWith("L7OK")
                        && row.get("weight").equals("50"))
                .count();
    }

    private Running sidecar(String... flags) {
        Jdk jdk = Jdk.running();
        Path directory = new SidecarMeasurements(BuiltJars.launcher(), folder, Effort.SMOKE, table).install(jdk);
        return SidecarMeasurements.start(jdk, directory, flags);
    }

    private void print() {
        assertTrue(table.rows().stream().allMatch(row -> row.ours() >= 0), table::toString);
        System.out.println("\n" + table);
    }

    private ProcessUnderTest prometheus(int port) throws IOException {
        StringBuilder targets = new StringBuilder();
        for (int i = 0; i < PODS; i++) {
            targets.append(i == 0 ? "" : ",").append("'127.1.%d.%d:%d'".formatted(i / 250, i % 250 + 1, port));
        }
        Path config = Files.writeString(
                folder.resolve("prometheus.yaml"),
                "scrape_configs:\n  - job_name: healthcheck\n    scrape_interval: 15s\n    static_configs:\n"
                        + "      - targets: [" + targets + "]\n");
        return processes.process(
                "prometheus",
                Map.of(),
                List.of(
                        "/usr/bin/prometheus",
                        "--config.file=" + config,
                        "--storage.tsdb.path=" + folder.resolve("data"),
                        "--web.listen-address=127.0.0.1:0"));
    }

    private static double number(int prometheus, String expression) {
        Http.Answer answer = Http.get(prometheus, "/api/v1/query?query=" + URLEncoder.encode(expression, UTF_8));
        if (answer.status() != 200) {
            return -1;
        }
        JsonNode value = new ObjectMapper().readTree(answer.body()).at("/data/result/0/value/1");
        return value.isMissingNode() ? 0 : Double.parseDouble(value.asString());
    }

    /** Reports as that many agents do, evenly over each second. */
    private static void report(int port) {
        List<DatagramSocket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < SOURCES; i++) {
                sockets.add(new DatagramSocket());
            }
            long begin = System.nanoTime();
            for (int second = 0; second < TIME.toSeconds() + 2; second++) {
                for (int i = 0; i < SOURCES; i++) {
                    double due = (second + (double) i / SOURCES) * 1e9;
                    LockSupport.parkNanos((long) due - (System.nanoTime() - begin));
                    for (String gauge : SidecarMeasurements.agentOf(3, POOLS_EACH)) {
                        byte[] bytes = gauge.getBytes(US_ASCII);
                        sockets.get(i)
                                .send(new DatagramPacket(bytes, bytes.length, InetAddress.getLoopbackAddress(), port));
                    }
                }
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        } finally {
            sockets.forEach(DatagramSocket::close);
        }
    }

    /** The CPU that a process takes from now on. */
    private static final class Load {
        private final ProcessFigures figures;
        private final double cpuSeconds;
        private final long nanos = System.nanoTime();

        Load(long pid) {
            figures = new ProcessFigures(pid);
            cpuSeconds = figures.cpuSeconds();
        }

        double percent() {
            return 100 * (figures.cpuSeconds() - cpuSeconds) / ((System.nanoTime() - nanos) / 1e9);
        }
    }
}
