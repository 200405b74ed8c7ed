package com.approck.healthcheck.agent.consumer;

import com.approck.healthcheck.agent.pool.HookKind;
import com.approck.healthcheck.agent.pool.MethodHook;
import com.approck.healthcheck.agent.reflect.ReflectedObject;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Kafka's consumers, by themselves and inside Spring Kafka, Kafka Streams and others that poll them. Read from kafka-clients
 * 2.8.2 and a snapshot of 4.0, and the bytecode of 4.4.0.
 *
 * <p>A consumer is a worker once it has polled with a subscription: one that was assigned its partitions by hand belongs to no
 * group, and may lie idle for as long as its owner likes. A consumer that has not polled for {@code max.poll.interval.ms}
 * leaves its group by itself, and joins again when it polls. While the broker is away, a topic empty or paused, or the group
 * is being rebalanced, {@code poll(Duration)} returns in time; {@code poll(long)}, of the versions before 4, may not.
 *
 * <p>A consumer that Spring Kafka (read from 2.8.11 and 4.1) or Kafka Streams (2.8.2 and 4.0) closes because of an exception is
 * lost, until another joins its group.
 */
final class KafkaConsumers implements ConsumerSupport {
    private static final String CLIENT = "org.apache.kafka.clients.consumer.";
    private static final String CONSUMER = CLIENT + "KafkaConsumer";

    /** For the share groups of Kafka 4. */
    private static final String SHARE_CONSUMER = CLIENT + "KafkaShareConsumer";

    /** Spring Kafka stops a container whose listener throws an Error, or that may not read: it closes the consumer itself. */
    private static final String SPRING_LISTENER =
            "org.springframework.kafka.listener.KafkaMessageListenerContainer$ListenerConsumer";

    /** Kafka Streams closes the consumer of a thread that has failed, or those of all threads. */
    private static final String STREAMS = "org.apache.kafka.streams.KafkaStreams";

    private static final String STREAMS_FAILED = "handleStreamsUncaughtException";
    private static final String STREAMS_HANDLER = "org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler";
    private static final String THROWABLE = "java.lang.Throwable";
    private static final String DURATION = "java.time.Duration";

    @Override
    public String name() {
        return "Kafka";
    }

    @Override
    public List<MethodHook> hooks() {
        return Arrays.asList(
                new MethodHook(HookKind.WAIT, CONSUMER, "poll", DURATION),
                new MethodHook(HookKind.WAIT_WITHOUT_LIMIT, CONSUMER, "poll", "long").optional(),
                new MethodHook(HookKind.POOL_STOPPED, CONSUMER, "close"),
                new MethodHook(HookKind.POOL_STOPPED, CONSUMER, "close", DURATION),
                new MethodHook(HookKind.POOL_STOPPED, CONSUMER, "close", CLIENT + "CloseOptions").optional(),
                new MethodHook(HookKind.WAIT, SHARE_CONSUMER, "poll", DURATION),
                new MethodHook(HookKind.POOL_STOPPED, SHARE_CONSUMER, "close"),
                new MethodHook(HookKind.POOL_STOPPED, SHARE_CONSUMER, "close", DURATION),
                new MethodHook(HookKind.GIVE_UP, SPRING_LISTENER, "wrapUp", THROWABLE).optional(),
                new MethodHook(HookKind.GIVE_UP, STREAMS, STREAMS_FAILED, THROWABLE, STREAMS_HANDLER).optional(),
                new MethodHook(HookKind.GIVE_UP, STREAMS, STREAMS_FAILED, THROWABLE, STREAMS_HANDLER, "boolean")
                        .optional());
    }

    @Override
    public List<String> consumerClasses() {
        return Arrays.asList(CONSUMER, SHARE_CONSUMER);
    }

    /** {@code groupMetadata()} and {@code subscription()} would be refused, as the consumer is for one thread. */
    @Override
    public String groupOf(ReflectedObject consumer) throws ReflectiveOperationException {
        ReflectedObject inside = inside(consumer);
        // An enum that is not public: NONE, USER_ASSIGNED, AUTO_TOPICS, AUTO_PATTERN and others that begin so.
        Object subscription = inside.fieldObject("subscriptions").field("subscriptionType");
        if (subscription == null || !subscription.toString().startsWith("AUTO")) {
            return null;
        }
        if (inside.hasField("groupId")) {
            Object id = inside.field("groupId");
            return id instanceof Optional ? (String) ((Optional<?>) id).orElse(null) : (String) id;
        }
        Object metadata = ((Optional<?>) ((AtomicReference<?>) inside.field("groupMetadata")).get()).orElse(null);
        return metadata == null ? null : (String) consumer.with(metadata).call("groupId");
    }

    @Override
    public boolean isClosed(ReflectedObject consumer) throws ReflectiveOperationException {
        return (Boolean) inside(consumer).field("closed");
    }

    /** The state of its subscriptions: the thread that sends heartbeats, or the one that runs the protocol, leads there. */
    @Override
    public Object remains(ReflectedObject consumer) throws ReflectiveOperationException {
        return inside(consumer).field("subscriptions");
    }

    @Override
    public long maxWorkMillis(ReflectedObject consumer) throws ReflectiveOperationException {
        ReflectedObject inside = inside(consumer);
        if (inside.hasField("coordinator")) {
            ReflectedObject coordinator = inside.fieldObject("coordinator");
            return coordinator.get() == null
                    ? 0
                    : ((Number) coordinator.fieldObject("rebalanceConfig").field("rebalanceTimeoutMs")).longValue();
        }
        ReflectedObject managers = inside.fieldObject("applicationEventHandler")
                .fieldObject("networkThread")
                .fieldObject("requestManagers");
        // Which of them there is depends on the protocol; all of them come once the thread has begun.
        for (String protocol : Arrays.asList("consumer", "streamsGroup", "share")) {
            String field = protocol + "HeartbeatRequestManager";
            Object manager = managers.hasField(field) ? ((Optional<?>) managers.field(field)).orElse(null) : null;
            if (manager != null) {
                return ((Number) consumer.with(manager).field("maxPollIntervalMs")).longValue();
            }
        }
        return 0;
    }

    @Override
    public String maxWorkSetting() {
        return "max.poll.interval.ms";
    }

    /** Since 3.7 the consumer gives all calls to one of two implementations. */
    private static ReflectedObject inside(ReflectedObject consumer) throws ReflectiveOperationException {
        return consumer.hasField("delegate") ? consumer.fieldObject("delegate") : consumer;
    }
}
