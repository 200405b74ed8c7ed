package com.approck.healthcheck.it.sample;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Kafka's own consumers, each in a loop on a thread of its own, as their documentation has it. {@code assigned=true} gives them
 * a partition by hand.
 */
public final class KafkaSample implements QueueProgram.Client {

    private final Map<String, String> settings;
    private final List<Thread> threads = new ArrayList<>();
    private KafkaProducer<String, String> producer;
    private volatile boolean closing;

    private KafkaSample(Map<String, String> settings) {
        this.settings = settings;
    }

    public static void main(String[] args) throws Exception {
        Map<String, String> settings = QueueProgram.settings(args);
        QueueProgram.run(settings, new KafkaSample(settings));
    }

    /** What every client of these settings needs. */
    static Map<String, Object> client(Map<String, String> settings) {
        Map<String, Object> properties = new HashMap<>();
        properties.put("bootstrap.servers", settings.get("bootstrap"));
        properties.put("reconnect.backoff.max.ms", "500");
        properties.put("metadata.max.age.ms", "1000");
        return properties;
    }

    static Map<String, Object> consumer(Map<String, String> settings) {
        Map<String, Object> properties = client(settings);
        properties.put("group.id", settings.get("group"));
        properties.put("auto.offset.reset", "earliest");
        properties.put("session.timeout.ms", "6000");
        properties.put("heartbeat.interval.ms", "500");
        properties.put("max.poll.interval.ms", settings.getOrDefault("maxPoll", "300000"));
        return properties;
    }

    static KafkaProducer<String, String> producer(Map<String, String> settings) {
        return new KafkaProducer<>(client(settings), new StringSerializer(), new StringSerializer());
    }

    @Override
    public void start() {
        for (int i = 1; i <= Integer.parseInt(settings.getOrDefault("threads", "1")); i++) {
            Thread thread = new Thread(this::consume, "listener-" + i);
            threads.add(thread);
            thread.start();
        }
    }

    /** An error leaves it as it is, with the consumer open. */
    private void consume() {
        KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(consumer(settings), new StringDeserializer(), new StringDeserializer());
        String topic = settings.get("topic");
        if (Boolean.parseBoolean(settings.get("assigned"))) {
            consumer.assign(Collections.singletonList(new TopicPartition(topic, 0)));
        } else {
            consumer.subscribe(Collections.singletonList(topic));
        }
        while (!closing) {
            for (ConsumerRecord<String, String> message : consumer.poll(Duration.ofMillis(500))) {
                QueueProgram.process(message.value());
            }
        }
        consumer.close();
    }

    @Override
    public void send(String message) throws Exception {
        if (producer == null) {
            producer = producer(settings);
        }
        producer.send(new ProducerRecord<>(settings.get("topic"), message)).get();
    }

    @Override
    public void close() throws Exception {
        closing = true;
        for (Thread thread : threads) {
            thread.join();
        }
    }
}
