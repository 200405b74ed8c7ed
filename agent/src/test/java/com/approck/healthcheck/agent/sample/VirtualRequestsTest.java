package com.approck.healthcheck.agent.sample;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.agent.Await;
import com.approck.healthcheck.agent.config.AgentConfig.LogLevel;
import com.approck.healthcheck.agent.log.Log;
import com.approck.healthcheck.agent.pool.FakePools;
import com.approck.healthcheck.agent.pool.FakePools.Owner;
import com.approck.healthcheck.agent.pool.FakePools.Pool;
import com.approck.healthcheck.agent.pool.FakePools.Task;
import com.approck.healthcheck.agent.pool.PoolRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Requests on threads that stand for virtual ones: what counts is their state. Time is the test's: one tick is a second, and
 * a worker is stuck after five.
 */
final class VirtualRequestsTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final int STUCK_AFTER = 5;

    private final PoolRegistry registry = FakePools.registry();
    private final FakeVirtualTasks tasks = new FakeVirtualTasks();
    private final Pool pool = new Pool(3);
    private final Owner owner = new Owner("http", pool);
    private final List<String> lines = new ArrayList<>();
    private final CountDownLatch end = new CountDownLatch(1);
    private final Sampler sampler = new Sampler(
            FakeThreads::new,
            tasks,
            registry,
            SECOND,
            STUCK_AFTER * SECOND,
            0,
            () -> this.now,
            () -> 0,
            new Log(LogLevel.INFO, lines::add));
    private long now = 1_000 * SECOND;

    @BeforeEach
    void addPool() {
        pool.virtual = true;
        registry.addPoolsOf(owner);
    }

    @AfterEach
    void endThreads() {
        end.countDown();
    }

    @Test
    void requestsInFlight_areBusy() {
        Thread one = waiting();
        Thread two = waiting();
        tasks.begins(one, new Task(owner));
        tasks.begins(two, new Task(owner));
        tasks.begins(waiting(), new Task(new Owner("not watched", null)));
        assertEquals("able=3 busy=2 stuck=0", tick(1));

        tasks.ends(one);

        assertEquals("able=3 busy=1 stuck=0", tick(1));
    }

    @Test
    void requestThatWaits_isStuckAfterStuckAfter() {
        tick(1);
        Thread thread = waiting();
        tasks.begins(thread, new Task(owner));
        assertEquals("able=3 busy=1 stuck=0", tick(STUCK_AFTER));
        assertEquals("able=2 busy=1 stuck=1", tick(1));
        assertEquals("able=2 busy=1 stuck=1", tick(100));
        assertEquals(1, lines.size());
        String line = lines.get(0);
        assertTrue(
                line.startsWith(
                        "healthcheck: worker stands for a virtual one of pool http is stuck: it has waited in one"
                                + " request for 5 s without a time limit; its thread is WAITING, at "),
                line);

        tasks.begins(thread, new Task(owner));

        assertEquals("able=3 busy=1 stuck=0", tick(STUCK_AFTER));
        assertEquals("able=2 busy=1 stuck=1", tick(1));
    }

    @Test
    void everyPermitOnARequestThatWaits_isNobodyAble() {
        for (int i = 0; i < 3; i++) {
            tasks.begins(waiting(), new Task(owner));
        }

        assertEquals("able=0 busy=3 stuck=3", tick(2 + STUCK_AFTER));
    }

    @Test
    void permitsOfAcceptorsAndSelectors_serveNobody() {
        pool.nonServing = 1;
        tasks.begins(waiting(), new Task(owner));
        assertEquals("able=2 busy=1 stuck=1", tick(2 + STUCK_AFTER));

        tasks.begins(waiting(), new Task(owner));

        assertEquals("able=0 busy=2 stuck=2", tick(2 + STUCK_AFTER));
    }

    @Test
    void requestThatWaitsWithATimeLimit_goesOnByItself() {
        Thread thread = thread(() -> {
            while (end.getCount() > 0) {
                LockSupport.parkNanos(3_600 * SECOND);
            }
        });
        Await.until("it waits", () -> thread.getState() == Thread.State.TIMED_WAITING);
        tasks.begins(thread, new Task(owner));

        assertEquals("able=3 busy=1 stuck=0", tick(1_000));
        LockSupport.unpark(thread);
        end.countDown();
        LockSupport.unpark(thread);
    }

    @Test
    void requestsThatWaitForAPermit_areNoSignOfAPoolThatCannotGrow() {
        pool.queued = 7;
        tasks.begins(waiting(), new Task(owner));
        for (int i = 0; i < 100; i++) {
            pool.bytesMoved = i;
            assertEquals("able=3 busy=1 stuck=0", tick(STUCK_AFTER - 1));
        }
    }

    @Test
    void requestThatComputes_isAble() {
        Thread thread = thread(() -> {
            while (end.getCount() > 0) {
                Thread.onSpinWait();
            }
        });
        tasks.begins(thread, new Task(owner));

        assertEquals("able=3 busy=1 stuck=0", tick(1_000));
    }

    @Test
    void requestOnAConnectionWhereBytesMove_isAble() {
        tasks.begins(waiting(), new Task(owner));
        for (int i = 0; i < 100; i++) {
            pool.bytesMoved = i + 1L;
            assertEquals("able=3 busy=1 stuck=0", tick(STUCK_AFTER - 1));
        }

        assertEquals("able=2 busy=1 stuck=1", tick(STUCK_AFTER));
    }

    @Test
    void poolWithoutBound_losesNothingByRequestsThatWait() {
        pool.unbounded = true;
        tasks.begins(waiting(), new Task(owner));

        int processors = Math.max(1, Runtime.getRuntime().availableProcessors());
        assertEquals("able=" + processors + " busy=1 stuck=0", tick(1_000));
    }

    @Test
    void threadThatEndedInARequest_isForgotten() throws InterruptedException {
        Thread thread = waiting();
        tasks.begins(thread, new Task(owner));
        tick(1);
        end.countDown();
        thread.join();

        assertEquals("able=3 busy=0 stuck=0", tick(1));
        assertNull(tasks.thread(0));
    }

    private Thread waiting() {
        Thread thread = thread(() -> {
            try {
                end.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        Await.until("it waits", () -> thread.getState() == Thread.State.WAITING);
        return thread;
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "stands for a virtual one");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** Lets some intervals pass; describes the last sample. */
    private String tick(int times) {
        String last = "";
        for (int i = 0; i < times; i++) {
            now += SECOND;
            Sample.Pool sample = sampler.sample().pools().get(0);
            last = "able=" + sample.able() + " busy=" + sample.busy() + " stuck=" + sample.stuck();
        }
        return last;
    }
}
