package com.approck.healthcheck.agent.sample;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.approck.healthcheck.agent.config.AgentConfig.LogLevel;
import com.approck.healthcheck.agent.log.Log;
import com.approck.healthcheck.agent.pool.FakePools;
import com.approck.healthcheck.agent.pool.FakePools.Owner;
import com.approck.healthcheck.agent.pool.FakePools.Pool;
import com.approck.healthcheck.agent.pool.PoolRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Workers that use CPU, for ever or as long as their work takes. Time is the test's: one tick is a second, a worker is stuck
 * after five, and a pool of three exhausted after twenty.
 */
final class ExhaustedPoolTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final int STUCK_AFTER = 5;
    private static final int EXHAUSTED_AFTER = 20;

    private final PoolRegistry registry = FakePools.registry();
    private final FakeThreads threads = new FakeThreads();
    private final Pool pool = new Pool(3);
    private final Owner owner = new Owner("http", pool);
    private final List<FakeWorker> workers = new ArrayList<>();
    private final List<String> lines = new ArrayList<>();
    private Sampler sampler = sampler(EXHAUSTED_AFTER);
    private long now = 1_000 * SECOND;

    @BeforeEach
    void everyWorkerSpins() {
        pool.alive = 3;
        pool.queued = 5;
        registry.addPoolsOf(owner);
        for (int i = 0; i < 3; i++) {
            workers.add(new FakeWorker(registry, owner, "http-" + i));
            workers.get(i).begins();
        }
    }

    @AfterEach
    void endThreads() throws InterruptedException {
        for (FakeWorker worker : workers) {
            worker.dies();
        }
    }

    @Test
    void workersThatSpinWhileOthersWait_areNoPoolAfterExhaustedAfter() {
        assertEquals(3, tick(1 + EXHAUSTED_AFTER - 1));
        assertEquals(List.of(), lines);

        assertEquals(0, tick(1));

        assertEquals(0, tick(100));
        assertEquals(
                List.of("healthcheck: requests no longer reach pool http of Fake, none of its workers counts:"
                        + " every worker has been on one request for 20 s or longer, and requests wait"),
                lines);
    }

    @Test
    void oneRequestThatEnds_makesThePoolAbleAgain() {
        tick(100);

        workers.get(1).ends();

        assertEquals(3, tick(1));
        assertEquals("healthcheck: requests reach pool http again", lines.get(1));
        workers.get(1).begins();
        assertEquals(3, tick(EXHAUSTED_AFTER));
        assertEquals(0, tick(1));
    }

    @Test
    void workThatEndsBefore_isLoad() {
        for (int i = 0; i < 10; i++) {
            assertEquals(3, tick(EXHAUSTED_AFTER - 1));
            FakeWorker worker = workers.get(i % 3);
            worker.ends();
            worker.begins();
        }
        assertEquals(List.of(), lines);
    }

    @Test
    void emptyQueue_isAble() {
        pool.queued = 0;

        assertEquals(3, tick(1_000));

        // In the queue for a moment, on the way to a thread.
        pool.queued = 1;
        assertEquals(3, tick(1));
        pool.queued = 0;
        assertEquals(3, tick(1_000));
        assertEquals(List.of(), lines);
    }

    @Test
    void oneWorkerOfThreeIdle_isAble() {
        workers.get(2).ends();

        assertEquals(3, tick(1_000));
        assertEquals(List.of(), lines);
    }

    @Test
    void threadInReserve_doesNotCountAsOneThatServes() {
        pool.capacity = 4;
        pool.alive = 4;
        assertEquals(4, tick(1_000));

        pool.idleReserved = 1;
        assertEquals(0, tick(1));
    }

    @Test
    void poolThatCannotGrow_isExhaustedByThoseThatItHas() {
        pool.capacity = 10;

        // First it is starved: it should have grown by now, and has not.
        assertEquals(3, tick(1 + STUCK_AFTER));
        assertEquals(0, tick(EXHAUSTED_AFTER));
    }

    @Test
    void stuckAndSpinningWorkers_countTogether() {
        // It uses no CPU from now on.
        FakeWorker stuck = workers.remove(0);
        try {
            assertEquals(2, tick(EXHAUSTED_AFTER));
            assertEquals(0, tick(1));
        } finally {
            workers.add(stuck);
        }
    }

    @Test
    void poolWithoutBound_isNeverExhausted() {
        pool.unbounded = true;
        int processors = Math.max(1, Runtime.getRuntime().availableProcessors());

        assertEquals(processors, tick(1_000));
    }

    @Test
    void zero_isOff() {
        sampler = sampler(0);

        assertEquals(3, tick(10_000));
    }

    @Test
    void requestsKnownByTheirStacksAlone_mayBeOthersEachTime() throws InterruptedException {
        for (FakeWorker worker : workers) {
            worker.dies();
        }
        workers.clear();
        PoolRegistry unhooked = FakePools.registry();
        unhooked.addPoolsOf(owner);
        CountDownLatch end = new CountDownLatch(1);
        for (int i = 0; i < 3; i++) {
            FutureTask<Void> request = new FutureTask<>(() -> {
                end.await();
                return null;
            });
            Thread thread = new Thread(request, "http-" + i);
            thread.start();
            pool.threads.add(thread);
            threads.onRequest.add(thread.getId());
        }
        Sampler unhookedSampler = sampler(unhooked, EXHAUSTED_AFTER, -1);
        int able = -1;
        for (int i = 0; i < 10 * EXHAUSTED_AFTER; i++) {
            now += SECOND;
            for (Thread thread : pool.threads) {
                threads.cpuNanos.merge(thread.getId(), 1_000_000L, Long::sum);
            }
            Sample sample = unhookedSampler.sample();
            assertEquals(3, sample.pools().get(0).busy());
            able = sample.able();
        }
        end.countDown();

        assertEquals(3, able);
    }

    private Sampler sampler(int exhaustedAfter) {
        return sampler(registry, exhaustedAfter, 0);
    }

    private Sampler sampler(PoolRegistry of, int exhaustedAfter, long hooks) {
        return new Sampler(
                () -> threads,
                new FakeVirtualTasks(),
                of,
                SECOND,
                STUCK_AFTER * SECOND,
                exhaustedAfter * SECOND,
                () -> now,
                () -> hooks,
                new Log(LogLevel.INFO, lines::add));
    }

    /** Lets some intervals pass, in which every worker uses CPU; gives the able workers of the last sample. */
    private int tick(int times) {
        int able = -1;
        for (int i = 0; i < times; i++) {
            now += SECOND;
            for (FakeWorker worker : workers) {
                threads.cpuNanos.merge(worker.id(), 1_000_000L, Long::sum);
            }
            able = sampler.sample().able();
        }
        return able;
    }
}
