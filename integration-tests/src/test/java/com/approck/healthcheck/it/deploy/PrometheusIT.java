package com.approck.healthcheck.it.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.support.App;
import com.approck.healthcheck.it.support.Sidecar;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Http;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import com.approck.healthcheck.it.support.process.Tool;
import com.approck.healthcheck.it.support.samples.ServerVersion;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** The rules and the dashboard, as a Prometheus reads them that scrapes sidecars. */
final class PrometheusIT {

    private static final Duration SOON = Duration.ofSeconds(60);

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    @TempDir
    Path folder;

    @BeforeEach
    void requirePrometheus() {
        Tool.PROMETHEUS.require();
    }

    @Test
    void rules_areValid_andPassTheirTests() {
        for (List<String> words : List.of(
                List.of("check", "rules", "rules.yaml"),
                List.of("check", "config", "prometheus.yaml"),
                List.of("test", "rules", "rules.test.yaml"))) {
            ProcessUnderTest promtool = promtool(words, OperatorFiles.PROMETHEUS);
            assertEquals(0, promtool.awaitExit(SOON), promtool::describe);
        }
    }

    @Test
    void eachChangedThreshold_failsTheTestsOfTheRules() throws IOException {
        String rules = Files.readString(OperatorFiles.RULES);
        Files.copy(OperatorFiles.PROMETHEUS.resolve("rules.test.yaml"), folder.resolve("rules.test.yaml"));
        for (List<String> change : List.of(
                List.of("{probe=\"live\"} == 0", "{probe=\"ready\"} == 0"),
                List.of("(healthcheck_pool_stuck) > 0", "(healthcheck_pool_stuck) > 3"),
                List.of("< max_over_time", "<= max_over_time"),
                List.of("healthcheck_sources < healthcheck_min", "healthcheck_sources > healthcheck_min"),
                List.of("up{job=\"healthcheck\"} == 0", "up == 0"),
                List.of("absent(up{job=\"healthcheck\"})", "absent(up)"),
                List.of("_dropped_datagrams_total[5m]) > 0", "_dropped_datagrams_total[5m]) > 300"),
                List.of("[10m]) > 5", "[10m]) > 1"))) {
            assertTrue(rules.contains(change.get(0)), change::toString);
            Files.writeString(folder.resolve("rules.yaml"), rules.replace(change.get(0), change.get(1)));
            ProcessUnderTest promtool = promtool(List.of("test", "rules", "rules.test.yaml"), folder);
            assertNotEquals(0, promtool.awaitExit(SOON), () -> change + "\n" + promtool.describe());
        }
    }

    @Test
    void everyMetricOfRulesAndDashboard_isOneThatTheSidecarShows() throws IOException {
        Sidecar sidecar = processes.sidecar(Jdk.running());
        sidecar.report("workers.lease:60000|g\nworkers:3|g\nworkers.pool.http:3|g\nworkers.pool.http.busy:1|g"
                + "\nworkers.pool.http.stuck:0|g\nworkers.pool.http.queued:0|g\nworkers.pool.http.capacity:3|g");
        Await.until(
                SOON,
                () -> sidecar.live().status() == 200,
                () -> sidecar.verbose().toString());
        Set<String> shown = Http.get(sidecar.httpPort(), "/metrics")
                .body()
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split("[{ ]", 2)[0])
                .collect(toSet());

        for (String text : List.of(
                Files.readString(OperatorFiles.RULES),
                Files.readString(OperatorFiles.PROMETHEUS.resolve("rules.test.yaml")),
                OperatorFiles.dashboard().toString())) {
            Set<String> unknown = new TreeSet<>(OperatorFiles.metrics(text));
            assertTrue(unknown.size() > 5, unknown::toString);
            unknown.removeAll(shown);
            assertEquals(Set.of(), unknown);
        }
    }

    @Test
    void killedApplication_firesTheAlertsOfItsSidecar_whichClear_andTheDashboardShowsBoth() throws IOException {
        ServerVersion.OnJdk server =
                ServerVersion.newestOnEveryJdk("jdk-fixed").findFirst().orElseThrow();
        Sidecar lost = processes.sidecar(Jdk.running());
        Sidecar kept = processes.sidecar(Jdk.running());
        App killed = processes.app(server, lost.statsdPort());
        processes.app(server, kept.statsdPort()).awaitStarted();
        killed.awaitStarted();
        int prometheus = prometheus(lost, kept);
        Await.until(
                SOON,
                () -> query(prometheus, "sum(healthcheck_probe_success) == 4").size() == 1,
                () -> query(prometheus, "healthcheck_probe_success").toString());
        // Before its first scrape it knows no sidecar.
        Await.until(
                SOON,
                () -> firing(prometheus).isEmpty(),
                () -> firing(prometheus).toString());

        killed.process().signal("KILL");
        Set<String> alerts = Set.of(
                alert("HealthcheckNoWorkers", lost),
                alert("HealthcheckSourcesBelowMinimum", lost),
                alert("HealthcheckStaleSource", lost));
        Await.until(
                SOON,
                () -> firing(prometheus).equals(alerts),
                () -> firing(prometheus).toString());

        processes.app(server, lost.statsdPort()).awaitStarted();
        Await.until(
                SOON,
                () -> firing(prometheus).isEmpty(),
                () -> firing(prometheus).toString());
        for (String expression : OperatorFiles.expressions()) {
            String asked = expression
                    .replace("$job", "healthcheck")
                    .replace("$instance", ".+")
                    .replace("$__rate_interval", "10s");
            // What fired is over: the annotation shows the past.
            String range = asked.startsWith("ALERTS") ? "last_over_time(" + asked + "[5m])" : asked;
            assertTrue(!query(prometheus, range).isEmpty(), range);
        }

        kept.process().close();
        String down = alert("HealthcheckSidecarDown", kept);
        Await.until(
                SOON,
                () -> firing(prometheus).equals(Set.of(down)),
                () -> firing(prometheus).toString());
    }

    /** A Prometheus on a port of its own choice that scrapes both each second; alerts do not wait for long. */
    private int prometheus(Sidecar first, Sidecar second) throws IOException {
        String rules = Files.readString(OperatorFiles.RULES);
        assertTrue(rules.contains("    for: 1m\n"));
        Files.writeString(folder.resolve("rules.yaml"), rules.replaceAll("    for: \\d+m\n", "    for: 2s\n"));
        Path config = Files.writeString(
                folder.resolve("prometheus.yaml"),
                Files.readString(OperatorFiles.PROMETHEUS.resolve("prometheus.yaml"))
                        .replace("scrape_interval: 15s", "scrape_interval: 1s")
                        .replace("192.0.2.11:8000", target(first))
                        .replace("192.0.2.12:8000", target(second))
                        .replace("scrape_configs:", "global: { evaluation_interval: 1s }\nscrape_configs:"));
        ProcessUnderTest process = processes.process(
                "prometheus",
                Map.of(),
                List.of(
                        "/usr/bin/prometheus",
                        "--config.file=" + config,
                        "--storage.tsdb.path=" + folder.resolve("data"),
                        "--web.listen-address=127.0.0.1:0"));
        return Integer.parseInt(process.awaitStderr("Listening on\" address=127\\.0\\.0\\.1:(\\d+)", SOON)
                .group(1));
    }

    private ProcessUnderTest promtool(List<String> words, Path folder) {
        return processes.process(
                "promtool",
                Map.of(),
                List.of("/bin/sh", "-c", "cd " + folder + " && exec /usr/bin/promtool " + String.join(" ", words)));
    }

    private static String target(Sidecar sidecar) {
        return "127.0.0.1:" + sidecar.httpPort();
    }

    private static String alert(String name, Sidecar sidecar) {
        return name + " " + target(sidecar);
    }

    /** The alerts that fire, each with its instance. */
    private static Set<String> firing(int prometheus) {
        return query(prometheus, "ALERTS{alertstate=\"firing\"}")
                .valueStream()
                .map(alert -> alert.at("/metric/alertname").asString() + " "
                        + alert.at("/metric/instance").asString())
                .collect(toSet());
    }

    /** What Prometheus answers to the expression; nothing while it still starts. */
    private static JsonNode query(int prometheus, String expression) {
        Http.Answer answer = Http.get(prometheus, "/api/v1/query?query=" + URLEncoder.encode(expression, UTF_8));
        ObjectMapper json = new ObjectMapper();
        if (answer.status() == 503) {
            return json.createArrayNode();
        }
        JsonNode result = json.readTree(answer.body());
        assertEquals("success", result.get("status").asString(), answer.body());
        return result.at("/data/result");
    }
}
