package com.approck.healthcheck.it.sample;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/**
 * ActiveMQ Artemis's own client of JMS: consumers that are asked in a loop, each on a thread and a connection of its own, which
 * connects again when that is lost; or with {@code listener=true}, listeners on a connection that the client opens again, if it
 * does so within {@code attempts=} attempts. With {@code replaces=true}, the client opens the connections of both again, and at any
 * exception the program closes them and makes others. With {@code subscribed=true}, they share a durable subscription of a
 * topic instead of a queue. {@code threads=0} only sends.
 *
 * <p>JMS is called by the names of its methods, which are the same in the packages {@code jakarta.jms} and {@code javax.jms}.
 */
public final class JmsSample implements QueueProgram.Client {

    private static final int AUTO_ACKNOWLEDGE = 1;
    private static final int TRIES = 150;

    /** What is called for a message, or for an exception of a connection. */
    interface Callback {
        void accept(Object argument) throws Exception;
    }

    private final Map<String, String> settings;
    private final List<Object> connections = new ArrayList<>();
    private volatile boolean closing;

    private JmsSample(Map<String, String> settings) {
        this.settings = settings;
    }

    public static void main(String[] args) throws Exception {
        Map<String, String> settings = QueueProgram.settings(args);
        QueueProgram.run(settings, new JmsSample(settings));
    }

    /** A factory for the broker of the settings. */
    static ActiveMQConnectionFactory factory(Map<String, String> settings, String options) {
        return new ActiveMQConnectionFactory("tcp://" + settings.get("bootstrap") + options);
    }

    /** The same, for connections that the client opens again. */
    static ActiveMQConnectionFactory persistentFactory(Map<String, String> settings) {
        return factory(
                settings, "?reconnectAttempts=" + settings.getOrDefault("attempts", "-1") + "&retryInterval=200");
    }

    @Override
    public void start() throws Exception {
        if (Boolean.parseBoolean(settings.get("listener"))) {
            listen();
        } else {
            for (int i = 1; i <= threads(); i++) {
                new Thread(this::consume, "listener-" + i).start();
            }
        }
    }

    private int threads() {
        return Integer.parseInt(settings.getOrDefault("threads", "1"));
    }

    private void listen() throws Exception {
        Object connection = call(persistentFactory(settings), "createConnection");
        synchronized (connections) {
            connections.add(connection);
        }
        setCallback(
                connection,
                "setExceptionListener",
                isReplacing() ? exception -> replace(connection) : JmsSample::printLoss);
        for (int i = 0; i < threads(); i++) {
            setCallback(consumer(connection), "setMessageListener", message -> QueueProgram.process(text(message)));
        }
        call(connection, "start");
    }

    private boolean isReplacing() {
        return Boolean.parseBoolean(settings.get("replaces"));
    }

    private void replace(Object connection) throws Exception {
        call(connection, "close");
        while (!closing) {
            try {
                listen();
                System.out.println("RECONNECTED");
                return;
            } catch (Exception e) {
                System.out.println("NO BROKER " + e);
            }
            pause();
        }
    }

    @Override
    public void reconnect() throws Exception {
        listen();
    }

    /** Prints {@code CONNECTION LOST}, unless the client has connected again. */
    static void printLoss(Object exception) throws Exception {
        if ("DISCONNECT".equals(call(exception, "getErrorCode"))) {
            System.out.println("CONNECTION LOST");
        }
    }

    static void setCallback(Object target, String setter, Callback callback) throws Exception {
        call(target, setter, callback(method(target, setter, 1).getParameterTypes()[0], callback));
    }

    /** An object of an interface that has one method, with one argument. */
    static Object callback(Class<?> type, Callback callback) {
        return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
            if (method.getDeclaringClass() == Object.class) {
                return method.invoke(callback, arguments);
            }
            callback.accept(arguments[0]);
            return null;
        });
    }

    private Object consumer(Object connection) throws Exception {
        Object session = call(connection, "createSession", false, AUTO_ACKNOWLEDGE);
        Object destination = destination(settings, session);
        return isSubscribed(settings)
                ? call(session, "createSharedDurableConsumer", destination, "those-of-" + settings.get("group"))
                : call(session, "createConsumer", destination);
    }

    private static Object destination(Map<String, String> settings, Object session) throws Exception {
        return call(session, isSubscribed(settings) ? "createTopic" : "createQueue", settings.get("topic"));
    }

    private static boolean isSubscribed(Map<String, String> settings) {
        return Boolean.parseBoolean(settings.get("subscribed"));
    }

    static String text(Object message) throws Exception {
        return (String) call(message, "getText");
    }

    /** An error ends its thread, and leaves the consumer open. */
    private void consume() {
        for (int i = 1; !closing; i++) {
            try {
                Object connection =
                        call(isReplacing() ? persistentFactory(settings) : factory(settings, ""), "createConnection");
                synchronized (connections) {
                    connections.add(connection);
                }
                if (isReplacing()) {
                    setCallback(connection, "setExceptionListener", exception -> call(connection, "close"));
                }
                call(connection, "start");
                Object consumer = consumer(connection);
                if (i > 1) {
                    System.out.println("RECONNECTED");
                }
                // Null: it was closed.
                for (Object message = call(consumer, "receive"); message != null; message = call(consumer, "receive")) {
                    QueueProgram.process(text(message));
                }
            } catch (Exception e) {
                System.out.println("NO BROKER " + e);
            }
            pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(200);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Again and again, while the broker is away. */
    @Override
    public void send(String message) throws Exception {
        send(settings, message);
    }

    static void send(Map<String, String> settings, String message) throws Exception {
        for (int i = 1; ; i++) {
            try (ActiveMQConnectionFactory factory = factory(settings, "")) {
                Object connection = call(factory, "createConnection");
                Object session = call(connection, "createSession", false, AUTO_ACKNOWLEDGE);
                Object producer = call(session, "createProducer", destination(settings, session));
                call(producer, "send", call(session, "createTextMessage", message));
                call(connection, "close");
                return;
            } catch (Exception e) {
                if (i == TRIES) {
                    throw e;
                }
                pause();
            }
        }
    }

    @Override
    public void close() throws Exception {
        closing = true;
        synchronized (connections) {
            for (Object connection : connections) {
                call(connection, "close");
            }
        }
    }

    static Object call(Object target, String name, Object... arguments) throws Exception {
        try {
            return method(target, name, arguments.length).invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() instanceof Exception ? (Exception) e.getCause() : e;
        }
    }

    static Method method(Object target, String name, int arguments) throws NoSuchMethodException {
        for (Method method : target.getClass().getMethods()) {
            if (method.getName().equals(name)
                    && method.getParameterCount() == arguments
                    && !method.isBridge()
                    && (arguments != 1 || !method.getParameterTypes()[0].isPrimitive())) {
                return method;
            }
        }
        throw new NoSuchMethodException(target.getClass() + "." + name);
    }
}
