package com.approck.healthcheck.it.sample;

import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.listener.MessageListener;

/** The container in which Spring Kafka runs what is annotated {@code @KafkaListener}. */
public final class SpringKafkaSample implements QueueProgram.Client {

    private final Map<String, String> settings;
    private ConcurrentMessageListenerContainer<String, String> container;
    private KafkaProducer<String, String> producer;

    private SpringKafkaSample(Map<String, String> settings) {
        this.settings = settings;
    }

    public static void main(String[] args) throws Exception {
        Map<String, String> settings = QueueProgram.settings(args);
        QueueProgram.run(settings, new SpringKafkaSample(settings));
    }

    @Override
    public void start() {
        ContainerProperties properties = new ContainerProperties(settings.get("topic"));
        properties.setMessageListener(
                (MessageListener<String, String>) message -> QueueProgram.process(message.value()));
        container = new ConcurrentMessageListenerContainer<>(
                new DefaultKafkaConsumerFactory<>(
                        KafkaSample.consumer(settings), new StringDeserializer(), new StringDeserializer()),
                properties);
        container.setConcurrency(Integer.parseInt(settings.getOrDefault("threads", "1")));
        container.start();
    }

    @Override
    public void send(String message) throws Exception {
        if (producer == null) {
            producer = KafkaSample.producer(settings);
        }
        producer.send(new ProducerRecord<>(settings.get("topic"), message)).get();
    }

    @Override
    public void close() {
        container.stop();
    }
}
