package com.approck.healthcheck.agent.consumer;

import static java.util.stream.Collectors.joining;

import com.approck.healthcheck.agent.bootstrap.Hook;
import com.approck.healthcheck.agent.config.AgentConfig;
import com.approck.healthcheck.agent.config.BadSettingException;
import com.approck.healthcheck.agent.log.Log;
import com.approck.healthcheck.agent.pool.PoolRegistry;
import com.approck.healthcheck.agent.pool.ServerSupport;
import com.approck.healthcheck.agent.reflect.ModuleOpener;
import com.approck.healthcheck.agent.sample.Sample;
import com.approck.healthcheck.agent.sample.Sampler;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the agent sees of consumers whose calls a test reports as the hooks do. Time is the test's: a tick is a second, and a
 * worker is stuck after five.
 */
final class WatchedConsumers implements PoolRegistry.Listener {
    static final int STUCK_AFTER = 5;
    private static final long SECOND = 1_000_000_000L;

    final List<String> failures = new ArrayList<>();
    private final Map<Object, AtomicLong> counters = Collections.synchronizedMap(new WeakHashMap<>());
    private final QueueConsumers consumers = new QueueConsumers(() -> {});
    private final ModuleOpener opener = new ModuleOpener(null);
    private final PoolRegistry registry;
    private final ConsumerGroups groups;
    private final Sampler sampler;
    private long now;

    /** @param settings of the agent */
    WatchedConsumers(List<? extends ConsumerLibrary> libraries, String settings) {
        AgentConfig config;
        try {
            config = AgentConfig.read(settings, new Properties(), Map.of());
        } catch (BadSettingException e) {
            throw new AssertionError(e);
        }
        List<ServerSupport> servers = new ArrayList<>(libraries);
        registry = new PoolRegistry(servers, config.pools(), opener, this);
        groups = new ConsumerGroups(
                libraries,
                consumers,
                name -> true,
                registry,
                opener,
                () -> now,
                SECOND,
                (sentence, reason) -> failures.add(sentence + reason));
        sampler = new Sampler(
                servers, registry, SECOND, config.stuckAfterNanos(), 0, () -> now, () -> 0, new Log(config.log()));
    }

    WatchedConsumers(ConsumerLibrary library) {
        this(List.of(library), "log=off,stuck-after=" + STUCK_AFTER + "s");
    }

    /** The current thread begins to wait, as the hook in a consumer's method says. */
    void waits(Object consumer, Object limit) {
        counters.put(consumer, consumers.waitBegan(consumer, limit));
    }

    /** The wait ends, as the same hook says. */
    void ends(Object consumer, Throwable thrown) {
        if (thrown != null) {
            consumers.waitThrew(consumer, thrown);
        }
        AtomicLong counter = counters.get(consumer);
        counter.lazySet(counter.get() | 1);
    }

    /** The wait for a message ends, as the hook says: with a message, with null, or with an exception. */
    void hasReceived(Object consumer, Object message, Throwable thrown) {
        if (thrown != null) {
            consumers.waitThrew(consumer, thrown);
        }
        Hook.receiveEnded(counters.get(consumer), consumer, message, thrown);
    }

    /** The current thread begins to deliver a message, as the hook says. */
    void delivers(Object deliverer) {
        counters.put(deliverer, consumers.deliveryBegan(deliverer));
    }

    /** The delivery ends. */
    void hasDelivered(Object deliverer) {
        Hook.deliveryEnded(counters.get(deliverer));
    }

    QueueConsumers hook() {
        return consumers;
    }

    /** Takes as many samples; describes the pools of the last. */
    String tick(int seconds) {
        Sample sample = null;
        for (int i = 0; i < seconds; i++) {
            sample = tickAfter(1);
        }
        return describe(sample);
    }

    /** Takes one sample after a pause of the JVM. */
    String tickAfterPause(int seconds) {
        return describe(tickAfter(seconds));
    }

    private Sample tickAfter(int seconds) {
        now += seconds * SECOND;
        groups.update();
        return sampler.sample();
    }

    private static String describe(Sample sample) {
        return sample.pools().stream()
                .map(pool -> pool.name() + " able=" + pool.able() + " alive=" + pool.alive() + " busy=" + pool.busy()
                        + " stuck=" + pool.stuck() + " capacity=" + pool.capacity())
                .sorted()
                .collect(joining("; "));
    }

    @Override
    public void poolsChanged() {
        // The next sample sees it.
    }

    @Override
    public void failed(String sentence, Throwable reason) {
        failures.add(sentence + reason);
    }

    @Override
    public void skipped(String sentence) {
        // Asserted by the pools that are there.
    }
}
