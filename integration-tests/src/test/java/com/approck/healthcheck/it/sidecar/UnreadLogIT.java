package com.approck.healthcheck.it.sidecar;

import static com.approck.healthcheck.it.support.probe.Prober.Probe.LIVE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.support.BuiltJars;
import com.approck.healthcheck.it.support.PromisedTimes;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Prober;
import com.approck.healthcheck.it.support.probe.ReportSender;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.FreePorts;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.Moment;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import com.approck.healthcheck.it.support.process.UnreadPipe;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Nobody reads the sidecar's log, and the pipe that it writes to is full. */
@ParameterizedClass(name = "{0}")
@MethodSource("com.approck.healthcheck.it.support.process.Jdk#all")
final class UnreadLogIT {

    /** A second for the last lines, and time for the JVM itself on a busy machine. */
    private static final Duration TO_EXIT = Duration.ofSeconds(5);

    @Parameter
    Jdk jdk;

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    @TempDir
    Path folder;

    @Test
    void fullPipe_delaysNeitherVerdictNorStop() throws Exception {
        try (UnreadPipe pipe = UnreadPipe.make(folder.resolve("stderr"))) {
            int httpPort = FreePorts.next();
            int statsdPort = FreePorts.next();
            ProcessUnderTest sidecar = launch(pipe, httpPort, statsdPort);
            String first = pipe.readLine();
            assertTrue(first.contains(" INFO listening http://"), first);
            pipe.fill();

            Prober prober = processes.add(Prober.start(httpPort));
            ReportSender application =
                    processes.add(ReportSender.start(statsdPort, "workers.lease:5000|g", "workers:3|g"));
            prober.awaitBoth(200, Moment.now(), PromisedTimes.AT_ONCE);
            Await.pause(Duration.ofSeconds(3));
            Moment died = application.stop();
            prober.await(LIVE, 422, died, PromisedTimes.SILENCE_IS_SEEN);
            prober.assertBothStay(422, Duration.ofSeconds(2));

            sidecar.signal("TERM");
            assertEquals(0, sidecar.awaitExit(TO_EXIT));
        }
    }

    private ProcessUnderTest launch(UnreadPipe pipe, int httpPort, int statsdPort) {
        List<String> command = pipe.asStderrOf(List.of(
                jdk.tool("java").toString(),
                "-jar",
                BuiltJars.sidecar().toString(),
                "--port=" + httpPort,
                "--statsd-port=" + statsdPort));
        return processes.process("sidecar-unread-log-jdk" + jdk.feature(), Map.of(), command);
    }
}
