package com.approck.healthcheck.it.servers;

import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.StatsdListener;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.Moment;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import com.approck.healthcheck.it.support.samples.SampleClassPath;
import com.approck.healthcheck.it.support.samples.ServerVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Programs that serve no HTTP, whose workers are watched by the setting {@code executors}. */
@ParameterizedClass(name = "{0}")
@MethodSource("com.approck.healthcheck.it.support.process.Jdk#all")
final class JobSchedulersIT {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Duration STUCK_AFTER = Duration.ofSeconds(2);
    private static final String SETTINGS = "interval=500ms,stuck-after=2s,";

    @Parameter
    Jdk jdk;

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    @Test
    void quartz_losesWhatIsInADeadlock_andNoLongJob() {
        StatsdListener wire = processes.wire();
        ProcessUnderTest program = start(
                "quartz",
                "2.5.0",
                "QuartzSample",
                "org.quartz-scheduler:quartz:2.5.0",
                "executors=jobs_Worker-*",
                wire);
        wire.await(Moment.now(), SOON, "workers.pool.jobs_Worker:4|g");

        program.type("/hang\n");
        wire.await(Moment.now(), SOON, "workers.pool.jobs_Worker.busy:1|g");
        Moment end = Moment.now().plus(STUCK_AFTER.multipliedBy(2));
        Await.until(SOON, end::hasCome, () -> "time passes");
        program.type("/deadlock\n/deadlock\n");
        wire.await(Moment.now(), SOON, "workers.pool.jobs_Worker:2|g");
        assertEquals(
                Set.of("4", "2"),
                wire.lines().stream()
                        .map(StatsdListener.Line::text)
                        .filter(line -> line.startsWith("workers.pool.jobs_Worker:"))
                        .map(line -> line.replaceAll(".*:|\\|g", ""))
                        .collect(toSet()),
                wire::describe);
    }

    @Test
    void pekko_losesAThreadOfItsDispatcherToAnActorThatHangs() {
        StatsdListener wire = processes.wire();
        ProcessUnderTest program = start(
                "pekko",
                "1.1.5",
                "PekkoSample",
                "org.apache.pekko:pekko-actor_2.13:1.1.5",
                "executors=jobs-pekko.actor.default-dispatcher-*",
                wire);
        wire.await(Moment.now(), SOON, "workers.pool.jobs-pekko_actor_default-dispatcher:8|g");

        program.type("/hang\n");
        wire.await(Moment.now(), SOON, "workers.pool.jobs-pekko_actor_default-dispatcher:7|g");
        wire.await(Moment.now(), SOON, "workers:7|g");
    }

    private ProcessUnderTest start(
            String name, String version, String sample, String coordinate, String executors, StatsdListener wire) {
        ServerVersion program = ServerVersion.untabled(name, version, sample, coordinate, "org.slf4j:slf4j-nop:2.0.17");
        List<String> arguments = new ArrayList<>(List.of(
                TestProcesses.agent(SETTINGS + executors + ",port=" + wire.port()), "-XX:ActiveProcessorCount=2"));
        arguments.addAll(SampleClassPath.of(program));
        return processes.java(name + "-jdk" + jdk.feature(), jdk, Map.of(), arguments);
    }
}
