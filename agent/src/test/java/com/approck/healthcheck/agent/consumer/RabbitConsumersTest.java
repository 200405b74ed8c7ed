package com.approck.healthcheck.agent.consumer;

import static com.approck.healthcheck.agent.consumer.WatchedConsumers.STUCK_AFTER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import com.approck.healthcheck.agent.Await;
import com.approck.healthcheck.agent.pool.HookKind;
import com.approck.healthcheck.agent.pool.HookedMethods;
import com.approck.healthcheck.agent.pool.MethodHook;
import com.approck.healthcheck.agent.reflect.ModuleOpener;
import com.approck.healthcheck.agent.reflect.ReflectedObject;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.Recoverable;
import com.rabbitmq.client.RecoveryListener;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On connections of the newest client to a broker that speaks as much as they need. */
final class RabbitConsumersTest {
    private static final String ABLE = "orders able=1 alive=1 busy=0 stuck=0 capacity=1";
    private static final String LOST = "orders able=0 alive=0 busy=0 stuck=1 capacity=1";

    private final FakeRabbit broker = new FakeRabbit();
    private final RabbitConsumers support = new RabbitConsumers();
    private final WatchedConsumers watched = new WatchedConsumers(support);
    private final List<Connection> connections = new ArrayList<>();

    /** They are closed at some faults, and then held by nobody else. */
    private final List<Channel> channels = new ArrayList<>();

    @AfterEach
    void close() {
        connections.forEach(Connection::abort);
        broker.close();
        assertEquals(List.of(), watched.failures);
    }

    @Test
    void consumerWithoutAMessage_isAnAbleWorkerOfItsQueue() throws Exception {
        consume(connect(true).createChannel(), "orders");

        assertEquals(ABLE, watched.tick(1));
        assertEquals(ABLE, watched.tick(100));
    }

    @Test
    void channelThatOnlyPublishes_isNoWorker() throws Exception {
        assertNotNull(connect(true).createChannel());

        assertEquals("", watched.tick(1));
    }

    @Test
    void queueThatTheBrokerNames_hasTheNameOfAll() throws Exception {
        consume(connect(true).createChannel(), "amq.gen-JzTY20BRgKO-HjmUJj0wLg");

        assertEquals("amq_gen able=1 alive=1 busy=0 stuck=0 capacity=1", watched.tick(1));
    }

    @Test
    void queueOfAPlainConnection_isNotKnown() throws Exception {
        consume(connect(false).createChannel(), "orders");

        assertEquals("rabbitmq able=1 alive=1 busy=0 stuck=0 capacity=1", watched.tick(1));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void deliveryWithoutCpu_makesAllConsumersOfTheChannelStuckUntilItEnds(boolean recovers) throws Exception {
        Channel channel = connect(recovers).createChannel();
        consume(channel, "orders");
        watched.tick(1);
        String queue = recovers ? "orders" : "rabbitmq";
        CallingThread thread = new CallingThread("pool-1-thread-1");

        thread.does(() -> watched.delivers(dispatcherOf(channel)));

        String stuck = queue + " able=0 alive=1 busy=1 stuck=1 capacity=1";
        // The thread uses CPU to come to rest.
        Await.until(stuck, () -> watched.tick(STUCK_AFTER + 1).equals(stuck));
        thread.does(() -> watched.hasDelivered(dispatcherOf(channel)));
        assertEquals(ABLE.replace("orders", queue), watched.tick(1));
        thread.close();
    }

    @Test
    void deliveriesOfOneThreadToTwoChannels_areSeenApart() throws Exception {
        Connection connection = connect(true);
        Channel orders = connection.createChannel();
        Channel payments = connection.createChannel();
        consume(orders, "orders");
        consume(payments, "payments");
        try (CallingThread thread = new CallingThread("pool-1-thread-1")) {
            thread.does(() -> {
                watched.delivers(dispatcherOf(orders));
                watched.hasDelivered(dispatcherOf(orders));
                watched.delivers(dispatcherOf(payments));
            });

            assertEquals(ABLE + "; payments able=1 alive=1 busy=1 stuck=0 capacity=1", watched.tick(1));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void consumerThatTheApplicationCancels_isNoWorker(boolean recovers) throws Exception {
        Channel channel = connect(recovers).createChannel();
        String tag = consume(channel, "orders");
        watched.tick(1);

        channel.basicCancel(tag);

        assertEquals("", watched.tick(1));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void consumerWhoseChannelTheApplicationCloses_isNoWorker(boolean recovers) throws Exception {
        Channel channel = connect(recovers).createChannel();
        consume(channel, "orders");
        watched.tick(1);

        channel.close();

        assertEquals("", watched.tick(1));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void consumerWhoseConnectionTheApplicationCloses_isNoWorker(boolean recovers) throws Exception {
        Connection connection = connect(recovers);
        consume(connection.createChannel(), "orders");
        watched.tick(1);

        connection.close();

        assertEquals("", watched.tick(1));
    }

    @Test
    void consumerThatTheBrokerCancels_isLostUntilAnotherConsumes() throws Exception {
        Connection connection = connect(true);
        consume(connection.createChannel(), "orders");
        watched.tick(1);

        broker.cancel("orders");
        Await.until(LOST, () -> watched.tick(1).equals(LOST));
        assertEquals(LOST, watched.tick(100));

        consume(connection.createChannel(), "orders");
        assertEquals(ABLE, watched.tick(1));
        assertEquals(ABLE, watched.tick(100));
    }

    @Test
    void consumerOfAPlainConnectionThatTheBrokerCancels_isLost() throws Exception {
        Channel channel = connect(false).createChannel();
        consume(channel, "orders");
        watched.tick(1);

        watched.hook().closeCalled(dispatcherOf(channel));
        broker.cancel("orders");

        String lost = LOST.replace("orders", "rabbitmq");
        Await.until(lost, () -> watched.tick(1).equals(lost));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void consumerWhoseChannelAnErrorCloses_isLost(boolean recovers) throws Exception {
        consume(connect(recovers).createChannel(), "orders");
        watched.tick(1);

        broker.closeChannels();

        String lost = LOST.replace("orders", recovers ? "orders" : "rabbitmq");
        Await.until(lost, () -> watched.tick(1).equals(lost));
    }

    @Test
    void consumerWhoseExceptionClosesItsChannel_isLost() throws Exception {
        Channel channel = connect(true).createChannel();
        consume(channel, "orders");
        watched.tick(1);

        // As the client's handler of exceptions does it, with the channel inside.
        ((Channel) field(channel, "delegate")).close(200, "Closed due to exception from Consumer (tag)");

        assertEquals(LOST, watched.tick(1));
    }

    @Test
    void brokerThatIsAwayWhileTheClientTries_isNoDeath() throws Exception {
        Connection connection = connect(true);
        consume(connection.createChannel(), "orders");
        watched.tick(1);
        AtomicBoolean recovered = new AtomicBoolean();
        ((Recoverable) connection).addRecoveryListener(new RecoveryListener() {
            @Override
            public void handleRecovery(Recoverable recoverable) {
                recovered.set(true);
            }

            @Override
            public void handleRecoveryStarted(Recoverable recoverable) {
                // It ends later.
            }
        });

        broker.stop();
        assertEquals(ABLE, watched.tick(1_000));

        broker.restart();
        Await.until("the client has connected", recovered::get);
        assertEquals(ABLE, watched.tick(100));
    }

    @Test
    void consumerThatCannotBeRegisteredAgain_isLost() throws Exception {
        consume(connect(true).createChannel(), "orders");
        watched.tick(1);
        broker.missing.add("orders");

        broker.stop();
        broker.restart();

        Await.until(LOST, () -> watched.tick(1).equals(LOST));
    }

    @Test
    void consumerOfAPlainConnectionThatIsLost_isAwaitedForTwoMinutes() throws Exception {
        Channel channel = connect(false).createChannel();
        consume(channel, "orders");
        watched.tick(1);

        broker.stop();
        Await.until("the client has noticed", () -> !channel.isOpen());
        assertEquals("rabbitmq able=1 alive=1 busy=0 stuck=0 capacity=1", watched.tick(120));
        assertEquals(LOST.replace("orders", "rabbitmq"), watched.tick(1));

        broker.restart();
        consume(connect(false).createChannel(), "orders");
        assertEquals("rabbitmq able=1 alive=1 busy=0 stuck=0 capacity=1", watched.tick(1));
    }

    @Test
    void everyMethodOfTheClientThatIsHooked_exists() throws Exception {
        for (MethodHook hook : support.hooks()) {
            if (hook.kind() == HookKind.WAIT_WITHOUT_LIMIT) {
                // Of Spring, which is tested as a whole program.
                continue;
            }
            Class<?> type = Class.forName(hook.className());
            assertEquals(1, HookedMethods.count(type, hook), hook.method());
            if (hook.kind() == HookKind.DELIVERY) {
                assertNotNull(type.getDeclaredField("val$body"));
                assertNotNull(type.getDeclaredField("this$0"));
            }
        }
    }

    private Connection connect(boolean recovers) throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setHost("127.0.0.1");
        factory.setPort(broker.port());
        factory.setAutomaticRecoveryEnabled(recovers);
        factory.setNetworkRecoveryInterval(20);
        Connection connection = factory.newConnection();
        connections.add(connection);
        return connection;
    }

    private String consume(Channel channel, String queue) throws Exception {
        channels.add(channel);
        return channel.basicConsume(queue, true, (tag, message) -> {}, tag -> {});
    }

    private static Object dispatcherOf(Channel channel) {
        Object inside = channel.getClass().getSimpleName().equals("ChannelN") ? channel : field(channel, "delegate");
        return field(inside, "dispatcher");
    }

    private static Object field(Object object, String name) {
        try {
            return new ReflectedObject(object, new ModuleOpener(null)).field(name);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }
}
