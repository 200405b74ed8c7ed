package com.approck.healthcheck.agent.consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.approck.healthcheck.agent.Await;
import com.approck.healthcheck.agent.pool.HookKind;
import com.approck.healthcheck.agent.pool.HookedMethods;
import com.approck.healthcheck.agent.pool.MethodHook;
import com.approck.healthcheck.agent.reflect.ModuleOpener;
import com.approck.healthcheck.agent.reflect.ReflectedObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On consumers of the newest Kafka, whose broker is away: nobody listens on the port. */
final class KafkaConsumersTest {
    private static final String NOBODY = "127.0.0.1:1";
    private static final Duration MOMENT = Duration.ofMillis(20);

    private final KafkaConsumers support = new KafkaConsumers();
    private final WatchedConsumers watched = new WatchedConsumers(support);
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void consumerWhoseBrokerIsAway_isAWorkerOfItsGroup(String protocol) {
        KafkaConsumer<String, String> consumer = consumer(protocol);
        consumer.subscribe(List.of("topic"));
        poll(consumer);

        assertEquals("orders able=1 alive=1 busy=1 stuck=0 capacity=1", watched.tick(1));

        watched.waits(consumer, MOMENT);
        assertEquals("orders able=1 alive=1 busy=0 stuck=0 capacity=1", watched.tick(100));
        assertEquals(List.of(), watched.failures);
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void maxPollInterval_isTheTimeThatAConsumerMayWork(String protocol) {
        KafkaConsumer<String, String> consumer = consumer(protocol);
        consumer.subscribe(Pattern.compile("topics-.*"));
        poll(consumer);

        // The thread that runs the protocol may not have begun yet.
        Await.until("70000 ms", () -> maxWorkMillis(consumer) == 70_000);
        assertEquals("orders able=1 alive=1 busy=1 stuck=0 capacity=1", watched.tick(2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void consumerWithPartitionsByHand_isNoWorker(String protocol) {
        KafkaConsumer<String, String> consumer = consumer(protocol);
        consumer.assign(List.of(new TopicPartition("topic", 0)));
        poll(consumer);
        assertEquals("", watched.tick(1));

        consumer.unsubscribe();
        consumer.subscribe(List.of("topic"));
        assertEquals("orders able=1 alive=1 busy=1 stuck=0 capacity=1", watched.tick(1));

        consumer.unsubscribe();
        assertEquals("", watched.tick(1));
        assertEquals(List.of(), watched.failures);
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void consumerThatIsClosed_isNoWorker(String protocol) {
        KafkaConsumer<String, String> consumer = consumer(protocol);
        consumer.subscribe(List.of("topic"));
        poll(consumer);
        watched.tick(1);

        consumer.close();

        assertEquals("", watched.tick(1));
    }

    @Test
    void consumerWithoutAGroup_isNoWorker() {
        KafkaConsumer<String, String> consumer =
                open(new KafkaConsumer<>(Map.of("bootstrap.servers", NOBODY), text(), text()));
        consumer.assign(List.of(new TopicPartition("topic", 0)));
        poll(consumer);

        assertEquals("", watched.tick(1));
        assertEquals(List.of(), watched.failures);
    }

    @Test
    void subclassOfTheConsumer_isAConsumer() {
        KafkaConsumer<String, String> consumer = open(
                new KafkaConsumer<>(settings("classic"), text(), text()) {
                    // As the one that Spring makes.
                });
        consumer.subscribe(List.of("topic"));
        poll(consumer);

        assertEquals("orders able=1 alive=1 busy=1 stuck=0 capacity=1", watched.tick(1));
    }

    @Test
    void shareConsumer_isAWorkerOfItsGroup() {
        KafkaShareConsumer<String, String> consumer = open(
                new KafkaShareConsumer<>(Map.of("bootstrap.servers", NOBODY, "group.id", "orders"), text(), text()));
        consumer.subscribe(List.of("topic"));
        watched.waits(consumer, MOMENT);
        consumer.poll(MOMENT);
        watched.ends(consumer, null);

        assertEquals("orders able=1 alive=1 busy=1 stuck=0 capacity=1", watched.tick(1));
        assertEquals(List.of(), watched.failures);
    }

    @Test
    void everyMethodThatIsHooked_exists() throws Exception {
        Set<String> missing = new HashSet<>();
        for (MethodHook hook : support.hooks()) {
            if (hook.kind() == HookKind.GIVE_UP) {
                // Of frameworks, which are tested as whole programs.
                continue;
            }
            if (HookedMethods.count(Class.forName(hook.className()), hook) == 0) {
                missing.add(hook.method() + hook.argumentTypes() + (hook.isOptional() ? "" : " must be there"));
            }
        }
        assertEquals(Set.of("poll[long]"), missing);
    }

    private long maxWorkMillis(KafkaConsumer<String, String> consumer) {
        try {
            return support.maxWorkMillis(new ReflectedObject(consumer, new ModuleOpener(null)));
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }

    /** Polls once, as one whose method has the hook in it. */
    private void poll(KafkaConsumer<String, String> consumer) {
        watched.waits(consumer, MOMENT);
        consumer.poll(MOMENT);
        watched.ends(consumer, null);
    }

    private KafkaConsumer<String, String> consumer(String protocol) {
        return open(new KafkaConsumer<>(settings(protocol), text(), text()));
    }

    private static Map<String, Object> settings(String protocol) {
        return Map.of(
                "bootstrap.servers",
                NOBODY,
                "group.id",
                "orders",
                "group.protocol",
                protocol,
                "max.poll.interval.ms",
                70_000);
    }

    private static StringDeserializer text() {
        return new StringDeserializer();
    }

    private <T extends AutoCloseable> T open(T closeable) {
        open.add(closeable);
        return closeable;
    }
}
