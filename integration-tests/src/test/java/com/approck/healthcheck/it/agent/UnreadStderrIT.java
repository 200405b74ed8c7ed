package com.approck.healthcheck.it.agent;

import static com.approck.healthcheck.it.support.probe.Prober.Probe.LIVE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.support.PromisedTimes;
import com.approck.healthcheck.it.support.Scenario;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.process.Moment;
import com.approck.healthcheck.it.support.process.UnreadPipe;
import com.approck.healthcheck.it.support.samples.ServerVersion;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Nobody reads the application's stderr, where the agent logs, and the pipe is full. */
@ParameterizedClass(name = "{0}")
@MethodSource("servers")
final class UnreadStderrIT {

    /** A second for the last lines, and time for the server to stop. */
    private static final Duration TO_EXIT = Duration.ofSeconds(10);

    @Parameter
    ServerVersion.OnJdk server;

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    @TempDir
    Path folder;

    static Stream<ServerVersion.OnJdk> servers() {
        return ServerVersion.newestOnEveryJdk("jetty");
    }

    @Test
    void fullPipe_delaysNeitherSamplesNorExit() throws Exception {
        try (UnreadPipe pipe = UnreadPipe.make(folder.resolve("stderr"))) {
            Scenario scenario = new Scenario(processes, server)
                    .launchedBy(pipe::asStderrOf)
                    .withSidecar()
                    .withServer();
            for (int pool = 0; pool < 2; pool++) {
                String line = pipe.readLine();
                assertTrue(line.startsWith("healthcheck: watching the pool "), line);
            }
            pipe.fill();

            // The first line that nobody reads. A sampler that waited for it would be silent: 422 at the end of the
            // lease.
            Moment from = Moment.now();
            CompletableFuture<HttpResponse<String>> hung = scenario.onOneWorker("/hang");
            scenario.await("stuck", 1, Scenario.STUCK_IS_SEEN.plusSeconds(1));
            scenario.prober().assertBothStay(200, PromisedTimes.SILENCE_IS_SEEN);

            scenario.fill("/hang");
            scenario.prober().awaitBoth(422, Moment.now(), Scenario.STUCK_IS_SEEN);
            scenario.prober().awaitBoth(200, scenario.free(), PromisedTimes.LIFE_IS_SEEN);
            assertEquals(200, hung.join().statusCode());
            assertEquals(
                    List.of("200", "422 NoWorkers", "200"), scenario.prober().storyOf(LIVE, from));

            scenario.app().process().signal("TERM");
            assertEquals(143, scenario.app().process().awaitExit(TO_EXIT));
        }
    }
}
