package com.approck.healthcheck.it.sample;

import com.rabbitmq.client.ConnectionFactory;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.springframework.amqp.AmqpException;
import org.springframework.amqp.core.MessageListener;
import org.springframework.amqp.core.Queue;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;
import org.springframework.amqp.rabbit.core.RabbitAdmin;
import org.springframework.amqp.rabbit.core.RabbitTemplate;
import org.springframework.amqp.rabbit.listener.AbstractMessageListenerContainer;
import org.springframework.amqp.rabbit.listener.DirectMessageListenerContainer;
import org.springframework.amqp.rabbit.listener.SimpleMessageListenerContainer;

/** The two containers in which Spring AMQP runs what is annotated {@code @RabbitListener}: {@code container=direct} or the other. */
public final class SpringRabbitSample implements QueueProgram.Client {

    private static final int TRIES = 150;

    private final Map<String, String> settings;
    private final CachingConnectionFactory factory;
    private AbstractMessageListenerContainer container;

    private SpringRabbitSample(Map<String, String> settings) {
        this.settings = settings;
        ConnectionFactory client = RabbitSample.factory(settings);
        // As Spring's own factories of it do.
        client.setAutomaticRecoveryEnabled(false);
        this.factory = new CachingConnectionFactory(client);
    }

    public static void main(String[] args) throws Exception {
        Map<String, String> settings = QueueProgram.settings(args);
        QueueProgram.run(settings, new SpringRabbitSample(settings));
    }

    @Override
    public void start() {
        new RabbitAdmin(factory).declareQueue(new Queue(settings.get("topic")));
        int threads = Integer.parseInt(settings.getOrDefault("threads", "1"));
        if (settings.getOrDefault("container", "").equals("direct")) {
            DirectMessageListenerContainer direct = new DirectMessageListenerContainer(factory);
            direct.setConsumersPerQueue(threads);
            container = direct;
        } else {
            SimpleMessageListenerContainer simple = new SimpleMessageListenerContainer(factory);
            simple.setConcurrentConsumers(threads);
            container = simple;
        }
        container.setQueueNames(settings.get("topic"));
        container.setPrefetchCount(1);
        container.setRecoveryInterval(500);
        container.setMessageListener((MessageListener)
                message -> QueueProgram.process(new String(message.getBody(), StandardCharsets.UTF_8)));
        container.afterPropertiesSet();
        container.start();
    }

    /** Again and again, while the broker is away. */
    @Override
    public void send(String message) throws Exception {
        for (int i = 1; ; i++) {
            try {
                new RabbitTemplate(factory).convertAndSend(settings.get("topic"), message);
                return;
            } catch (AmqpException e) {
                if (i == TRIES) {
                    throw e;
                }
                Thread.sleep(200);
            }
        }
    }

    @Override
    public void delete() {
        new RabbitAdmin(factory).deleteQueue(settings.get("topic"));
    }

    @Override
    public void close() {
        container.stop();
    }
}
