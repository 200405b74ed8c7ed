package com.approck.healthcheck.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.probe.Http;
import com.approck.healthcheck.it.process.Await;
import com.approck.healthcheck.it.process.Moment;
import com.approck.healthcheck.it.server.ServerVersion;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A server whose workers all wait, idle and able, for requests that nobody hands to them: what an OutOfMemoryError at the
 * wrong moment leaves of a Tomcat.
 */
@ParameterizedClass(name = "{0}")
@MethodSource("servers")
final class DeadPollerIT {

    @Parameter
    ServerVersion.OnJdk server;

    @RegisterExtension
    final Run run = new Run();

    static Stream<ServerVersion.OnJdk> servers() {
        return ServerVersion.newestOnEveryJdk("tomcat");
    }

    @Row(
            number = 25,
            fault = "the thread that hands requests to the workers dies (Tomcat's poller, of an OutOfMemoryError)",
            answer = "422, and a line that names the thread")
    void poolThatNoRequestReaches_isDead() {
        Scene scene = new Scene(run, server).withSidecar().withServer();
        Http.get(scene.app().port(), "/poller");
        scene.prober().awaitBoth(422, Moment.now(), Duration.ofSeconds(20));
        scene.prober().assertBothStay(422, Duration.ofSeconds(3));
        Await.until(
                Duration.ofSeconds(10),
                () -> scene.app().process().stderr().contains("-Poller has died"),
                () -> scene.app().process().describe());
        assertTrue(scene.app().process().isAlive());
    }
}
