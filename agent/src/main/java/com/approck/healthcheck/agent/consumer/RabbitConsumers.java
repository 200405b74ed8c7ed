package com.approck.healthcheck.agent.consumer;

import com.approck.healthcheck.agent.pool.HookKind;
import com.approck.healthcheck.agent.pool.MethodHook;
import com.approck.healthcheck.agent.reflect.ModuleOpener;
import com.approck.healthcheck.agent.reflect.ReflectedObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.ConcurrentModificationException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The consumers of RabbitMQ's Java client, by themselves and in the two listener containers of Spring AMQP. Read from amqp-client
 * 5.0.0, 5.7.3 and a snapshot of 6.0, and the bytecode of 5.37.1; Spring AMQP 2.4.17 and 4.1.2.
 *
 * <p>The broker pushes: there is no call in which a consumer waits. A channel gives its messages to the consumers one after the
 * other, on any thread of the connection's {@code ConsumerWorkService}. So <b>a worker is what one channel consumes from one
 * queue</b>; its pool is the queue. <b>A unit of work is one call of {@code Consumer.handleDelivery}</b>, and it waits while
 * there is none. All workers of a channel are at work during a delivery, as none of them can get another message.
 *
 * <p>With the client's own recovery, which is the default, the connection records each consumer until the application cancels it
 * or closes its channel. A record whose channel is open and does not have the consumer, or was closed by an error, is a lost
 * worker; one whose connection was lost is able, as the client connects again and again. Without it, the channel itself is read.
 * Spring recovers for as long as a container is active. Anybody else may connect again: {@link #RECONNECT_NANOS}.
 *
 * <p>A consumer of Spring's simple container only fills a queue of the container's thread, which then waits in {@code
 * BlockingQueueConsumer.nextMessage} and works outside it: its turns are those of that thread.
 */
final class RabbitConsumers implements SubscriptionLibrary {
    private static final String CLIENT = "com.rabbitmq.client.";
    private static final String IMPL = CLIENT + "impl.";
    private static final String DISPATCHER = IMPL + "ConsumerDispatcher";

    /** Gives one message to the application. */
    static final String DELIVERY = DISPATCHER + "$5";

    private static final String RECOVERING = IMPL + "recovery.AutorecoveringConnection";
    static final String SPRING = "org.springframework.amqp.rabbit.listener.";
    static final String BLOCKING_CONSUMER = SPRING + "BlockingQueueConsumer";

    /** What reads from a broker that is back declares first what it reads from, and takes a while. */
    private static final long RECOVERY_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** An application without the client's recovery is given this time to connect again. */
    private static final long RECONNECT_NANOS = TimeUnit.MINUTES.toNanos(2);

    /** Spring closes a channel to consume again on another at once, or after five seconds if that fails. */
    private static final long RESTART_NANOS = TimeUnit.SECONDS.toNanos(10);

    @Override
    public String name() {
        return "RabbitMQ";
    }

    @Override
    public List<MethodHook> hooks() {
        return Arrays.asList(
                new MethodHook(HookKind.DELIVERY, DELIVERY, "run"),
                // The broker cancels: the application's own is handleCancelOk.
                new MethodHook(
                        HookKind.POOL_STOPPED, DISPATCHER, "handleCancel", CLIENT + "Consumer", "java.lang.String"),
                new MethodHook(HookKind.WAIT_WITHOUT_LIMIT, BLOCKING_CONSUMER, "nextMessage", "long"));
    }

    @Override
    public Object connectionOf(Thread thread, ModuleOpener opener) throws ReflectiveOperationException {
        if (!thread.getName().startsWith("AMQP Connection ")) {
            return null;
        }
        ReflectedObject task = Subscriptions.taskOf(new ReflectedObject(thread, opener));
        return task.is(IMPL + "AMQConnection$MainLoop") ? recoveringOrPlain(task.fieldObject("this$0")) : null;
    }

    @Override
    public Object connectionOf(ReflectedObject deliverer) throws ReflectiveOperationException {
        return deliverer.is(DISPATCHER) ? recoveringOrPlain(deliverer.fieldObject("connection")) : null;
    }

    /** The connection that recovers is what its listener on the present connection has captured. */
    private static Object recoveringOrPlain(ReflectedObject connection) throws ReflectiveOperationException {
        if (!connection.is(IMPL + "recovery.RecoveryAwareAMQConnection")) {
            return connection.get();
        }
        for (Object listener : copy((Collection<?>) connection.field("recoveryCanBeginListeners"))) {
            ReflectedObject reflected = connection.with(listener);
            for (String field : Arrays.asList("arg$1", "arg$2", "arg$3", "this$0")) {
                if (reflected.hasField(field) && reflected.fieldObject(field).is(RECOVERING)) {
                    return reflected.field(field);
                }
            }
        }
        return null;
    }

    /** The client's collections are synchronized, and it holds their locks for as long as this takes. */
    private static List<Object> copy(Collection<?> synchronizedCollection) {
        return new ArrayList<>(synchronizedCollection);
    }

    @Override
    public Connection read(ReflectedObject connection, QueueConsumers workers) {
        return connection.is(RECOVERING)
                ? new RecoveringConnection(connection, workers)
                : new PlainConnection(connection, workers);
    }

    private abstract static class Read implements Connection {
        final ReflectedObject connection;
        final QueueConsumers workers;
        final Map<RabbitWorker.Key, RabbitWorker> found = new HashMap<>();

        Read(ReflectedObject connection, QueueConsumers workers) {
            this.connection = connection;
            this.workers = workers;
        }

        @Override
        public boolean is(Object other) {
            return connection.get() == other;
        }

        RabbitWorker worker(Object channel, String queue, Consumer<Subscription> onNew) {
            return found.computeIfAbsent(new RabbitWorker.Key(channel, queue), key -> {
                RabbitWorker added = new RabbitWorker(queue);
                onNew.accept(added.subscription);
                return added;
            });
        }
    }

    /** One that the client opens again by itself, with all that is recorded. */
    private static final class RecoveringConnection extends Read {
        RecoveringConnection(ReflectedObject connection, QueueConsumers workers) {
            super(connection, workers);
        }

        @Override
        public boolean look(long nowNanos, Consumer<Subscription> onNew) throws ReflectiveOperationException {
            boolean open = connection.get() != null && !(Boolean) connection.field("manuallyClosed");
            Set<RabbitWorker> recorded = new HashSet<>();
            found.values().forEach(worker -> worker.able = false);
            if (open) {
                for (Object each : copy(((Map<?, ?>) connection.field("consumers")).values())) {
                    ReflectedObject record = connection.with(each);
                    ReflectedObject channel = record.fieldObject("channel");
                    RabbitWorker worker = worker(channel.get(), RabbitWorker.groupOf(record.field("queue")), onNew);
                    worker.setChannel(channel.fieldObject("delegate"), workers);
                    recorded.add(worker);
                    look(worker, (String) record.field("consumerTag"), nowNanos);
                }
            }
            for (Iterator<RabbitWorker> i = found.values().iterator(); i.hasNext(); ) {
                RabbitWorker worker = i.next();
                worker.followUnseen(workers);
                if (!recorded.contains(worker)) {
                    worker.subscription.setLeft();
                    i.remove();
                } else if (worker.able && worker.subscription.isReplaced()) {
                    // It works again beside its successor: the next look finds it anew.
                    i.remove();
                }
            }
            return open;
        }

        /** Of several consumers of one queue on one channel, one that is able will do. */
        private void look(RabbitWorker worker, String tag, long nowNanos) throws ReflectiveOperationException {
            if (worker.able) {
                return;
            }
            worker.readClose(nowNanos);
            String lost = worker.closed ? whyLostOnClosedChannel(worker, nowNanos) : whyLost(worker, tag, nowNanos);
            if (lost == null) {
                worker.able = true;
                worker.subscription.setAble();
            } else {
                worker.subscription.setLost(lost);
            }
        }

        private static String whyLost(RabbitWorker worker, String tag, long nowNanos)
                throws ReflectiveOperationException {
            if (worker.isConsumed(tag)) {
                worker.wasThere = true;
                worker.looksAbsent = 0;
                return null;
            }
            if (worker.looksAbsent++ == 0) {
                worker.sinceNanos = nowNanos;
            }
            if (worker.wasThere || worker.isCancelledByBroker()) {
                // At the first look, the application may be about to cancel it: it deletes the record before.
                return worker.looksAbsent == 1 ? null : "the broker has cancelled its consumer";
            }
            return nowNanos - worker.sinceNanos < RECOVERY_NANOS
                    ? null
                    : "its consumer was not registered again after its connection was lost";
        }

        private String whyLostOnClosedChannel(RabbitWorker worker, long nowNanos) throws ReflectiveOperationException {
            if (!worker.connectionLost) {
                // The application deletes the record when it has closed the channel.
                return worker.byApplication ? null : "its channel was closed: " + worker.reason;
            }
            if (connection.fieldObject("delegate").field("shutdownCause") != null) {
                // It tries to connect.
                worker.sinceNanos = nowNanos;
            }
            return nowNanos - worker.sinceNanos < RECOVERY_NANOS
                    ? null
                    : "its channel was not opened again after its connection was lost";
        }
    }

    /** One that the client does not open again. */
    private static final class PlainConnection extends Read {
        PlainConnection(ReflectedObject connection, QueueConsumers workers) {
            super(connection, workers);
        }

        @Override
        public boolean look(long nowNanos, Consumer<Subscription> onNew) throws ReflectiveOperationException {
            boolean open = connection.get() != null && connection.field("shutdownCause") == null;
            ReflectedObject manager = open ? connection.fieldObject("_channelManager") : connection.with(null);
            for (Object channel : channels(manager)) {
                addConsumersOf(connection.with(channel), onNew);
            }
            for (Iterator<RabbitWorker> i = found.values().iterator(); i.hasNext(); ) {
                RabbitWorker worker = i.next();
                if (worker.subscription.isReplaced() || !isThere(worker, nowNanos)) {
                    worker.subscription.setLeft();
                    i.remove();
                }
            }
            return open || !found.isEmpty();
        }

        /** Not under the manager's lock, which is held while channels are opened. */
        private static List<Object> channels(ReflectedObject manager) throws ReflectiveOperationException {
            try {
                return manager.get() == null
                        ? new ArrayList<>()
                        : copy(((Map<?, ?>) manager.field("_channelMap")).values());
            } catch (ConcurrentModificationException | IndexOutOfBoundsException e) {
                // It has changed meanwhile, and is read again at the next look.
                return new ArrayList<>();
            }
        }

        private void addConsumersOf(ReflectedObject channel, Consumer<Subscription> onNew)
                throws ReflectiveOperationException {
            Map<?, ?> consumers = (Map<?, ?>) channel.field("_consumers");
            for (Object each : copy(consumers.entrySet())) {
                ReflectedObject consumer = channel.with(((Map.Entry<?, ?>) each).getValue());
                boolean ofDirect = consumer.is(SPRING + "DirectMessageListenerContainer$SimpleConsumer");
                boolean ofSimple = consumer.is(BLOCKING_CONSUMER + "$InternalConsumer");
                Object queue = ofDirect ? consumer.field("queue") : ofSimple ? consumer.field("queueName") : null;
                RabbitWorker worker = worker(channel.get(), RabbitWorker.groupOf(queue), onNew);
                worker.tags.add((String) ((Map.Entry<?, ?>) each).getKey());
                if (ofDirect && worker.container == null) {
                    worker.container = consumer.fieldObject("this$0");
                }
                if (ofSimple && worker.turns == null) {
                    worker.turns = workers.findOrAdd(consumer.field("this$0"));
                }
                worker.setChannel(channel, workers);
            }
        }

        /** Says what becomes of a worker; returns false if it was closed on purpose, or nothing is left of it. */
        private boolean isThere(RabbitWorker worker, long nowNanos) throws ReflectiveOperationException {
            worker.findContainer();
            worker.followUnseen(workers);
            worker.readClose(nowNanos);
            boolean active = worker.container != null
                    && worker.container.get() != null
                    && (Boolean) worker.container.field("active");
            if (worker.container != null && !active && !(worker.turns != null && worker.isCancelledByBroker())) {
                return false;
            }
            if (!active && worker.channel.get() == null) {
                return false;
            }
            if (worker.isCancelledByBroker() && !isConsumed(worker)) {
                worker.subscription.setLost("the broker has cancelled its consumer");
            } else if (!worker.closed) {
                worker.subscription.setAble();
                return isConsumed(worker);
            } else if (worker.connectionLost) {
                return isAwaited(worker, active, nowNanos);
            } else if (worker.byApplication) {
                worker.subscription.setAwaitsSuccessor();
                return active && nowNanos - worker.sinceNanos < RESTART_NANOS;
            } else {
                worker.subscription.setLost("its channel was closed: " + worker.reason);
            }
            return true;
        }

        private static boolean isAwaited(RabbitWorker worker, boolean active, long nowNanos) {
            if (active || nowNanos - worker.sinceNanos < RECONNECT_NANOS) {
                worker.subscription.setAwaitsSuccessor();
            } else {
                worker.subscription.setLost(
                        "its connection was lost, and nobody has connected again: " + worker.reason);
            }
            return true;
        }

        private static boolean isConsumed(RabbitWorker worker) throws ReflectiveOperationException {
            if (worker.closed || worker.channel.get() == null) {
                return false;
            }
            for (String tag : worker.tags) {
                if (worker.isConsumed(tag)) {
                    return true;
                }
            }
            return false;
        }
    }
}
