package com.approck.healthcheck.it.sample;

import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;

/** Kafka Streams: its threads poll a consumer each. */
public final class KafkaStreamsSample implements QueueProgram.Client {

    private final Map<String, String> settings;
    private KafkaStreams streams;
    private KafkaProducer<String, String> producer;

    private KafkaStreamsSample(Map<String, String> settings) {
        this.settings = settings;
    }

    public static void main(String[] args) throws Exception {
        Map<String, String> settings = QueueProgram.settings(args);
        QueueProgram.run(settings, new KafkaStreamsSample(settings));
    }

    /** The topic must be there: Streams does not make those that it reads. */
    @Override
    public void start() throws Exception {
        send("/ping");
        StreamsBuilder builder = new StreamsBuilder();
        builder.stream(settings.get("topic"), Consumed.with(Serdes.String(), Serdes.String()))
                .foreach((key, value) -> QueueProgram.process(value));
        Properties properties = new Properties();
        properties.putAll(KafkaSample.consumer(settings));
        properties.remove("group.id");
        properties.put("application.id", settings.get("group"));
        properties.put("num.stream.threads", settings.getOrDefault("threads", "1"));
        properties.put("state.dir", System.getProperty("java.io.tmpdir") + "/" + settings.get("group"));
        streams = new KafkaStreams(builder.build(), properties);
        streams.start();
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
        streams.close();
    }
}
