package com.approck.healthcheck.it.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.support.BuiltJars;
import com.approck.healthcheck.it.support.Sidecar;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code --probe}, as the image's HEALTHCHECK and a script start it. */
final class ProbeCommandIT {

    private static final Duration SOON = Duration.ofSeconds(60);

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    @Test
    void healthcheckOfTheImage_asksTheReadyProbe() throws IOException {
        List<String> command = DeployIT.image("HEALTHCHECK --interval=5s --timeout=6s --retries=2 CMD ");
        assertEquals(List.of("--probe", "ready"), command.subList(command.size() - 2, command.size()));
        assertFollowsTheSidecar(command);
    }

    @Test
    void launcher_asksTheLiveProbe() {
        assertFollowsTheSidecar(
                List.of(BuiltJars.launcher().resolve("bin/healthcheck-sidecar").toString(), "--probe=live"));
    }

    private void assertFollowsTheSidecar(List<String> command) {
        Sidecar sidecar = processes.sidecar(Jdk.running());
        String port = Integer.toString(sidecar.httpPort());

        ProcessUnderTest unheard = ask(command, port);
        assertEquals(1, unheard.awaitExit(SOON), unheard::describe);
        assertTrue(unheard.stdout().startsWith("422 NoWorkers: "), unheard::describe);

        // The lease outlasts the start of the probe's JVM on a busy machine.
        sidecar.report("workers.lease:60000|g\nworkers:3|g");
        Await.until(
                SOON,
                () -> sidecar.ready().status() == 200,
                () -> sidecar.verbose().toString());
        ProcessUnderTest well = ask(command, port);
        assertEquals(0, well.awaitExit(SOON), well::describe);
        assertEquals("200\n", well.stdout());

        sidecar.process().close();
        ProcessUnderTest alone = ask(command, port);
        assertEquals(1, alone.awaitExit(SOON), alone::describe);
        assertTrue(alone.stdout().contains("could not be asked"), alone::describe);
        for (ProcessUnderTest each : List.of(unheard, well, alone)) {
            assertEquals(1, each.stdout().lines().count(), each::describe);
            assertEquals("", each.stderr(), each::describe);
        }
    }

    private ProcessUnderTest ask(List<String> command, String port) {
        List<String> words = new ArrayList<>(command);
        words.addAll(List.of("--port", port));
        return processes.process(
                "probe", Map.of("JAVA_HOME", Jdk.running().home().toString()), words);
    }
}
