package com.approck.healthcheck.it.consumers;

import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.process.FreePorts;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import com.approck.healthcheck.it.support.samples.SampleClassPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A Kafka of one node, without ZooKeeper. */
final class KafkaBroker extends Broker {

    private static final String[] LIBRARIES = {"org.apache.kafka:kafka_2.13:4.3.1", "org.slf4j:slf4j-nop:2.0.17"};
    private static final Duration TO_FORMAT = Duration.ofSeconds(60);

    private final String classPath = SampleClassPath.ofLibraries(LIBRARIES);
    private final Path settings;

    private KafkaBroker() {
        super(Duration.ofSeconds(60));
        try {
            Path folder = Files.createTempDirectory(
                    Files.createDirectories(Path.of("target", "it").toAbsolutePath()), "kafka");
            settings = Files.writeString(
                    folder.resolve("server.properties"), """
                    process.roles=broker,controller
                    node.id=1
                    controller.quorum.voters=1@127.0.0.1:%2$d
                    listeners=PLAINTEXT://127.0.0.1:%1$d,CONTROLLER://127.0.0.1:%2$d
                    advertised.listeners=PLAINTEXT://127.0.0.1:%1$d
                    controller.listener.names=CONTROLLER
                    log.dirs=%3$s
                    num.partitions=1
                    offsets.topic.num.partitions=1
                    offsets.topic.replication.factor=1
                    transaction.state.log.replication.factor=1
                    transaction.state.log.min.isr=1
                    share.coordinator.state.topic.replication.factor=1
                    share.coordinator.state.topic.min.isr=1
                    group.initial.rebalance.delay.ms=0
                    """.formatted(port, FreePorts.next(), folder.resolve("data")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static KafkaBroker start() {
        KafkaBroker broker = new KafkaBroker();
        ProcessUnderTest format = broker.launch(
                "kafka-format",
                "kafka.tools.StorageTool",
                "format",
                "-t",
                "AAAAAAAAQACAAAAAAAAAAA",
                "-c",
                "" + broker.settings);
        try (format) {
            if (format.awaitExit(TO_FORMAT) != 0) {
                throw new AssertionError(format.describe());
            }
        }
        broker.restart();
        return broker;
    }

    @Override
    ProcessUnderTest launch() {
        return launch("kafka", "kafka.Kafka", "" + settings);
    }

    private ProcessUnderTest launch(String name, String... mainAndArguments) {
        List<String> command =
                new ArrayList<>(List.of(Jdk.running().tool("java").toString(), "-Xmx256m", "-cp", classPath));
        command.addAll(TestProcesses.LIGHT_JVM);
        command.addAll(List.of(mainAndArguments));
        return ProcessUnderTest.start(name, Map.of(), command);
    }
}
