package com.approck.healthcheck.it.sample;

import java.util.Map;
import org.springframework.jms.listener.AbstractMessageListenerContainer;
import org.springframework.jms.listener.DefaultMessageListenerContainer;
import org.springframework.jms.listener.SimpleMessageListenerContainer;
import org.springframework.util.backoff.FixedBackOff;

/**
 * The two containers in which Spring runs what is annotated {@code @JmsListener}: {@code container=simple}, which leaves it to the
 * client to connect again, or the other, which does so itself. JMS is called as {@link JmsSample} does.
 */
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
    public void start() throws Exception {
        int threads = Integer.parseInt(settings.getOrDefault("threads", "1"));
        if (isSimple()) {
            SimpleMessageListenerContainer simple = new SimpleMessageListenerContainer();
            simple.setConcurrentConsumers(threads);
            container = simple;
        } else {
            DefaultMessageListenerContainer ofThreads = new DefaultMessageListenerContainer();
            ofThreads.setConcurrentConsumers(threads);
            ofThreads.setBackOff(new FixedBackOff(500, FixedBackOff.UNLIMITED_ATTEMPTS));
            container = ofThreads;
        }
        JmsSample.call(
                container,
                "setConnectionFactory",
                isSimple() ? JmsSample.persistentFactory(settings) : JmsSample.factory(settings, ""));
        container.setDestinationName(settings.get("topic"));
        container.setMessageListener(JmsSample.callback(
                typeOfJms("MessageListener"), message -> QueueProgram.process(JmsSample.text(message))));
        JmsSample.setCallback(container, "setExceptionListener", JmsSample::printLoss);
        container.afterPropertiesSet();
        container.start();
    }

    private boolean isSimple() {
        return settings.getOrDefault("container", "").equals("simple");
    }

    private Class<?> typeOfJms(String name) throws ReflectiveOperationException {
        Class<?> other = JmsSample.method(container, "setExceptionListener", 1).getParameterTypes()[0];
        return Class.forName(other.getPackageName() + "." + name);
    }

    @Override
    public void reconnect() {
        container.stop();
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
