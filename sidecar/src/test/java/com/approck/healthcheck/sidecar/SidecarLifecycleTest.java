package com.approck.healthcheck.sidecar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Start, stop, and what the log says. */
final class SidecarLifecycleTest {

    @RegisterExtension
    final RunningSidecar sidecar = new RunningSidecar();

    @Test
    void stop_isNotReadyButLive_forTheDrain_thenTheEnd() throws Exception {
        sidecar.start("--drain", "300ms");
        sidecar.report("workers:3|g");
        sidecar.stop("SIGTERM");
        assertEquals(
                "ShuttingDown", sidecar.get("/health/ready").json().get("code").asString());
        assertEquals(200, sidecar.get("/health/live").status());
        sidecar.report("workers:0|g");
        assertEquals(200, sidecar.get("/health/live").status());
        assertTrue(sidecar.get("/health/ready?verbose").json().get("draining").asBoolean());
        assertEquals(ExitCode.OK, sidecar.await());
    }

    @Test
    void stop_withoutDrain_isTheEnd() throws Exception {
        sidecar.start();
        sidecar.stop("SIGTERM");
        assertEquals(ExitCode.OK, sidecar.await());
    }

    @Test
    void secondStop_isTheEndAtOnce() throws Exception {
        sidecar.start("--drain", "1h");
        sidecar.stop("SIGTERM");
        sidecar.stop("SIGTERM");
        assertEquals(ExitCode.OK, sidecar.await());
    }

    @Test
    void transitions_areLoggedWithTheirReason_onceEach() throws Exception {
        sidecar.start();
        Await.until(() -> sidecar.log().contains("No report about workers"), sidecar::log);
        sidecar.report("workers:3|g");
        Await.until(() -> sidecar.log().contains("live and ready: 200"), sidecar::log);
        sidecar.report("workers:3|g");
        sidecar.report("workers:0|g");
        Await.until(() -> sidecar.log().contains("no able worker"), sidecar::log);
        List<String> transitions =
                sidecar.log().lines().filter(line -> line.contains(" live")).toList();
        assertEquals(3, transitions.size(), sidecar::log);
        assertTrue(
                transitions.get(0).contains(" INFO live and ready: 422 NoWorkers: No report about workers"),
                sidecar::log);
        assertTrue(
                transitions.get(2).contains(" INFO live and ready: 422 NoWorkers: There has been no able"),
                sidecar::log);
    }

    @Test
    void start_isLogged_withTheBoundAddresses() throws Exception {
        sidecar.start();
        String first = sidecar.log()
                .lines()
                .filter(line -> line.contains("listening"))
                .findFirst()
                .orElseThrow();
        assertTrue(
                first.matches("\\S+ INFO listening http://127\\.0\\.0\\.1:\\d+ statsd://127\\.0\\.0\\.1:\\d+"
                        + " \\(receive buffer \\d+ bytes\\)"),
                first);
    }

    @Test
    void openStatsdPort_isWarnedOf() throws Exception {
        sidecar.start("--statsd-host", "0.0.0.0");
        // Both families have one socket, where the kernel has both.
        assertTrue(
                sidecar.log()
                        .matches("(?s).*WARN StatsD has no authentication: any host that reaches (\\[::]|0.0.0.0):.*"),
                sidecar.log());
    }
}
