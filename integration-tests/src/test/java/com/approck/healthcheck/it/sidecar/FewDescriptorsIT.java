package com.approck.healthcheck.it.sidecar;

import com.approck.healthcheck.it.support.BuiltJars;
import com.approck.healthcheck.it.support.PromisedTimes;
import com.approck.healthcheck.it.support.Sidecar;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Prober;
import com.approck.healthcheck.it.support.probe.StatsdListener;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.Moment;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** A sidecar with few file descriptors, and clients that hold more connections than those. */
@ParameterizedClass(name = "{0}")
@MethodSource("com.approck.healthcheck.it.support.process.Jdk#all")
final class FewDescriptorsIT {

    private static final Duration TO_START = Duration.ofSeconds(30);

    @Parameter
    Jdk jdk;

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    @Test
    void idleConnections_keepNoProberOut() throws Exception {
        ProcessUnderTest sidecar = processes.process(
                "sidecar-few-descriptors-jdk" + jdk.feature(),
                Map.of(),
                List.of(
                        "prlimit",
                        "--nofile=40:40",
                        jdk.tool("java").toString(),
                        "-jar",
                        BuiltJars.sidecar().toString(),
                        "--port=0",
                        "--statsd-port=0"));
        MatchResult said = sidecar.awaitStderr(Sidecar.STARTED, TO_START);
        int httpPort = Integer.parseInt(said.group(1));
        StatsdListener.send(Integer.parseInt(said.group(2)), "workers:3|g");
        for (int i = 0; i < 100; i++) {
            processes.add(new Socket(InetAddress.getByName("localhost"), httpPort));
        }
        // For as long as a connection without a request is kept where there is room, and longer.
        Prober prober = processes.add(Prober.start(httpPort));
        prober.awaitBoth(200, Moment.now(), PromisedTimes.AT_ONCE);
        prober.assertBothStay(200, Duration.ofSeconds(8));
    }
}
