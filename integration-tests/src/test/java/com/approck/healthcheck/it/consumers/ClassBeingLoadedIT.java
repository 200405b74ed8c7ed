package com.approck.healthcheck.it.consumers;

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
 * The agent starts beside the application. A class that is being defined at that moment is in no list of loaded classes, and the
 * agent's own transformer comes too late for it. With Kafka's older client there is one such class, and no other way to its
 * consumers.
 */
final class ClassBeingLoadedIT {

    private static final Duration SOON = Duration.ofSeconds(60);

    /** The agent's last step but one takes until the consumer's class is being defined, which lasts until the agent has started. */
    private static final String SLOW =
            "com.approck.healthcheck.agent.start.AgentPipeline=3000,org.apache.kafka.clients.consumer.KafkaConsumer=6000";

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
        List<String> arguments = new ArrayList<>(TestProcesses.LIGHT_JVM);
        arguments.add(TestProcesses.agent("port=" + wire.port()));
        arguments.add("-javaagent:" + TestAgent.jar(SlowTransformer.class, true) + "=" + SLOW);
        arguments.addAll(ConsumerClient.OLD_KAFKA.arguments());
        // Nobody listens there: a broker that is away is no death.
        arguments.addAll(List.of("bootstrap=127.0.0.1:9", "topic=orders", "group=orders"));
        ProcessUnderTest program = processes.java("slow-classes", jdk, Map.of(), arguments);

        wire.await(started, SOON, "workers.pool.orders:1|g");

        assertTrue(
                program.stdout().contains("SLOW com/approck/healthcheck/agent/start/AgentPipeline"), program::describe);
        assertTrue(
                program.stdout().contains("SLOW org/apache/kafka/clients/consumer/KafkaConsumer"), program::describe);
    }
}
