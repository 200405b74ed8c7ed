package com.approck.healthcheck.agent.consumer;

import static com.approck.healthcheck.agent.consumer.WatchedConsumers.STUCK_AFTER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.approck.healthcheck.agent.Await;
import com.approck.healthcheck.agent.FreePort;
import com.approck.healthcheck.agent.pool.HookKind;
import com.approck.healthcheck.agent.pool.HookedMethods;
import com.approck.healthcheck.agent.pool.MethodHook;
import com.approck.healthcheck.agent.reflect.ModuleOpener;
import com.approck.healthcheck.agent.reflect.ReflectedObject;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jms.core.JmsTemplate;
import org.springframework.jms.listener.AbstractJmsListeningContainer;

/** On connections of the newest client to a broker in this JVM. */
final class ArtemisConsumersTest {
    private static final String ABLE = "orders able=1 alive=1 busy=0 stuck=0 capacity=1";
    private static final String BUSY = "orders able=1 alive=1 busy=1 stuck=0 capacity=1";
    private static final String LOST = "orders able=0 alive=0 busy=0 stuck=1 capacity=1";

    private static final String RECONNECTS = "?reconnectAttempts=-1&retryInterval=20";

    private final ArtemisConsumers support = new ArtemisConsumers();
    private final WatchedConsumers watched = new WatchedConsumers(support);
    private final List<ActiveMQConnectionFactory> factories = new ArrayList<>();
    private final List<Connection> connections = new ArrayList<>();
    private final List<CallingThread> threads = new ArrayList<>();

    /** Held, as a program does. */
    private final List<MessageConsumer> consumers = new ArrayList<>();

    private final EmbeddedActiveMQ broker = new EmbeddedActiveMQ();
    private final String address;

    ArtemisConsumersTest() throws Exception {
        address = "tcp://127.0.0.1:" + FreePort.next();
        Configuration configuration = new ConfigurationImpl()
                .setPersistenceEnabled(false)
                .setSecurityEnabled(false)
                .setJMXManagementEnabled(false)
                .addAcceptorConfiguration("tcp", address);
        broker.setConfiguration(configuration);
    }

    @BeforeEach
    void start() throws Exception {
        broker.start();
    }

    @AfterEach
    void close() throws Exception {
        for (Connection each : connections) {
            each.close();
        }
        factories.forEach(ActiveMQConnectionFactory::close);
        threads.forEach(CallingThread::close);
        broker.stop();
        assertEquals(List.of(), watched.failures);
    }

    @Test
    void consumerThatWasNeverAsked_isNoWorker() throws Exception {
        consumer(connect(""), "orders");

        assertEquals("", watched.tick(1));
    }

    @Test
    void callThatBeganBeforeTheHook_isAnIdleWorker() throws Exception {
        MessageConsumer consumer = consumer(connect(""), "orders");
        Thread waiting = new Thread(() -> receive(consumer), "orders-1");
        waiting.start();

        Await.until(ABLE, () -> watched.tick(1).equals(ABLE));
        assertEquals(ABLE, watched.tick(1_000));

        consumer.close();
        watched.hook().closeCalled(inside(consumer));
        assertEquals("", watched.tick(1));
        waiting.join();
    }

    @Test
    void workAfterACallThatBeganBeforeTheHook_isFollowedUntilTheNextCall() throws Exception {
        MessageConsumer consumer = consumer(connect(""), "orders");
        CountDownLatch hangs = new CountDownLatch(1);
        Thread waiting = new Thread(
                () -> {
                    receive(consumer);
                    await(hangs);
                    asks(consumer, null);
                    receive(consumer);
                },
                "orders-1");
        waiting.start();
        Await.until(ABLE, () -> watched.tick(1).equals(ABLE));
        Session sending = connections.get(0).createSession(false, Session.AUTO_ACKNOWLEDGE);
        sending.createProducer(sending.createQueue("orders")).send(sending.createTextMessage("hangs"));

        String stuck = "orders able=0 alive=1 busy=1 stuck=1 capacity=1";
        Await.until(stuck, () -> watched.tick(STUCK_AFTER + 1).equals(stuck));
        hangs.countDown();
        Await.until(ABLE, () -> watched.tick(1).equals(ABLE));
        consumer.close();
        waiting.join();
    }

    @Test
    void threadWithAMessage_worksUntilItAsksAgain() throws Exception {
        MessageConsumer consumer = consumer(connect(""), "orders");
        CallingThread thread = thread("orders-1").does(() -> asks(consumer, "a message"));
        assertEquals(BUSY, watched.tick(1));

        // The thread uses CPU to come to rest.
        String stuck = "orders able=0 alive=1 busy=1 stuck=1 capacity=1";
        Await.until(stuck, () -> watched.tick(STUCK_AFTER + 1).equals(stuck));

        thread.does(() -> asks(consumer, null));
        assertEquals(ABLE, watched.tick(100));
    }

    @Test
    void threadWhoseCallHasThrown_isAtNobodysWork() throws Exception {
        MessageConsumer consumer = consumer(connect(""), "orders");
        thread("orders-1").does(() -> {
            watched.waits(inside(consumer), null);
            watched.hasReceived(inside(consumer), null, new IllegalStateException("no broker"));
        });

        assertEquals(ABLE, watched.tick(1_000));
    }

    @Test
    void threadThatHasEnded_isLostUntilAnotherAsksInItsPlace() throws Exception {
        Connection connection = connect("");
        MessageConsumer consumer = consumer(connection, "orders");
        thread("orders-1").does(() -> asks(consumer, "a message")).ends();

        assertEquals(LOST, watched.tick(100));

        MessageConsumer other = consumer(connection, "orders");
        thread("orders-2").does(() -> asks(other, null));
        assertEquals(ABLE, watched.tick(2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"consumer", "session", "connection"})
    void consumerThatTheApplicationCloses_isNoWorker(String what) throws Exception {
        Connection connection = connect("");
        Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        MessageConsumer asked = session.createConsumer(session.createQueue("orders"));
        MessageConsumer listening = session.createConsumer(session.createQueue("payments"));
        listening.setMessageListener(message -> {});
        thread("orders-1").does(() -> asks(asked, null));
        assertEquals(ABLE + "; " + ABLE.replace("orders", "payments"), watched.tick(1));

        if (what.equals("consumer")) {
            asked.close();
            listening.close();
            // A look may come between the close and the report of the hook.
            assertEquals(ABLE + "; " + ABLE.replace("orders", "payments"), watched.tick(1));
            watched.hook().closeCalled(inside(asked));
            watched.hook().closeCalled(inside(listening));
        } else if (what.equals("session")) {
            session.close();
        } else {
            connection.close();
        }

        // Without the hook, the session says so; the thread that asked lives on, and did not close it.
        assertEquals("", watched.tick(1));
    }

    @Test
    void topic_isThePoolOfItsSubscriptions() throws Exception {
        Session session = connect("").createSession(false, Session.AUTO_ACKNOWLEDGE);
        MessageConsumer consumer = session.createConsumer(session.createTopic("prices"));
        consumer.setMessageListener(message -> {});

        assertEquals(ABLE.replace("orders", "prices"), watched.tick(1));
    }

    @Test
    void temporaryQueueAndBrowser_areNoPools() throws Exception {
        Session session = connect("").createSession(false, Session.AUTO_ACKNOWLEDGE);
        MessageConsumer answers = session.createConsumer(session.createTemporaryQueue());
        thread("web-1").does(() -> asks(answers, "an answer"));
        assertNotNull(session.createBrowser(session.createQueue("orders")).getEnumeration());

        assertEquals("", watched.tick(1));
    }

    @Test
    void consumerThatATemplateAsks_isNoWorker() throws Exception {
        MessageConsumer consumer = consumer(connect(""), "orders");
        thread("web-1").does(() -> {
            Object before = watched.hook().askedBy(new JmsTemplate());
            asks(consumer, "a message");
            assertNull(before);
            watched.hook().askedBy(before);
        });
        assertEquals("", watched.tick(1));

        thread("orders-1").does(() -> asks(consumer, null));
        assertEquals(ABLE, watched.tick(1));
    }

    @Test
    void connectionOfAThreadThatIsLost_isNoDeathWhileTheThreadLives() throws Exception {
        MessageConsumer consumer = consumer(connect(""), "orders");
        CallingThread thread = thread("orders-1").does(() -> asks(consumer, "a message"));
        assertEquals(BUSY, watched.tick(1));

        broker.stop();
        awaitClosed(consumer);
        assertEquals(ABLE, watched.tick(10_000));

        broker.start();
        MessageConsumer other = consumer(connect(""), "orders");
        thread.does(() -> asks(other, null));
        assertEquals(ABLE, watched.tick(2));
        thread.ends();
        assertEquals(LOST, watched.tick(1));
    }

    @Test
    void threadThatEndsAfterItsConnectionWasLost_isLost() throws Exception {
        MessageConsumer consumer = consumer(connect(""), "orders");
        CallingThread thread = thread("orders-1").does(() -> asks(consumer, null));
        assertEquals(ABLE, watched.tick(1));

        broker.stop();
        awaitClosed(consumer);
        thread.ends();

        assertEquals(LOST, watched.tick(1));
        assertEquals(LOST, watched.tick(1_000));
    }

    @Test
    void threadThatClosesItsConsumerAfterTheConnectionWasLostAndEnds_isNoWorker() throws Exception {
        MessageConsumer consumer = consumer(connect(""), "orders");
        CallingThread thread = thread("web-1").does(() -> asks(consumer, null));
        assertEquals(ABLE, watched.tick(1));

        broker.stop();
        awaitClosed(consumer);
        thread.does(() -> watched.hook().closeCalled(inside(consumer)));
        assertEquals(ABLE, watched.tick(1));
        thread.ends();

        assertEquals("", watched.tick(1));
    }

    @Test
    void threadThatGoesOnToAskAClosedConsumer_isLostAfterTwoMinutes() throws Exception {
        MessageConsumer consumer = consumer(connect(""), "orders");
        CallingThread thread = thread("orders-1").does(() -> asks(consumer, null));
        watched.tick(1);
        broker.stop();
        awaitClosed(consumer);
        watched.tick(1);

        for (int i = 0; i < 120; i++) {
            thread.does(() -> asks(consumer, null));
            assertEquals(ABLE, watched.tick(1));
        }
        thread.does(() -> asks(consumer, null));

        assertEquals("orders able=0 alive=1 busy=0 stuck=1 capacity=1", watched.tick(1));
    }

    @Test
    void containerThatHasLostItsConnection_isAbleForAsLongAsItIsActive() throws Exception {
        AbstractJmsListeningContainer container = new AbstractJmsListeningContainer();
        MessageConsumer consumer = consumer(connect(""), "orders");
        CallingThread thread = thread("container-1").does(() -> asksFor(container, consumer));
        assertEquals(ABLE, watched.tick(1));

        // As a container does, which goes on on another thread.
        broker.stop();
        awaitClosed(consumer);
        thread.does(() -> watched.hook().closeCalled(inside(consumer))).ends();
        assertEquals(ABLE, watched.tick(10_000));

        container.active = false;
        assertEquals("", watched.tick(1));
    }

    @Test
    void askedConsumerThatAContainerCloses_isAwaitedForHalfAMinuteAfterTheContainerHasConnected() throws Exception {
        AbstractJmsListeningContainer container = new AbstractJmsListeningContainer();
        MessageConsumer consumer = consumer(connect(""), "orders");
        CallingThread thread = thread("container-1").does(() -> asksFor(container, consumer));
        assertEquals(ABLE, watched.tick(1));

        // Sooner than the client, and goes on on another thread.
        container.recovering = true;
        Object inside = inside(consumer);
        consumer.close();
        thread.does(() -> watched.hook().closeCalled(inside)).ends();
        for (int i = 0; i < 10; i++) {
            assertEquals(ABLE, watched.tick(25));
        }
        container.recovering = false;
        assertEquals(ABLE, watched.tick(30));
        assertEquals("", watched.tick(1));
    }

    @Test
    void listenerThatAContainerClosesToMakeAnother_isAbleUntilThen() throws Exception {
        AbstractJmsListeningContainer container = new AbstractJmsListeningContainer();
        Connection connection = connect("");
        MessageConsumer consumer = consumer(connection, "orders");
        consumer.setMessageListener(message -> {});
        assertEquals(ABLE, watched.tick(1));

        Object inside = inside(consumer);
        thread("client-1").does(() -> closes(container, inside));
        connection.close();
        assertEquals(ABLE, watched.tick(1));
        consumer(connect(""), "orders").setMessageListener(message -> {});
        assertEquals(ABLE, watched.tick(1));
        assertEquals(ABLE, watched.tick(1_000));
    }

    @Test
    void listenerThatAContainerClosesWithoutAnother_isLostForAsLongAsTheContainerIsActive() throws Exception {
        AbstractJmsListeningContainer container = new AbstractJmsListeningContainer();
        MessageConsumer consumer = consumer(connect(""), "orders");
        consumer.setMessageListener(message -> {});
        assertEquals(ABLE, watched.tick(1));

        Object inside = inside(consumer);
        consumer.close();
        thread("client-1").does(() -> closes(container, inside));
        assertEquals(ABLE, watched.tick(100));
        assertEquals(LOST, watched.tick(100));

        container.active = false;
        assertEquals("", watched.tick(1));
    }

    /** As Spring's method {@code receiveFromConsumer} does. */
    private void asksFor(AbstractJmsListeningContainer container, MessageConsumer consumer) {
        watched.hook().askedBy(container);
        asks(consumer, null);
        watched.hook().askedBy(null);
    }

    /** As Spring's method {@code onException} does. */
    private void closes(AbstractJmsListeningContainer container, Object inside) {
        watched.hook().askedBy(container);
        watched.hook().closeCalled(inside);
        watched.hook().askedBy(null);
    }

    @Test
    void listener_isAWorkerUntilItIsTakenAway() throws Exception {
        MessageConsumer consumer = consumer(connect(""), "orders");
        consumer.setMessageListener(message -> {});
        assertEquals(ABLE, watched.tick(1));
        assertEquals(ABLE, watched.tick(100));

        consumer.setMessageListener(null);

        assertEquals("", watched.tick(1));
    }

    @Test
    void deliveryWithoutCpu_makesAllListenersOfTheSessionStuckUntilItEnds() throws Exception {
        Session session = connect("").createSession(false, Session.AUTO_ACKNOWLEDGE);
        List<MessageConsumer> both = new ArrayList<>();
        for (String queue : List.of("orders", "payments")) {
            both.add(session.createConsumer(session.createQueue(queue)));
            both.get(both.size() - 1).setMessageListener(message -> {});
        }
        watched.tick(1);
        CallingThread thread = thread("client-1").does(() -> watched.delivers(inside(both.get(0))));

        String stuck = "orders able=0 alive=1 busy=1 stuck=1 capacity=1";
        String all = stuck + "; " + stuck.replace("orders", "payments");
        Await.until(all, () -> watched.tick(STUCK_AFTER + 1).equals(all));
        thread.does(() -> watched.hasDelivered(inside(both.get(0))));
        assertEquals(ABLE + "; " + ABLE.replace("orders", "payments"), watched.tick(1));
    }

    @Test
    void deliveryThatBeganBeforeTheHook_isFollowed() throws Exception {
        Session session = connect("").createSession(false, Session.AUTO_ACKNOWLEDGE);
        MessageConsumer consumer = session.createConsumer(session.createQueue("orders"));
        CountDownLatch hangs = new CountDownLatch(1);
        consumer.setMessageListener(message -> await(hangs));
        Session sending = connections.get(0).createSession(false, Session.AUTO_ACKNOWLEDGE);
        sending.createProducer(sending.createQueue("orders")).send(sending.createTextMessage("hangs"));

        String stuck = "orders able=0 alive=1 busy=1 stuck=1 capacity=1";
        Await.until(stuck, () -> watched.tick(STUCK_AFTER + 1).equals(stuck));
        hangs.countDown();
        Await.until(ABLE, () -> watched.tick(1).equals(ABLE));
    }

    @Test
    void listenerWhoseClientReconnects_isAbleWhileTheBrokerIsAway() throws Exception {
        MessageConsumer consumer = consumer(connect(RECONNECTS), "orders");
        consumer.setMessageListener(message -> {});
        watched.tick(1);

        broker.stop();
        assertEquals(ABLE, watched.tick(1_000));
        broker.start();
        assertEquals(ABLE, watched.tick(1_000));
    }

    @Test
    void listenerWhoseConnectionIsLost_isAwaitedForTwoMinutes() throws Exception {
        MessageConsumer consumer = consumer(connect(""), "orders");
        consumer.setMessageListener(message -> {});
        watched.tick(1);

        broker.stop();
        awaitClosed(consumer);
        assertEquals(ABLE, watched.tick(120));
        assertEquals(LOST, watched.tick(1));

        broker.start();
        consumer(connect(""), "orders").setMessageListener(message -> {});
        assertEquals(ABLE, watched.tick(2));
    }

    @Test
    void listenerThatTheApplicationClosesAfterAReconnection_isAwaitedForHalfAMinute() throws Exception {
        Connection connection = connect(RECONNECTS);
        consumer(connection, "orders").setMessageListener(message -> {});
        watched.tick(1);
        restartBroker(connection);
        assertEquals(ABLE, watched.tick(1));

        connection.close();
        assertEquals(ABLE, watched.tick(1));
        connection = connect(RECONNECTS);
        consumer(connection, "orders").setMessageListener(message -> {});
        assertEquals(ABLE, watched.tick(1), "it has taken the place of the other");
        assertEquals(ABLE, watched.tick(100));

        restartBroker(connection);
        connection.close();
        assertEquals(ABLE, watched.tick(1));
        assertEquals(ABLE, watched.tick(30));
        assertEquals("", watched.tick(1));
    }

    @Test
    void askedConsumerThatTheApplicationClosesAfterAReconnection_isAwaitedForHalfAMinute() throws Exception {
        Connection connection = connect(RECONNECTS);
        MessageConsumer first = consumer(connection, "orders");
        CallingThread thread = thread("orders-1").does(() -> asks(first, null));
        watched.tick(1);
        restartBroker(connection);

        // Not by the thread that asks.
        connection.close();
        assertEquals(ABLE, watched.tick(1));
        Connection next = connect(RECONNECTS);
        MessageConsumer second = consumer(next, "orders");
        thread.does(() -> asks(second, null));
        assertEquals(ABLE, watched.tick(1), "it has taken the place of the other");
        assertEquals(ABLE, watched.tick(100));

        restartBroker(next);
        next.close();
        assertEquals(ABLE, watched.tick(1));
        assertEquals(ABLE, watched.tick(30));
        assertEquals("", watched.tick(1));
    }

    /** Returns once the client has connected again. */
    private void restartBroker(Connection connection) throws Exception {
        broker.stop();
        broker.start();
        connection.createSession(false, Session.AUTO_ACKNOWLEDGE).close();
    }

    @Test
    void everyMethodOfTheClientThatIsHooked_exists() throws Exception {
        Set<String> hooked = new HashSet<>();
        for (MethodHook hook : support.hooks()) {
            if (hook.kind() == HookKind.ASKER) {
                // Of Spring, which is tested as a whole program.
                continue;
            }
            Class<?> type = Class.forName(hook.className());
            assertEquals(1, HookedMethods.count(type, hook), hook.method());
            hooked.add(hook.method());
            if (hook.kind() == HookKind.DELIVERY) {
                assertNotNull(type.getDeclaredField("this$0"));
            }
        }
        assertEquals(Set.of("receive", "receiveImmediate", "close", "run"), hooked);
    }

    private Connection connect(String settings) throws JMSException {
        ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(address + settings);
        factories.add(factory);
        Connection connection = factory.createConnection();
        connections.add(connection);
        connection.start();
        return connection;
    }

    private MessageConsumer consumer(Connection connection, String queue) throws JMSException {
        Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        MessageConsumer consumer = session.createConsumer(session.createQueue(queue));
        consumers.add(consumer);
        return consumer;
    }

    private CallingThread thread(String name) {
        CallingThread thread = new CallingThread(name);
        threads.add(thread);
        return thread;
    }

    /** Asks once, as one whose method has the hook in it. */
    private void asks(MessageConsumer consumer, Object answer) {
        watched.waits(inside(consumer), null);
        watched.hasReceived(inside(consumer), answer, null);
    }

    private static Message receive(MessageConsumer consumer) {
        try {
            return consumer.receive();
        } catch (JMSException e) {
            throw new AssertionError(e);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void awaitClosed(MessageConsumer consumer) {
        Await.until("the client has closed it", () -> (Boolean) field(field(inside(consumer), "session"), "closed"));
    }

    /** The consumer of the client's own, to which JMS is a cover. */
    private static Object inside(MessageConsumer consumer) {
        return field(consumer, "consumer");
    }

    private static Object field(Object object, String name) {
        try {
            return new ReflectedObject(object, new ModuleOpener(null)).field(name);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }
}
