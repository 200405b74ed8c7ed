package com.approck.healthcheck.it.peers;

import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.process.Moment;
import com.approck.healthcheck.it.support.samples.ServerVersion;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The agent and the sidecar beside Spring Boot Actuator's liveness group and thresholds on what the JMX exporter shows. With
 * {@code -Ppeers}; otherwise not at all.
 */
@EnabledIfSystemProperty(named = "peers", matches = "true")
@Execution(ExecutionMode.SAME_THREAD)
@ResourceLock("all processors")
final class SpringBootPeersIT {

    private static final int WORKERS = SpringBootProcess.WORKERS;

    /** The agent's own default is 60 s, then come its next sample and three probes. */
    private static final Duration PAST_STUCK_AFTER = Duration.ofSeconds(80);

    private static final Duration PAST_THE_LEASE = Duration.ofSeconds(20);

    private static final Duration A_WHILE = Duration.ofSeconds(30);

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    static Stream<ServerVersion.OnJdk> servers() {
        return ServerVersion.newestOnEveryJdk("boot-management");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("servers")
    void ours_isRight_inEveryRow(ServerVersion.OnJdk server) throws IOException {
        FaultRun run = FaultRun.of(processes, faults(server));
        run.print(server.toString(), "peers-boot-jdk" + server.jdk().feature() + ".md");
        run.assertOursIsRight();
    }

    private static List<Fault<SpringBootProcess>> faults(ServerVersion.OnJdk server) {
        return List.of(
                fault(server, "nothing: healthy and idle", Truth.ALIVE, A_WHILE, process -> Moment.now()),
                fault(
                        server,
                        "load: every worker on requests of 2 s that come and go, more in the queue",
                        Truth.ALIVE,
                        A_WHILE,
                        process -> process.load(Duration.ofSeconds(2), A_WHILE)),
                fault(
                        server,
                        "one worker of 12 waits for ever for an answer",
                        Truth.ALIVE,
                        PAST_STUCK_AFTER,
                        process -> process.occupy(1, "/hang")),
                fault(
                        server,
                        "two workers of 12 deadlocked",
                        Truth.ALIVE,
                        A_WHILE,
                        process -> process.occupy(2, "/deadlock")),
                fault(
                        server,
                        "no thread of the JVM runs for 3 s, as in a long collection",
                        Truth.ALIVE,
                        A_WHILE,
                        process -> process.pause(Duration.ofSeconds(3))),
                fault(
                        server,
                        "every worker waits for ever for an answer",
                        Truth.DEAD,
                        PAST_STUCK_AFTER,
                        process -> process.occupy(WORKERS, "/hang")),
                fault(
                        server,
                        "every worker deadlocked",
                        Truth.DEAD,
                        PAST_THE_LEASE,
                        process -> process.occupy(WORKERS, "/deadlock")),
                fault(server, "stopped (SIGSTOP)", Truth.DEAD, PAST_THE_LEASE, process -> process.signal("STOP")),
                fault(server, "killed (SIGKILL)", Truth.DEAD, PAST_THE_LEASE, process -> process.signal("KILL")));
    }

    private static Fault<SpringBootProcess> fault(
            ServerVersion.OnJdk server,
            String what,
            Truth truth,
            Duration watched,
            Function<SpringBootProcess, Moment> put) {
        return new Fault<>(what, truth, watched, processes -> SpringBootProcess.start(processes, server), put);
    }
}
