package com.approck.healthcheck.it.consumers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.program.SlowTransformer;
import com.approck.healthcheck.it.support.TestAgent;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.StatsdListener;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.Moment;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The agent starts beside the application, or is attached to it. A class that is being defined at that moment is in no list of
 * loaded classes, and the agent's own transformer comes too late for it. With Kafka's older client there is one such class, and no
 * other way to its consumers.
 */
final class ClassBeingLoadedIT {

    private static final Duration SOON = Duration.ofSeconds(60);

    /** The agent's last step but one takes until the consumer's class is being defined, which lasts until the agent has started. */
    private static final String SLOW =
            "com.approck.healthcheck.agent.start.AgentPipeline=3000,org.apache.kafka.clients.consumer.KafkaConsumer=6000";

    /**
     * The consumer's class has been shown to all transformers when the JVM loads the interface that it implements. An agent that
     * is attached before that has ended would still be shown a class that another transformer holds up.
     */
    private static final String SLOW_INTERFACE =
            "org.apache.kafka.clients.consumer.Consumer=3000 after com.approck.healthcheck.agent.start.AgentPipeline";

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    static Stream<Jdk> jdks() {
        return Jdk.all().stream();
    }

    @ParameterizedTest
    @MethodSource("jdks")
    void classThatIsBeingDefinedWhileTheAgentStarts_isSeen(Jdk jdk) throws IOException {
        StatsdListener wire = processes.wire();
        Moment started = Moment.now();
        ProcessUnderTest program = consume(jdk, SLOW, TestProcesses.agent("port=" + wire.port()));

        wire.await(started, SOON, "workers.pool.orders:1|g");

        assertTrue(
                program.stdout().contains("SLOW com/approck/healthcheck/agent/start/AgentPipeline"), program::describe);
        assertTrue(
                program.stdout().contains("SLOW org/apache/kafka/clients/consumer/KafkaConsumer"), program::describe);
    }

    @ParameterizedTest
    @MethodSource("jdks")
    void classThatIsBeingDefinedWhileTheAgentIsAttached_isSeen(Jdk jdk) throws IOException {
        StatsdListener wire = processes.wire();
        ProcessUnderTest program = consume(jdk, SLOW_INTERFACE);
        program.awaitStdout("^SLOW org/apache/kafka/clients/consumer/Consumer$", SOON);
        Moment before = Moment.now();

        ProcessUnderTest attacher = processes.attacher(jdk, Long.toString(program.pid()), "port=" + wire.port());

        assertEquals(0, attacher.awaitExit(SOON), attacher::describe);
        wire.await(before, SOON, "workers.pool.orders:1|g");
    }

    /** A consumer without a broker, which is no death. */
    private ProcessUnderTest consume(Jdk jdk, String slow, String... agents) throws IOException {
        List<String> arguments = new ArrayList<>(TestProcesses.LIGHT_JVM);
        arguments.addAll(List.of(agents));
        arguments.add("-javaagent:" + TestAgent.jar(SlowTransformer.class, true) + "=" + slow);
        arguments.addAll(ConsumerClient.OLD_KAFKA.arguments());
        // Nobody listens there.
        arguments.addAll(List.of("bootstrap=127.0.0.1:9", "topic=orders", "group=orders"));
        return processes.java("slow-classes", jdk, Map.of(), arguments);
    }
}
