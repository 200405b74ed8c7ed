package com.approck.healthcheck.it.matrix;

import static com.approck.healthcheck.it.support.probe.Prober.Probe.LIVE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.support.Run;
import com.approck.healthcheck.it.support.Scene;
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
    final Run run = new Run();

    static Stream<ServerVersion.OnJdk> servers() {
        return ServerVersion.newestOnEveryJdk("jetty", "tomcat")
                .filter(one -> one.jdk().equals(Jdk.running()));
    }

    @Test
    void probeOnTheRequestPool_fails_whileEveryWorkerMovesASlowDownload() {
        Scene scene = new Scene(run, server).withSidecar().withServer();
        Moment from = Moment.now();
        List<CompletableFuture<HttpResponse<String>>> downloads = scene.fill("/slow?bytes=163840&pause=500");
        assertEquals(0, pongs(scene.app().port()), "the probe waits in the queue behind the load");
        assertEquals(TIMES, pongs(scene.app().managementPort()));
        scene.prober().assertOnly(LIVE, 200, from, Moment.now());
        downloads.forEach(CompletableFuture::join);
    }

    @Test
    void probeOnASecondConnector_succeeds_whileEveryWorkerHangs() {
        Scene scene = new Scene(run, server).withSidecar().withServer();
        List<CompletableFuture<HttpResponse<String>>> hanging = scene.fill("/hang");
        scene.prober().awaitBoth(422, Moment.now(), Scene.STUCK_IS_SEEN);
        Moment dead = Moment.now();
        assertEquals(TIMES, pongs(scene.app().managementPort()), "its own worker answers for the dead ones");
        assertEquals(0, pongs(scene.app().port()));
        scene.prober().assertOnly(LIVE, 422, dead, Moment.now());
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
