package com.approck.healthcheck.it.sidecar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.support.ApplicationStub;
import com.approck.healthcheck.it.support.Sidecar;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Http;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import com.approck.healthcheck.it.support.process.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** {@code /metrics}, as Prometheus's own tool reads it. */
final class MetricsIT {

    private static final Duration SOON = Duration.ofSeconds(30);

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    @TempDir
    Path folder;

    @Test
    void metrics_pleasePrometheus_whateverTheNamesAre() throws IOException {
        Tool.PROMETHEUS.require();
        ApplicationStub application = processes.add(ApplicationStub.hanging());
        Sidecar sidecar = processes.sidecar(
                Jdk.running(),
                "--metric",
                "x\"y\\n{le=",
                "--application-health-ready-timeout=100ms",
                "--application-health-ready-url=" + application.url());
        sidecar.report("workers.lease:60000|g\nworkers:3|g\nworkers.pool.http:3|g\nworkers.pool.http.busy:1|g"
                + "\nworkers.pool.<img src=x onerror=alert(1)>:3|g\nworkers.pool.q\"}\\:3|g"
                // Two names that are no text look the same as text.
                + "\nworkers.pool.\u0080:3|g\nworkers.pool.\u0081:3|g\nworkers.pool.\u0000\r:3|g\nworkers:bad|g");
        sidecar.report("x\"y\\n{le=:4|g");
        Await.until(
                SOON,
                () -> sidecar.verbose().get("counters").get("datagrams").asLong() == 2,
                () -> sidecar.verbose().toString());
        assertEquals(200, sidecar.live().status());
        assertEquals(422, sidecar.ready().status());

        // A probe is counted once its answer is out, which who asked may see first.
        Await.until(
                SOON,
                () -> scrape(sidecar)
                        .contains("healthcheck_probe_duration_seconds_count{probe=\"live\",status=\"200\"} 1\n"),
                () -> scrape(sidecar));
        String text = scrape(sidecar);
        for (String part : List.of(
                "healthcheck_workers 7\n",
                "healthcheck_ready_url_calls_total{result=\"timeout\"} 1\n",
                "pool=\"<img src=x onerror=alert(1)>\"} 3\n",
                "healthcheck_build_info{version=\"1")) {
            assertTrue(text.contains(part), () -> part + " in " + text);
        }

        Path scraped = Files.writeString(folder.resolve("metrics"), text);
        ProcessUnderTest check = processes.process(
                "promtool", Map.of(), List.of("/bin/sh", "-c", "/usr/bin/promtool check metrics < " + scraped));
        assertEquals(0, check.awaitExit(SOON), check::describe);
        assertEquals("", check.stdout() + check.stderr());
    }

    private static String scrape(Sidecar sidecar) {
        return Http.get(sidecar.httpPort(), "/metrics").body();
    }
}
