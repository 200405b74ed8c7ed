package com.approck.healthcheck.agent.sample;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.agent.config.AgentConfig.LogLevel;
import com.approck.healthcheck.agent.log.Log;
import com.approck.healthcheck.agent.pool.FakePools;
import com.approck.healthcheck.agent.pool.FakePools.Owner;
import com.approck.healthcheck.agent.pool.FakePools.Pool;
import com.approck.healthcheck.agent.pool.PoolRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the sampler shows of its pools. Time is the test's: one tick is a second, a worker is stuck after five. */
final class PoolViewerTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final PoolRegistry registry = FakePools.registry();
    private final FakeThreads threads = new FakeThreads();
    private final Pool pool = new Pool(30);
    private final Owner owner = new Owner("http", pool);
    /** A field, since the registry lets go of a pool whose owner has been collected. */
    private final Owner healthy = new Owner("healthy", new Pool(1));

    private final List<FakeWorker> workers = new ArrayList<>();
    private long now = 1_000 * SECOND;
    private final Sampler sampler = new Sampler(
            () -> threads,
            new FakeVirtualTasks(),
            registry,
            SECOND,
            5 * SECOND,
            0,
            () -> now,
            () -> 1,
            new Log(LogLevel.OFF, line -> {}));

    @AfterEach
    void endThreads() throws InterruptedException {
        for (FakeWorker worker : workers) {
            worker.dies();
        }
    }

    @Test
    void beforeTheFirstSample_thereIsNothing() {
        assertEquals(List.of(), sampler.view(20));
        assertEquals(-1, sampler.age());
    }

    @Test
    void workers_areStuckBusyOrIdle() {
        FakeWorker stuck = worker("http-stuck");
        FakeWorker busy = worker("http-busy");
        FakeWorker idle = worker("http-idle");
        stuck.begins();
        tick(7);
        busy.begins();
        tick(2);

        SeenPool seen = sampler.view(20).get(0);

        assertEquals(List.of("stuck http-stuck", "busy http-busy"), words(seen.atWork()));
        assertEquals(
                "it has been on one request for 8 s without using CPU",
                seen.atWork().get(0).detail());
        assertEquals(
                "for 1 s, the last 1 s without using CPU", seen.atWork().get(1).detail());
        assertEquals(
                List.of("WAITING", "the.Frame.of(Thread.java:" + stuck.id() + ")"),
                seen.atWork().get(0).top());
        assertEquals(List.of("on no request http-idle"), words(seen.idle()));
        assertEquals(idle.id(), seen.idle().get(0).id());
        assertEquals(0, seen.moreAtWork());
        assertEquals("a number of the test", seen.whyCapacity());
        assertEquals(29, seen.numbers().able());
        assertNull(seen.unreachable());
        assertEquals("by the agent's hook, which has been called", seen.howFollowed());
        assertEquals(0, sampler.age());
    }

    @Test
    void deadlockedThread_isNamedOnARequestAndOutside() {
        FakeWorker onRequest = worker("http-on-request");
        FakeWorker outside = worker("http-outside");
        onRequest.begins();
        tick(2);
        threads.deadlocked.addAll(Set.of(onRequest.id(), outside.id()));
        tick(2);

        assertEquals(
                List.of("deadlocked http-on-request", "deadlocked http-outside"),
                words(sampler.view(20).get(0).atWork()));
    }

    @Test
    void manyWorkersAtWork_areCountedBeyondTheFirst() {
        for (int i = 0; i < 13; i++) {
            worker("http-" + i).begins();
        }
        tick(2);

        SeenPool seen = sampler.view(20).get(0);

        assertEquals(10, seen.atWork().size());
        assertEquals(3, seen.moreAtWork());
        assertEquals(List.of(), seen.idle());
    }

    @Test
    void acceptingThread_isDeadOrStuckOrWaits() throws InterruptedException {
        FakeWorker stuck = new FakeWorker(registry, new Owner("other", new Pool(1)), "acceptor-stuck");
        FakeWorker waiting = new FakeWorker(registry, new Owner("other", new Pool(1)), "acceptor-waiting");
        FakeWorker dead = new FakeWorker(registry, new Owner("other", new Pool(1)), "acceptor-dead");
        workers.addAll(List.of(stuck, waiting));
        threads.waitingForWork.add(waiting.id());
        owner.ioThreads.addAll(List.of(stuck.thread(), waiting.thread()));
        pool.acceptors.add(List.of(dead.thread()));
        registry.addPoolsOf(owner);
        tick(7);
        dead.dies();
        tick(1);

        SeenPool seen = sampler.view(20).stream()
                .filter(each -> each.name().equals("http"))
                .findFirst()
                .orElseThrow();

        assertEquals(
                List.of("stuck acceptor-stuck", "waits for connections acceptor-waiting", "dead acceptor-dead"),
                words(seen.accepting()));
        assertEquals("every thread that accepts connections is stuck or has died", seen.unreachable());
        assertTrue(sampler.threadIds().containsAll(Set.of(stuck.id(), waiting.id(), dead.id())));
    }

    @Test
    void poolInTrouble_standsFirst() {
        registry.addPoolsOf(healthy);
        FakeWorker stuck = worker("http-stuck");
        stuck.begins();
        tick(7);

        assertEquals(
                List.of("http", "healthy"),
                sampler.view(20).stream().map(SeenPool::name).toList());
        assertEquals(
                List.of("http"), sampler.view(1).stream().map(SeenPool::name).toList());
    }

    private FakeWorker worker(String name) {
        registry.addPoolsOf(owner);
        FakeWorker worker = new FakeWorker(registry, owner, name);
        pool.threads.add(worker.thread());
        workers.add(worker);
        return worker;
    }

    private void tick(int ticks) {
        for (int i = 0; i < ticks; i++) {
            now += SECOND;
            sampler.sample();
        }
    }

    private static List<String> words(List<SeenThread> threads) {
        return threads.stream()
                .map(thread -> thread.state() + " " + thread.name())
                .toList();
    }
}
