package com.approck.healthcheck.agent.consumer;

import com.approck.healthcheck.agent.pool.PoolRegistry;
import com.approck.healthcheck.agent.pool.ServerSupport;
import com.approck.healthcheck.agent.reflect.ModuleOpener;
import com.approck.healthcheck.agent.reflect.ReflectedObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/** Puts the consumers that the hooks have seen into their groups, and has the groups watched. For the agent's thread. */
public final class ConsumerGroups {
    /** The consumers of every client library that is supported. To support another, add its file and a line here. */
    private static final List<ConsumerLibrary> LIBRARIES = Collections.unmodifiableList(
            Arrays.<ConsumerLibrary>asList(new KafkaConsumers(), new RabbitConsumers(), new ArtemisConsumers()));

    /** Returns what there is to hook for each of them. */
    public static List<ServerSupport> libraries() {
        return Collections.<ServerSupport>unmodifiableList(LIBRARIES);
    }

    private final QueueConsumers consumers;
    private final PoolRegistry registry;
    private final ModuleOpener opener;
    private final LongSupplier nanoTime;
    private final long intervalNanos;
    private final BiConsumer<String, Throwable> onFailure;
    private final List<ConsumerSupport> polling = new ArrayList<>();
    private final List<Subscriptions> delivering = new ArrayList<>();
    private final Predicate<String> loaded;

    /** By library and name. Holds them, as the registry holds pools weakly. */
    private final Map<List<String>, ConsumerGroup> groups = new HashMap<>();

    /**
     * @param loaded whether a class of the consumers of a library of that name has been loaded
     * @param nanoTime as {@link System#nanoTime}
     * @param intervalNanos between two samples
     * @param onFailure gets a sentence on a consumer that cannot be watched, and why
     */
    public ConsumerGroups(
            QueueConsumers consumers,
            Predicate<String> loaded,
            PoolRegistry registry,
            ModuleOpener opener,
            LongSupplier nanoTime,
            long intervalNanos,
            BiConsumer<String, Throwable> onFailure) {
        this(LIBRARIES, consumers, loaded, registry, opener, nanoTime, intervalNanos, onFailure);
    }

    ConsumerGroups(
            List<? extends ConsumerLibrary> libraries,
            QueueConsumers consumers,
            Predicate<String> loaded,
            PoolRegistry registry,
            ModuleOpener opener,
            LongSupplier nanoTime,
            long intervalNanos,
            BiConsumer<String, Throwable> onFailure) {
        for (ConsumerLibrary library : libraries) {
            if (library instanceof ConsumerSupport) {
                polling.add((ConsumerSupport) library);
            }
            if (library instanceof SubscriptionLibrary) {
                delivering.add(new Subscriptions((SubscriptionLibrary) library, consumers, opener, onFailure));
            }
        }
        this.consumers = consumers;
        this.loaded = loaded;
        this.registry = registry;
        this.opener = opener;
        this.nanoTime = nanoTime;
        this.intervalNanos = intervalNanos;
        this.onFailure = onFailure;
    }

    /** Looks at the consumers that are in no group, and at the groups that have lost their last one. Never throws. */
    public void update() {
        for (Iterator<ConsumerGroup> i = groups.values().iterator(); i.hasNext(); ) {
            if (isOver(i.next())) {
                i.remove();
            }
        }
        for (Subscriptions each : delivering) {
            if (loaded.test(each.library().name())) {
                List<Subscription> joining = new ArrayList<>();
                each.look(nanoTime.getAsLong(), joining::add);
                // After all have been looked at: what was lost has joined before.
                joining.forEach(subscription -> place(subscription, each.library()));
            }
        }
        List<QueueConsumer> over = new ArrayList<>();
        for (QueueConsumer consumer : consumers.all()) {
            if (!consumer.isMember() && !place(consumer)) {
                over.add(consumer);
            }
        }
        consumers.forget(over);
        for (ConsumerGroup group : groups.values()) {
            if (group.takeUnwatched()) {
                registry.addPoolsOf(group, group.library());
            }
        }
    }

    private static boolean isOver(ConsumerGroup group) {
        try {
            return group.isOver();
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            // The sampler says so, as it reads the same.
            return false;
        }
    }

    /** Returns false if there is nothing more to know of it. */
    private boolean place(QueueConsumer consumer) {
        Object object = consumer.get();
        if (object == null) {
            return false;
        }
        try {
            for (ConsumerSupport library : polling) {
                if (isConsumerOf(library, object)) {
                    return place(consumer, new ReflectedObject(object, opener), library);
                }
            }
            return true;
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            onFailure.accept("consumer of class " + object.getClass().getName() + " not watched: ", e);
            return false;
        }
    }

    private boolean place(QueueConsumer consumer, ReflectedObject reflected, ConsumerSupport library)
            throws ReflectiveOperationException {
        if (library.isClosed(reflected)) {
            return false;
        }
        String name = library.groupOf(reflected);
        if (name != null && !consumer.isReplaced() && library.isAskedInALoop(consumer, reflected)) {
            group(library, name).join(new PollingConsumer(consumer, library, name, opener));
            consumer.joined();
        }
        return true;
    }

    private void place(Subscription subscription, ConsumerLibrary library) {
        try {
            group(library, subscription.queue()).join(subscription);
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            onFailure.accept("a consumer of " + library.name() + " is not watched: ", e);
        }
    }

    private ConsumerGroup group(ConsumerLibrary library, String name) {
        return groups.computeIfAbsent(
                Arrays.asList(library.name(), name), key -> new ConsumerGroup(library, name, nanoTime, intervalNanos));
    }

    private static boolean isConsumerOf(ConsumerSupport library, Object object) {
        for (Class<?> c = object.getClass(); c != null; c = c.getSuperclass()) {
            if (library.consumerClasses().contains(c.getName())) {
                return true;
            }
        }
        return false;
    }
}
