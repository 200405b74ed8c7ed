package com.approck.healthcheck.agent.sample;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the JVM as a whole cannot do. Time is the test's: one tick is a second, and what lasts for five is too long. */
final class JvmLimitsTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final int STUCK_AFTER = 5;

    private final PoolRegistry registry = FakePools.registry();
    private final FakeThreads threads = new FakeThreads();
    private final FakeVirtualTasks tasks = new FakeVirtualTasks();
    private final Pool pool = new Pool(4);
    private final Owner owner = new Owner("http", pool);
    /** A field, since the registry lets go of a pool whose owner has been collected. */
    private final Owner other = new Owner("other", new Pool(2));

    private final List<String> lines = new ArrayList<>();
    private Sampler sampler = sampler(STUCK_AFTER);
    private long now = 1_000 * SECOND;

    @BeforeEach
    void addPool() {
        pool.alive = 4;
        pool.virtual = true;
        registry.addPoolsOf(owner);
    }

    @Test
    void virtualThreadsThatRun_areTriedEachTickAndLeaveThePoolAble() {
        assertEquals(4, tick(100));

        assertEquals(100, threads.startedVirtual);
        assertEquals(List.of(), lines);
    }

    @Test
    void virtualThreadsThatDoNotRun_makeThePoolCountZeroUntilTheyDo() {
        tick(1);
        threads.runsVirtualThreads = false;
        assertEquals(4, tick(STUCK_AFTER));
        assertEquals(0, tick(1));
        assertEquals(0, tick(100));
        assertEquals(2, threads.startedVirtual, "one waits, and no other is started");

        threads.runsVirtualThreads = true;
        threads.waiting.run();

        assertEquals(4, tick(1));
        assertEquals(
                List.of(
                        "healthcheck: requests no longer reach pool http of Fake, none of its workers counts: its requests"
                                + " run on virtual threads, and the JVM has run none for 5 s (every carrier is taken)",
                        "healthcheck: requests reach pool http again"),
                lines);
    }

    @Test
    void virtualThreadsThatDoNotRunWhileRequestsComeAndGo_areLoad() {
        threads.runsVirtualThreads = false;
        Thread thread = new Thread(() -> {}, "stands for a virtual one");
        for (int i = 0; i < 100; i++) {
            tasks.begins(thread, new Task(owner));
            assertEquals(4, tick(STUCK_AFTER - 1));
        }
    }

    @Test
    void poolOnPlatformThreads_needsNoVirtualOnes() {
        pool.virtual = false;
        threads.runsVirtualThreads = false;

        assertEquals(4, tick(100));
        assertEquals(0, threads.startedVirtual);
    }

    @Test
    void executorOfAnUnknownKindThatMakesVirtualThreads_isKnownByItsRequests() {
        pool.virtual = false;
        pool.unbounded = true;
        tick(1);
        assertEquals(0, threads.startedVirtual);

        tasks.begins(Thread.currentThread(), new Task(owner));
        tick(1);

        assertEquals(1, threads.startedVirtual);
    }

    @Test
    void descriptors_areTriedEveryTenSeconds() {
        assertEquals(4, tick(101));

        assertEquals(11, threads.opened);
    }

    @Test
    void descriptorsThatRunOut_makeEveryPoolCountZeroUntilTheyComeBack() {
        registry.addPoolsOf(other);
        tick(1);
        threads.canOpenDescriptor = false;
        assertEquals(6, tick(10 + STUCK_AFTER - 1));
        assertEquals(0, tick(1));
        assertEquals(0, tick(100));

        threads.canOpenDescriptor = true;

        assertEquals(6, tick(1));
        assertEquals(
                List.of(
                        "healthcheck: requests no longer reach pool http of Fake, none of its workers counts: the JVM has"
                                + " been unable to open a file or a socket for 5 s (a limit on descriptors)",
                        "healthcheck: requests no longer reach pool other of Fake, none of its workers counts: the JVM has"
                                + " been unable to open a file or a socket for 5 s (a limit on descriptors)",
                        "healthcheck: requests reach pool http again",
                        "healthcheck: requests reach pool other again"),
                lines);
    }

    @Test
    void descriptorsThatRunOutForAMoment_areNoReason() {
        tick(1);
        for (int i = 0; i < 10; i++) {
            threads.canOpenDescriptor = false;
            assertEquals(4, tick(10 + STUCK_AFTER - 1));
            threads.canOpenDescriptor = true;
            assertEquals(4, tick(1));
        }
        assertEquals(List.of(), lines);
    }

    @Test
    void descriptorThatCouldNeverBeOpened_fails_forAnotherReason() {
        threads.canOpenDescriptor = false;

        assertEquals(4, tick(1_000));
    }

    @Test
    void stuckAfterZero_makesNothingTooLong() {
        sampler = sampler(0);
        tick(1);
        threads.canOpenDescriptor = false;
        threads.runsVirtualThreads = false;

        assertEquals(4, tick(1_000));
    }

    @Test
    void jvmWithoutPools_isNotTried() {
        registry.removePoolsOf(owner);
        tick(100);

        assertEquals(0, threads.opened);
        assertEquals(0, threads.startedVirtual);
    }

    private Sampler sampler(int stuckAfter) {
        return new Sampler(
                () -> threads,
                tasks,
                registry,
                SECOND,
                stuckAfter * SECOND,
                0,
                () -> now,
                () -> 0,
                new Log(LogLevel.INFO, lines::add));
    }

    /** Lets some intervals pass; gives the able workers of the last sample. */
    private int tick(int times) {
        int able = -1;
        for (int i = 0; i < times; i++) {
            now += SECOND;
            able = sampler.sample().able();
        }
        return able;
    }
}
