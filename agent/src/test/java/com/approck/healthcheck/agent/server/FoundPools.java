package com.approck.healthcheck.agent.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.agent.Await;
import com.approck.healthcheck.agent.config.AgentConfig;
import com.approck.healthcheck.agent.config.AgentConfig.LogLevel;
import com.approck.healthcheck.agent.config.BadSettingException;
import com.approck.healthcheck.agent.config.Globs;
import com.approck.healthcheck.agent.log.Log;
import com.approck.healthcheck.agent.pool.HookedMethods;
import com.approck.healthcheck.agent.pool.MethodHook;
import com.approck.healthcheck.agent.pool.MonitoredPool;
import com.approck.healthcheck.agent.pool.PoolDiscovery;
import com.approck.healthcheck.agent.pool.PoolRegistry;
import com.approck.healthcheck.agent.pool.ServerSupport;
import com.approck.healthcheck.agent.reflect.ModuleOpener;
import com.approck.healthcheck.agent.sample.Sample;
import com.approck.healthcheck.agent.sample.Sampler;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.locks.LockSupport;

/**
 * What the agent finds of a server that is embedded in a test: by its threads alone, as nothing is instrumented here. Time is
 * the test's: a tick is a second, and a worker is stuck after five.
 */
final class FoundPools implements PoolRegistry.Listener {
    private static final long SECOND = 1_000_000_000L;
    private static final int STUCK_AFTER = 5;
    private static final Class<?>[] NO_CLASSES = {};

    private final List<String> skipped = new ArrayList<>();
    private final ModuleOpener opener = new ModuleOpener(null);
    private final PoolRegistry registry = new PoolRegistry(Servers.ALL, everyPool(), opener, this);
    private final PoolDiscovery discovery = new PoolDiscovery(Servers.ALL, registry, opener, () -> NO_CLASSES);
    private final Sampler sampler = new Sampler(
            Servers.ALL, registry, SECOND, STUCK_AFTER * SECOND, 0, () -> this.now, () -> 0, new Log(LogLevel.OFF));
    private long now;

    /** Finds the pools of servers, and lists the names of all that are watched. */
    List<String> findServers() {
        discovery.findServers();
        return names();
    }

    /** Finds executors by the names of their threads, and lists the names of all pools that are watched. */
    List<String> findExecutors(String threadNames) {
        discovery.findExecutors(List.of(threadNames));
        return names();
    }

    /** Adds the pools of an owner, as a hook does when it has started. */
    List<String> started(Object owner) {
        registry.addPoolsOf(owner);
        return names();
    }

    /** Adds the pool of an executor, as is done when a server has given a request to it. */
    List<String> given(Object executor) throws ReflectiveOperationException {
        registry.addPoolsOf(Servers.executorInside(executor, opener), Servers.REQUEST_EXECUTORS);
        return names();
    }

    /** Removes the pools of an owner, as a hook does when it has stopped. */
    List<String> stopped(Object owner) {
        registry.removePoolsOf(owner);
        return names();
    }

    List<String> names() {
        return registry.pools().stream().map(MonitoredPool::name).toList();
    }

    MonitoredPool pool(String name) {
        return registry.pools().stream()
                .filter(pool -> pool.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no pool " + name + " among " + names()));
    }

    /** Describes one pool after as many ticks as make a worker stuck that does not move meanwhile. */
    private String afterStuckAfter(String name) {
        Sample sample = sampler.sample();
        for (int i = 0; i <= STUCK_AFTER; i++) {
            now += SECOND;
            sample = sampler.sample();
        }
        return sample.pools().stream()
                .filter(pool -> pool.name().equals(name))
                .map(pool -> "able=" + pool.able() + " stuck=" + pool.stuck() + " capacity=" + pool.capacity())
                .findFirst()
                .orElseThrow(() -> new AssertionError("no pool " + name + " among " + names()));
    }

    /** Checks that no idle worker is taken for a stuck one, however long it rests. */
    void assertStaysIdle(String name, String expected) {
        awaitNumbers(name, expected);
        for (int i = 0; i < 10; i++) {
            LockSupport.parkNanos(1_000_000);
            assertEquals(expected, afterStuckAfter(name));
        }
    }

    /** Waits until that is so: a worker that has just begun to wait has used CPU. */
    void awaitNumbers(String name, String expected) {
        Await.until(name + " has " + expected, () -> afterStuckAfter(name).equals(expected));
    }

    /** What was found and is not watched, and why. */
    List<String> skipped() {
        return skipped;
    }

    /** Checks that the server's version on the class path has the methods that are hooked, where it has their classes. */
    static void assertHasHookedMethods(ServerSupport server, int minHooks) {
        int found = 0;
        for (MethodHook hook : server.hooks()) {
            Class<?> type;
            try {
                type = Class.forName(hook.className(), false, FoundPools.class.getClassLoader());
            } catch (ClassNotFoundException e) {
                continue;
            }
            if (type.isInterface()) {
                // Another version's class of that name is hooked.
                continue;
            }
            boolean exists = HookedMethods.count(type, hook) > 0;
            assertTrue(exists || hook.isOptional(), () -> type + " has no " + hook.method() + hook.argumentTypes());
            found += exists ? 1 : 0;
        }
        if (found < minHooks) {
            throw new AssertionError("only " + found + " hooked methods of " + server.name() + " exist");
        }
    }

    private static Globs everyPool() {
        try {
            return AgentConfig.read("", new Properties(), Map.of()).pools();
        } catch (BadSettingException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void poolsChanged() {
        // The next sample sees it.
    }

    @Override
    public void failed(String sentence, Throwable reason) {
        throw new AssertionError(sentence, reason);
    }

    @Override
    public void skipped(String sentence) {
        skipped.add(sentence);
    }
}
