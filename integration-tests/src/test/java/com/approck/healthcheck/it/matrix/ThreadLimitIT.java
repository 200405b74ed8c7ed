package com.approck.healthcheck.it.matrix;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.support.App;
import com.approck.healthcheck.it.support.PromisedTimes;
import com.approck.healthcheck.it.support.Scenario;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Http;
import com.approck.healthcheck.it.support.process.Moment;
import com.approck.healthcheck.it.support.process.ThreadLimit;
import com.approck.healthcheck.it.support.samples.ServerVersion;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** A server that can make no threads any more: what a limit on memory or processes leaves of a Tomcat. */
@ParameterizedClass(name = "{0}")
@MethodSource("servers")
public final class ThreadLimitIT {

    @Parameter
    ServerVersion.OnJdk server;

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    static Stream<ServerVersion.OnJdk> servers() {
        return ServerVersion.newestOnEveryJdk("tomcat");
    }

    @TruthMatrixRow(
            number = 26,
            fault =
                    "no thread can be created any more (a limit on memory or processes), and Tomcat's poller dies of it",
            answer = "422, also once threads can be created again: it never serves again")
    void poolWhosePollerCouldNotMakeAWorker_isDead() {
        ThreadLimit limit = ThreadLimit.make();
        Scenario scenario = new Scenario(processes, server).withSidecar().withEnvironment(limit.environment());
        App app = scenario.withServer("min=2").app();
        limit.reach();
        List<CompletableFuture<HttpResponse<String>>> requests = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            requests.add(Http.send(app.port(), "/sleep?ms=2000"));
        }
        scenario.prober().awaitBoth(422, Moment.now(), Duration.ofSeconds(30));
        limit.lift();
        scenario.prober().assertBothStay(422, PromisedTimes.SILENCE_IS_SEEN);
        assertThrows(IOException.class, () -> Http.ask("GET", app.port(), "/ping", Duration.ofSeconds(2)));
        assertTrue(app.process().isAlive());
        app.process().awaitStderr("healthcheck: .*-Poller has died", Duration.ofSeconds(10));
        requests.forEach(request -> request.cancel(true));
    }
}
