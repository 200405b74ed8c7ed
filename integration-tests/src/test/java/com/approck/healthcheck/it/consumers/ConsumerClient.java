package com.approck.healthcheck.it.consumers;

import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.samples.SampleClassPath;
import com.approck.healthcheck.it.support.samples.ServerVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A client library, its version, and the sample that consumes with it. */
@SuppressWarnings("ImmutableEnumChecker") // The array is not changed.
enum ConsumerClient {
    KAFKA("kafka-clients 4.4.0", "KafkaSample", true, "org.apache.kafka:kafka-clients:4.4.0"),
    OLD_KAFKA("kafka-clients 2.8.2", "KafkaSample", false, "org.apache.kafka:kafka-clients:2.8.2"),
    SPRING_KAFKA(
            "Spring Kafka 4.1.2",
            "SpringKafkaSample",
            false,
            "org.apache.kafka:kafka-clients:4.3.1",
            "org.springframework.kafka:spring-kafka:4.1.2"),
    KAFKA_STREAMS("Kafka Streams 4.4.0", "KafkaStreamsSample", true, "org.apache.kafka:kafka-streams:4.4.0");

    private static final String TOMCAT = "org.apache.tomcat.embed:tomcat-embed-core:11.0.27";

    final String title;
    private final String sample;
    private final boolean onNewestJdk;
    private final String[] coordinates;

    /** @param onNewestJdk or on the oldest of this machine: between them, the clients run on both */
    ConsumerClient(String title, String sample, boolean onNewestJdk, String... coordinates) {
        this.title = title;
        this.sample = sample;
        this.onNewestJdk = onNewestJdk;
        this.coordinates = coordinates;
    }

    Jdk jdk() {
        List<Jdk> all = Jdk.all();
        return all.get(onNewestJdk ? all.size() - 1 : 0);
    }

    List<String> arguments() {
        List<String> all = new ArrayList<>(List.of(coordinates));
        all.add("org.slf4j:slf4j-nop:2.0.17");
        all.add(TOMCAT);
        return SampleClassPath.of(
                ServerVersion.untabled(name().toLowerCase(Locale.ROOT), title, sample, all.toArray(String[]::new)));
    }
}
