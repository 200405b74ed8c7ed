package com.approck.healthcheck.it.sidecar;

import static com.approck.healthcheck.it.support.probe.Prober.Probe.LIVE;
import static com.approck.healthcheck.it.support.probe.Prober.Probe.READY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.support.PromisedTimes;
import com.approck.healthcheck.it.support.Sidecar;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Prober;
import com.approck.healthcheck.it.support.probe.ReportSender;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.Moment;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** A program that has begun to shut down, and never ends: it reports on, as the agent does while a hook is parked. */
@ParameterizedClass(name = "{0}")
@MethodSource("com.approck.healthcheck.it.support.process.Jdk#all")
final class DrainLimitIT {

    private static final Duration LIMIT = Duration.ofSeconds(4);
    private static final String[] DRAINING = {"workers.lease:5000|g", "workers:3|g", "workers.draining:1|g"};

    @Parameter
    Jdk jdk;

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    @Test
    void shutdownThatHangs_isNotLiveAtTheDrainLimit() {
        Sidecar sidecar = processes.sidecar(jdk, Map.of("HEALTHCHECK_DRAIN_LIMIT", LIMIT.toSeconds() + "s"));
        Prober prober = processes.prober(sidecar);
        prober.awaitFirst();
        Moment began = Moment.now();
        processes.add(ReportSender.start(sidecar.statsdPort(), DRAINING));
        prober.await(LIVE, 200, began, PromisedTimes.AT_ONCE);
        Moment live = Moment.now();
        prober.await(LIVE, 422, began.plus(LIMIT), Duration.ofSeconds(1));
        prober.assertBothStay(422, Duration.ofSeconds(2));
        assertEquals(List.of("200", "422 ShuttingDown"), prober.storyOf(LIVE, live));
        assertEquals(List.of("422 ShuttingDown"), prober.storyOf(READY, live));
        String body = sidecar.live().body();
        assertTrue(body.contains("The shutdown hangs: ") && body.contains("--drain-limit is 4 s"), body);

        Moment replaced = Moment.now();
        processes.add(ReportSender.start(sidecar.statsdPort(), "workers.lease:5000|g", "workers:3|g"));
        prober.awaitBoth(200, replaced, PromisedTimes.AT_ONCE);
    }

    @Test
    void limitOfZero_isNone() {
        Sidecar sidecar = processes.sidecar(jdk, "--drain-limit", "0");
        Prober prober = processes.prober(sidecar);
        processes.add(ReportSender.start(sidecar.statsdPort(), DRAINING));
        prober.await(LIVE, 200, Moment.now(), PromisedTimes.AT_ONCE);
        Moment live = Moment.now();
        Await.pause(Duration.ofSeconds(6));
        prober.assertOnly(LIVE, 200, live, Moment.now());
    }
}
