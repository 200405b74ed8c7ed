package com.approck.healthcheck.it.consumers;

import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.samples.SampleClassPath;
import com.approck.healthcheck.it.support.samples.ServerVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** A client library, its version, and the sample that consumes with it. */
@SuppressWarnings("ImmutableEnumChecker") // The array is not changed.
enum ConsumerClient {
    KAFKA(Library.KAFKA, "kafka-clients 4.4.0", "KafkaSample", true, "org.apache.kafka:kafka-clients:4.4.0"),
    OLD_KAFKA(Library.KAFKA, "kafka-clients 2.8.2", "KafkaSample", false, "org.apache.kafka:kafka-clients:2.8.2"),
    SPRING_KAFKA(
            Library.KAFKA,
            "Spring Kafka 4.1.2",
            "SpringKafkaSample",
            false,
            "org.apache.kafka:kafka-clients:4.3.1",
            "org.springframework.kafka:spring-kafka:4.1.2"),
    KAFKA_STREAMS(
            Library.KAFKA, "Kafka Streams 4.4.0", "KafkaStreamsSample", true, "org.apache.kafka:kafka-streams:4.4.0"),
    RABBITMQ(Library.RABBITMQ, "amqp-client 5.37.1", "RabbitSample", true, "com.rabbitmq:amqp-client:5.37.1"),
    OLD_RABBITMQ(Library.RABBITMQ, "amqp-client 5.0.0", "RabbitSample", false, "com.rabbitmq:amqp-client:5.0.0"),
    SPRING_DIRECT(
            Library.RABBITMQ,
            "Spring AMQP 4.1.2, direct container",
            "SpringRabbitSample",
            false,
            "org.springframework.amqp:spring-rabbit:4.1.2"),
    SPRING_SIMPLE(
            Library.RABBITMQ,
            "Spring AMQP 4.1.2, simple container",
            "SpringRabbitSample",
            true,
            "org.springframework.amqp:spring-rabbit:4.1.2"),
    JMS_LOOP(
            Library.ARTEMIS,
            "Artemis's client 2.56.0, asked by `receive()`",
            "JmsSample",
            true,
            "org.apache.artemis:artemis-jakarta-client:2.56.0"),
    JAVAX_JMS_LOOP(
            Library.ARTEMIS,
            "its client 2.54.0 of `javax.jms`, the same",
            "JmsSample",
            false,
            "org.apache.artemis:artemis-jms-client:2.54.0"),
    JMS_LISTENER(
            Library.ARTEMIS,
            "Artemis's client 2.56.0, a `MessageListener`",
            "JmsSample",
            false,
            "org.apache.artemis:artemis-jakarta-client:2.56.0"),
    JMS_TOPIC(
            Library.ARTEMIS,
            "Artemis's client 2.56.0, a shared durable subscription of a topic",
            "JmsSample",
            true,
            "org.apache.artemis:artemis-jakarta-client:2.56.0"),
    SPRING_JMS(
            Library.ARTEMIS,
            "Spring JMS 7.0.10, default container",
            "SpringJmsSample",
            true,
            "org.apache.artemis:artemis-jakarta-client:2.56.0",
            "org.springframework:spring-context:7.0.10",
            "org.springframework:spring-jms:7.0.10"),
    SPRING_JMS_SIMPLE(
            Library.ARTEMIS,
            "Spring JMS 7.0.10, simple container",
            "SpringJmsSample",
            false,
            "org.apache.artemis:artemis-jakarta-client:2.56.0",
            "org.springframework:spring-context:7.0.10",
            "org.springframework:spring-jms:7.0.10"),
    SPRING_JAVAX_JMS(
            Library.ARTEMIS,
            "Spring JMS 5.3.39 of `javax.jms`, default container",
            "SpringJmsSample",
            false,
            "org.apache.artemis:artemis-jms-client:2.54.0",
            "org.springframework:spring-context:5.3.39",
            "org.springframework:spring-jms:5.3.39");

    /** Of which a broker is needed. */
    enum Library {
        KAFKA(KafkaBroker::start),
        RABBITMQ(RabbitBroker::start),
        ARTEMIS(ArtemisProcess::start);

        private final Supplier<Broker> start;

        Library(Supplier<Broker> start) {
            this.start = start;
        }

        Broker startBroker() {
            return start.get();
        }

        List<ConsumerClient> clients() {
            return Stream.of(ConsumerClient.values())
                    .filter(client -> client.library == this)
                    .toList();
        }
    }

    private static final String TOMCAT = "org.apache.tomcat.embed:tomcat-embed-core:11.0.27";

    final Library library;
    final String title;
    private final String sample;
    private final boolean onNewestJdk;
    private final String[] coordinates;

    /** @param onNewestJdk or on the oldest of this machine: between them, the clients run on both */
    ConsumerClient(Library library, String title, String sample, boolean onNewestJdk, String... coordinates) {
        this.library = library;
        this.title = title;
        this.sample = sample;
        this.onNewestJdk = onNewestJdk;
        this.coordinates = coordinates;
    }

    Jdk jdk() {
        List<Jdk> all = Jdk.all();
        return all.get(onNewestJdk ? all.size() - 1 : 0);
    }

    /** What the sample is told beside. */
    List<String> options() {
        return switch (this) {
            case SPRING_DIRECT -> List.of("container=direct");
            case SPRING_JMS_SIMPLE -> List.of("container=simple");
            case JMS_LISTENER -> List.of("listener=true");
            case JMS_TOPIC -> List.of("subscribed=true");
            default -> List.of();
        };
    }

    List<String> arguments() {
        List<String> all = new ArrayList<>(List.of(coordinates));
        all.add("org.slf4j:slf4j-nop:2.0.17");
        all.add(TOMCAT);
        return SampleClassPath.of(
                ServerVersion.untabled(name().toLowerCase(Locale.ROOT), title, sample, all.toArray(String[]::new)));
    }
}
