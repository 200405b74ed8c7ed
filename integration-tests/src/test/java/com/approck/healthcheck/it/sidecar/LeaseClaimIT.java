package com.approck.healthcheck.it.sidecar;

import static com.approck.healthcheck.it.support.probe.Prober.Probe.LIVE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.support.PromisedTimes;
import com.approck.healthcheck.it.support.Sidecar;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Prober;
import com.approck.healthcheck.it.support.probe.ReportSender;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.Moment;
import java.time.Duration;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Another program sends a gauge of the same name, without a lease, beside one that reports with a lease. */
@ParameterizedClass(name = "{0}")
@MethodSource("com.approck.healthcheck.it.support.process.Jdk#all")
final class LeaseClaimIT {

    @Parameter
    Jdk jdk;

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    @ParameterizedTest
    @CsvSource({
        "workers, workers:4|g",
        "workers, workers.draining:1|g",
        "workers, workers.pool.x:0|g",
        "gunicorn.workers, x.gunicorn.workers:4|g",
        "x.gunicorn.workers, gunicorn.workers:4|g"
    })
    void foreignGauge_neitherFailsALiveServer_norKeepsADeadOneAlive(String name, String foreign) {
        Sidecar sidecar = processes.sidecar(jdk);
        Prober prober = processes.prober(sidecar);
        ReportSender application =
                processes.add(ReportSender.start(sidecar.statsdPort(), name + ".lease:5000|g", name + ":3|g"));
        prober.awaitBoth(200, Moment.now(), PromisedTimes.AT_ONCE);
        processes.onlyWaits();
        Moment alive = Moment.now();
        sidecar.report(foreign);
        prober.assertBothStay(200, Duration.ofSeconds(3));
        assertEquals(3, sidecar.verbose().get("workers").asLong());
        assertShown(sidecar.verbose());

        ReportSender other = processes.add(ReportSender.start(sidecar.statsdPort(), foreign));
        Moment died = application.stop();
        prober.await(LIVE, 422, died, PromisedTimes.SILENCE_IS_SEEN);
        prober.assertBothStay(422, Duration.ofSeconds(2));
        other.stop();
        assertEquals("stale", sidecar.verbose().get("state").asString());
        assertEquals(
                1,
                sidecar.process()
                        .stderr()
                        .lines()
                        .filter(line -> line.contains(" WARN ignoring reports from 127.0.0.1:"))
                        .count(),
                sidecar.process()::stderr);
        assertTrue(prober.after(LIVE, alive).stream().allMatch(answer -> answer.status() != Prober.NO_ANSWER));
    }

    private static void assertShown(JsonNode verbose) {
        assertEquals(
                1,
                StreamSupport.stream(verbose.get("sources").spliterator(), false)
                        .filter(source -> source.has("ignored"))
                        .count(),
                verbose::toString);
        assertEquals(1, verbose.get("counters").get("dropped_no_lease").asLong());
    }
}
