package com.approck.healthcheck.it.sample;

import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.MessageListener;
import jakarta.jms.TextMessage;
import java.util.Map;
import org.springframework.jms.listener.AbstractMessageListenerContainer;
import org.springframework.jms.listener.DefaultMessageListenerContainer;
import org.springframework.jms.listener.SimpleMessageListenerContainer;
import org.springframework.util.backoff.FixedBackOff;

/** The two containers in which Spring runs what is annotated {@code @JmsListener}: {@code container=simple} or the other. */
public final class SpringJmsSample implements QueueProgram.Client {

    private final Map<String, String> settings;
    private AbstractMessageListenerContainer container;

    private SpringJmsSample(Map<String, String> settings) {
        this.settings = settings;
    }

    public static void main(String[] args) throws Exception {
        Map<String, String> settings = QueueProgram.settings(args);
        QueueProgram.run(settings, new SpringJmsSample(settings));
    }

    @Override
    public void start() {
        int threads = Integer.parseInt(settings.getOrDefault("threads", "1"));
        if (settings.getOrDefault("container", "").equals("simple")) {
            SimpleMessageListenerContainer simple = new SimpleMessageListenerContainer();
            simple.setConcurrentConsumers(threads);
            container = simple;
        } else {
            DefaultMessageListenerContainer ofThreads = new DefaultMessageListenerContainer();
            ofThreads.setConcurrentConsumers(threads);
            ofThreads.setBackOff(new FixedBackOff(500, FixedBackOff.UNLIMITED_ATTEMPTS));
            container = ofThreads;
        }
        // It is a factory of both kinds of connection.
        container.setConnectionFactory((ConnectionFactory) JmsSample.factory(settings, ""));
        container.setDestinationName(settings.get("topic"));
        container.setMessageListener((MessageListener) message -> {
            try {
                QueueProgram.process(((TextMessage) message).getText());
            } catch (JMSException e) {
                throw new IllegalStateException(e);
            }
        });
        container.afterPropertiesSet();
        container.start();
    }

    @Override
    public void send(String message) throws Exception {
        JmsSample.send(settings, message);
    }

    @Override
    public void close() {
        container.destroy();
    }
}
