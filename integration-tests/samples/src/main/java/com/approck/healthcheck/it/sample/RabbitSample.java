package com.approck.healthcheck.it.sample;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * RabbitMQ's own client as its documentation has it, with its recovery: each consumer on a channel of its own. {@code threads=0}
 * only sends; {@code first=} is a message that is there before the consumers.
 */
public final class RabbitSample implements QueueProgram.Client {

    private static final int TRIES = 150;

    private final Map<String, String> settings;
    private final String queue;
    private final Map<String, Channel> consumers = new LinkedHashMap<>();
    private Channel sender;

    private RabbitSample(Map<String, String> settings) {
        this.settings = settings;
        this.queue = settings.get("topic");
    }

    public static void main(String[] args) throws Exception {
        Map<String, String> settings = QueueProgram.settings(args);
        QueueProgram.run(settings, new RabbitSample(settings));
    }

    /** A factory for the broker of the settings. */
    static ConnectionFactory factory(Map<String, String> settings) {
        String[] address = settings.get("bootstrap").split(":", 2);
        ConnectionFactory factory = new ConnectionFactory();
        factory.setHost(address[0]);
        factory.setPort(Integer.parseInt(address[1]));
        factory.setNetworkRecoveryInterval(500);
        return factory;
    }

    @Override
    public void start() throws Exception {
        Connection connection = factory(settings).newConnection();
        sender = connection.createChannel();
        sender.queueDeclare(queue, true, false, false, null);
        if (settings.containsKey("first")) {
            send(settings.get("first"));
        }
        for (int i = 0; i < Integer.parseInt(settings.getOrDefault("threads", "1")); i++) {
            Channel channel = connection.createChannel();
            channel.basicQos(1);
            consumers.put(channel.basicConsume(queue, false, new Listener(channel)), channel);
        }
    }

    private static final class Listener extends DefaultConsumer {

        Listener(Channel channel) {
            super(channel);
        }

        @Override
        public void handleDelivery(String tag, Envelope envelope, AMQP.BasicProperties properties, byte[] body)
                throws IOException {
            QueueProgram.process(new String(body, StandardCharsets.UTF_8));
            getChannel().basicAck(envelope.getDeliveryTag(), false);
        }
    }

    /** Again and again, while the broker is away. */
    @Override
    public void send(String message) throws Exception {
        for (int i = 1; ; i++) {
            try {
                sender.basicPublish("", queue, null, message.getBytes(StandardCharsets.UTF_8));
                return;
            } catch (AlreadyClosedException e) {
                if (i == TRIES) {
                    throw e;
                }
                Thread.sleep(200);
            }
        }
    }

    @Override
    public void delete() throws Exception {
        sender.queueDelete(queue);
    }

    @Override
    public void close() throws Exception {
        for (Map.Entry<String, Channel> consumer : consumers.entrySet()) {
            consumer.getValue().basicCancel(consumer.getKey());
        }
    }
}
