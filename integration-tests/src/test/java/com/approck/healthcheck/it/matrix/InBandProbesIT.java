package com.approck.healthcheck.it.matrix;

import static com.approck.healthcheck.it.support.probe.Prober.Probe.LIVE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.support.Scenario;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Http;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.Moment;
import com.approck.healthcheck.it.support.samples.ServerVersion;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Why the probe is not the application's own: a plain {@code /ping} on the request pool and the same on a second connector,
 * asked beside the sidecar during the same faults. What the README says of them is what is asserted here.
 */
@ParameterizedClass(name = "{0}")
@MethodSource("servers")
final class InBandProbesIT {

    private static final int TIMES = 5;

    /** The kubelet's own default. */
    private static final Duration DEADLINE = Duration.ofSeconds(1);

    @Parameter
    ServerVersion.OnJdk server;

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    static Stream<ServerVersion.OnJdk> servers() {
        return ServerVersion.newestOnEveryJdk("jetty", "tomcat")
                .filter(one -> one.jdk().equals(Jdk.running()));
    }

    @Test
    void probeOnTheRequestPool_fails_whileEveryWorkerMovesASlowDownload() {
        Scenario scenario = new Scenario(processes, server).withSidecar().withServer();
        Moment from = Moment.now();
        List<CompletableFuture<HttpResponse<String>>> downloads = scenario.fill("/slow?bytes=163840&pause=500");
        assertEquals(0, pongs(scenario.app().port()), "the probe waits in the queue behind the load");
        assertEquals(TIMES, pongs(scenario.app().managementPort()));
        scenario.prober().assertOnly(LIVE, 200, from, Moment.now());
        downloads.forEach(CompletableFuture::join);
    }

    @Test
    void probeOnASecondConnector_succeeds_whileEveryWorkerHangs() {
        Scenario scenario = new Scenario(processes, server).withSidecar().withServer();
        List<CompletableFuture<HttpResponse<String>>> hanging = scenario.fill("/hang");
        scenario.prober().awaitBoth(422, Moment.now(), Scenario.STUCK_IS_SEEN);
        Moment dead = Moment.now();
        assertEquals(TIMES, pongs(scenario.app().managementPort()), "its own worker answers for the dead ones");
        assertEquals(0, pongs(scenario.app().port()));
        scenario.prober().assertOnly(LIVE, 422, dead, Moment.now());
        assertTrue(hanging.stream().noneMatch(CompletableFuture::isDone));
    }

    /** How many of some probes in a row are answered in time. */
    private static int pongs(int port) {
        int answered = 0;
        for (int i = 0; i < TIMES; i++) {
            try {
                answered += Http.ask("GET", port, "/ping", DEADLINE).status() == 200 ? 1 : 0;
            } catch (IOException timedOut) {
                // Not answered in time, which is what a kubelet counts.
            }
            Await.pause(Duration.ofMillis(100));
        }
        return answered;
    }
}
