package com.approck.healthcheck.agent.sample;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.agent.config.AgentConfig.LogLevel;
import com.approck.healthcheck.agent.log.Log;
import com.approck.healthcheck.agent.pool.FakePools;
import com.approck.healthcheck.agent.pool.FakePools.CounterOwner;
import com.approck.healthcheck.agent.pool.FakePools.LoopOwner;
import com.approck.healthcheck.agent.pool.FakePools.Owner;
import com.approck.healthcheck.agent.pool.FakePools.Pool;
import com.approck.healthcheck.agent.pool.PoolRegistry;
import com.approck.healthcheck.agent.pool.PoolStats;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Time is the test's: one tick is a second, and a worker is stuck after five. */
final class SamplerTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final int STUCK_AFTER = 5;

    private final PoolRegistry registry = FakePools.registry();
    private final FakeThreads threads = new FakeThreads();
    private final Pool pool = new Pool(4);
    private final Owner owner = new Owner("http", pool);
    /** A field, since the registry lets go of a pool whose owner has been collected. */
    private final Owner other = new Owner("other", new Pool(2));

    private final List<FakeWorker> workers = new ArrayList<>();
    private final PrintStream stderr = System.err;
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private long now = 1_000 * SECOND;

    /** All hooks are in, unless a test says otherwise. */
    private long hooks;

    private Sampler sampler = sampler(STUCK_AFTER * SECOND);

    @BeforeEach
    void listen() {
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        registry.addPoolsOf(owner);
    }

    @AfterEach
    void endThreads() throws InterruptedException {
        System.setErr(stderr);
        for (FakeWorker worker : workers) {
            worker.dies();
        }
    }

    @Test
    void idlePool_isAbleToItsCapacityWithoutLiveThreads() {
        assertEquals("http able=4 alive=0 busy=0 stuck=0 queued=0 capacity=4", tick(1));
        assertEquals("http able=4 alive=0 busy=0 stuck=0 queued=0 capacity=4", tick(1_000));
    }

    @Test
    void idlePool_isAskedForDeadlocksRarely() {
        tick(1_000);

        assertEquals(100, threads.questionsAboutDeadlocks);
    }

    @Test
    void jvmWithoutPools_isNeverAskedForDeadlocks() {
        registry.removePoolsOf(owner);
        tick(1_000);

        assertEquals(0, threads.questionsAboutDeadlocks);
    }

    @Test
    void noPool_isNobodyAble() {
        registry.removePoolsOf(owner);

        Sample sample = sampler.sample();

        assertEquals(0, sample.able());
        assertEquals(List.of(), sample.pools());
    }

    @Test
    void capacity_isReadAnewEachTime() {
        tick(1);
        pool.capacity = 9;
        pool.alive = 3;
        pool.queued = 2;

        assertEquals("http able=9 alive=3 busy=0 stuck=0 queued=2 capacity=9", tick(1));
    }

    @Test
    void busyWorkers_thatComeAndGo_areAllAble() {
        FakeWorker one = worker();
        FakeWorker two = worker();
        for (int i = 0; i < 100; i++) {
            one.begins();
            two.begins();
            assertEquals("http able=4 alive=0 busy=2 stuck=0 queued=0 capacity=4", tick(STUCK_AFTER - 2));
            one.ends();
            two.ends();
        }
        assertEquals("http able=4 alive=0 busy=0 stuck=0 queued=0 capacity=4", tick(1));
    }

    @Test
    void requestWithoutCpu_isStuckAfterStuckAfter() {
        worker().begins();
        tick(1);

        assertEquals("http able=4 alive=0 busy=1 stuck=0 queued=0 capacity=4", tick(STUCK_AFTER - 1));
        assertEquals("http able=3 alive=0 busy=1 stuck=1 queued=0 capacity=4", tick(1));
        assertEquals("http able=3 alive=0 busy=1 stuck=1 queued=0 capacity=4", tick(1_000));
    }

    @Test
    void ticksThatComeATrifleEarly_delayNothing() {
        worker().begins();
        tick(1);

        for (int i = 0; i < STUCK_AFTER; i++) {
            now += SECOND - SECOND / 100;
            sampler.sample();
        }

        assertEquals("http able=3 alive=0 busy=1 stuck=1 queued=0 capacity=4", describe(sampler.sample()));
    }

    @Test
    void requestThatUsesCpu_isNeverStuck() {
        FakeWorker worker = worker();
        worker.begins();
        for (int i = 0; i < 100; i++) {
            threads.cpuNanos.put(worker.id(), i * 1_000L);
            assertEquals("http able=4 alive=0 busy=1 stuck=0 queued=0 capacity=4", tick(STUCK_AFTER - 1));
        }
    }

    @Test
    void waitForOneMonitor_isStuckThoughItWakesUpToLookAround() {
        FakeWorker worker = worker();
        worker.begins();
        threads.monitorWaits.put(worker.id(), 7L);
        tick(1);
        for (int i = 1; i <= STUCK_AFTER + 1; i++) {
            assertEquals("http able=4 alive=0 busy=1 stuck=0 queued=0 capacity=4", describe(sampler.sample()));
            threads.cpuNanos.put(worker.id(), i * 35_000L);
            tick(1);
        }

        assertEquals("http able=3 alive=0 busy=1 stuck=1 queued=0 capacity=4", describe(sampler.sample()));
    }

    @Test
    void waitsForMonitorsInTurn_areProgress() {
        FakeWorker worker = worker();
        worker.begins();
        for (long i = 0; i < 100; i++) {
            threads.cpuNanos.put(worker.id(), i * 35_000);
            threads.monitorWaits.put(worker.id(), i);
            assertEquals("http able=4 alive=0 busy=1 stuck=0 queued=0 capacity=4", tick(1));
        }
    }

    @Test
    void cpuTimeThatIsUnknown_makesNobodyStuck() {
        FakeWorker worker = worker();
        worker.begins();
        threads.cpuNanos.put(worker.id(), -1L);

        assertEquals("http able=4 alive=0 busy=1 stuck=0 queued=0 capacity=4", tick(1_000));
    }

    @Test
    void stuckWorker_recoversWithTheEndOfItsRequest() {
        FakeWorker worker = stuckWorker();

        worker.ends();

        assertEquals("http able=4 alive=0 busy=0 stuck=0 queued=0 capacity=4", tick(1));
        assertEquals("http able=4 alive=0 busy=0 stuck=0 queued=0 capacity=4", tick(1_000));
    }

    @Test
    void stuckWorker_recoversWhenItUsesCpu() {
        FakeWorker worker = stuckWorker();

        threads.cpuNanos.put(worker.id(), 1_000L);

        assertEquals("http able=4 alive=0 busy=1 stuck=0 queued=0 capacity=4", tick(1));
        assertEquals("http able=4 alive=0 busy=1 stuck=0 queued=0 capacity=4", tick(STUCK_AFTER - 1));
        assertEquals("http able=3 alive=0 busy=1 stuck=1 queued=0 capacity=4", tick(1));
    }

    @Test
    void newRequestOnTheSameThread_startsAnew() {
        FakeWorker worker = stuckWorker();

        worker.ends();
        worker.begins();

        assertEquals("http able=4 alive=0 busy=1 stuck=0 queued=0 capacity=4", tick(1));
        assertEquals("http able=4 alive=0 busy=1 stuck=0 queued=0 capacity=4", tick(STUCK_AFTER - 1));
        assertEquals("http able=3 alive=0 busy=1 stuck=1 queued=0 capacity=4", tick(1));
    }

    @Test
    void stuckAfterZero_makesNobodyStuckByTime() {
        sampler = sampler(0);
        worker().begins();

        assertEquals("http able=4 alive=0 busy=1 stuck=0 queued=0 capacity=4", tick(100_000));
    }

    @Test
    void pauseOfTheWholeJvm_makesNobodyStuck() {
        worker().begins();
        tick(2);

        now += 3_600 * SECOND;

        assertEquals("http able=4 alive=0 busy=1 stuck=0 queued=0 capacity=4", describe(sampler.sample()));
        assertEquals("http able=4 alive=0 busy=1 stuck=0 queued=0 capacity=4", tick(1));
        assertEquals("http able=3 alive=0 busy=1 stuck=1 queued=0 capacity=4", tick(1));
    }

    @Test
    void able_isNeverBelowZero() {
        pool.capacity = 1;
        stuckWorker();
        stuckWorker();

        assertEquals("http able=0 alive=0 busy=2 stuck=2 queued=0 capacity=1", tick(1));
    }

    @Test
    void deadlock_isBelievedAtTheSecondSample() {
        FakeWorker one = worker();
        FakeWorker two = worker();
        one.begins();
        two.begins();
        tick(1);
        threads.deadlocked.add(one.id());
        threads.deadlocked.add(two.id());

        assertEquals("http able=4 alive=0 busy=2 stuck=0 queued=0 capacity=4", tick(1));
        assertEquals("http able=2 alive=0 busy=2 stuck=2 queued=0 capacity=4", tick(1));
    }

    @Test
    void deadlockThatDissolves_isForgotten() {
        FakeWorker one = worker();
        one.begins();
        threads.deadlocked.add(one.id());
        tick(3);
        threads.deadlocked.clear();

        assertEquals("http able=4 alive=0 busy=1 stuck=0 queued=0 capacity=4", tick(1));
        threads.deadlocked.add(one.id());
        assertEquals("http able=4 alive=0 busy=1 stuck=0 queued=0 capacity=4", tick(1));
    }

    @Test
    void workerThatLeavesADeadlockAndWorksOn_isNoLongerStuck() {
        FakeWorker one = worker();
        one.begins();
        threads.deadlocked.add(one.id());
        assertEquals("http able=3 alive=0 busy=1 stuck=1 queued=0 capacity=4", tick(3));

        threads.deadlocked.clear();
        threads.cpuNanos.put(one.id(), SECOND);

        assertEquals("http able=4 alive=0 busy=1 stuck=0 queued=0 capacity=4", tick(1));
    }

    @Test
    void deadlock_countsThoughStuckAfterIsZero() {
        sampler = sampler(0);
        FakeWorker one = worker();
        one.begins();
        threads.deadlocked.add(one.id());

        assertEquals("http able=3 alive=0 busy=1 stuck=1 queued=0 capacity=4", tick(3));
    }

    @Test
    void thoseWhoWaitForADeadlockedThread_countWithIt() {
        FakeWorker deadlocked = worker();
        FakeWorker waitsForIt = worker();
        FakeWorker waitsForTheOneThatWaits = worker();
        FakeWorker waitsForAnother = worker();
        workers.forEach(FakeWorker::begins);
        threads.deadlocked.add(deadlocked.id());
        threads.lockHolders.put(waitsForTheOneThatWaits.id(), waitsForIt.id());
        threads.lockHolders.put(waitsForIt.id(), deadlocked.id());
        threads.lockHolders.put(waitsForAnother.id(), Long.MAX_VALUE);

        assertEquals("http able=1 alive=0 busy=4 stuck=3 queued=0 capacity=4", tick(3));
    }

    @Test
    void threadDeadlockedOutsideARequest_countsForItsPool() {
        FakeWorker waiting = worker();
        Thread other = new Thread(() -> {}, "acceptor");
        pool.threads.add(other);
        waiting.begins();
        threads.deadlocked.add(other.getId());

        assertEquals("http able=3 alive=0 busy=1 stuck=1 queued=0 capacity=4", tick(3));
    }

    @Test
    void deadlockWhileNobodyIsOnARequest_isFoundWithinTwelveTicks() {
        Thread acceptor = new Thread(() -> {}, "acceptor");
        pool.threads.add(acceptor);
        threads.deadlocked.add(acceptor.getId());

        assertEquals("http able=3 alive=0 busy=0 stuck=1 queued=0 capacity=4", tick(12));
        assertEquals("http able=3 alive=0 busy=0 stuck=1 queued=0 capacity=4", tick(1));
        threads.deadlocked.clear();
        assertEquals("http able=4 alive=0 busy=0 stuck=0 queued=0 capacity=4", tick(1));
    }

    @Test
    void threadDeadlockedInARequest_countsOnce() {
        FakeWorker one = worker();
        pool.threads.add(one.thread());
        one.begins();
        threads.deadlocked.add(one.id());

        assertEquals("http able=3 alive=0 busy=1 stuck=1 queued=0 capacity=4", tick(STUCK_AFTER + 1));
    }

    @Test
    void starvedPool_countsItsLiveThreadsOnlyAndRecovers() {
        pool.alive = 1;
        pool.queued = 5;
        tick(1);

        assertEquals("http able=4 alive=1 busy=0 stuck=0 queued=5 capacity=4", tick(STUCK_AFTER - 1));
        assertEquals("http able=1 alive=1 busy=0 stuck=0 queued=5 capacity=4", tick(1));
        pool.alive = 0;
        assertEquals("http able=0 alive=0 busy=0 stuck=0 queued=5 capacity=4", tick(1));
        pool.queued = 0;
        assertEquals("http able=4 alive=0 busy=0 stuck=0 queued=0 capacity=4", tick(1));
    }

    @Test
    void poolWithoutThreads_isDeadWhileNoneCanBeCreated() {
        tick(1);
        assertEquals(1, threads.started);
        threads.canCreateThread = false;

        assertEquals("http able=4 alive=0 busy=0 stuck=0 queued=0 capacity=4", tick(10));
        assertEquals("http able=0 alive=0 busy=0 stuck=0 queued=0 capacity=4", tick(1));
        threads.canCreateThread = true;
        assertEquals("http able=4 alive=0 busy=0 stuck=0 queued=0 capacity=4", tick(10));
        assertEquals(
                List.of(
                        "requests no longer reach pool http of Fake, none of its workers counts: it has no thread,"
                                + " and the JVM cannot create one (a limit on processes or memory)",
                        "requests reach pool http again"),
                lines());
    }

    @Test
    void poolWithoutThreads_isAbleWhenOneCouldNotBeCreatedForAMoment() {
        tick(1);
        threads.canCreateThread = false;
        tick(10);
        threads.canCreateThread = true;

        assertEquals("http able=4 alive=0 busy=0 stuck=0 queued=0 capacity=4", tick(1));
        assertEquals(List.of(), lines());
    }

    @Test
    void poolWithThreads_isAbleThoughNoneCanBeCreated_andNoneIsTried() {
        threads.canCreateThread = false;
        pool.alive = 1;

        assertEquals("http able=4 alive=1 busy=0 stuck=0 queued=0 capacity=4", tick(100));
        assertEquals(0, threads.started);
    }

    @Test
    void poolWithoutBound_isNotTriedForThreads() {
        pool.unbounded = true;
        tick(100);

        assertEquals(0, threads.started);
    }

    @Test
    void poolOfVirtualThreads_isAbleThoughNoneOfThePlatformsCanBeCreated() {
        pool.virtual = true;
        threads.canCreateThread = false;

        assertEquals("http able=4 alive=0 busy=0 stuck=0 queued=0 capacity=4", tick(100));
        assertEquals(0, threads.started);
    }

    @Test
    void poolWithoutThreads_isTriedRarely() {
        tick(1_000);

        assertEquals(100, threads.started);
    }

    @Test
    void poolWhosePollerDies_hasNoAbleWorkerUntilItsServerStartsAgain() throws InterruptedException {
        Owner connector = new Owner("http-8080", new Pool(4));
        CountDownLatch death = new CountDownLatch(1);
        Thread poller = new Thread(() -> awaitQuietly(death), "http-8080-Poller");
        poller.start();
        connector.ioThreads.add(poller);
        registry.removePoolsOf(owner);
        registry.addPoolsOf(connector);

        assertEquals("http-8080 able=4 alive=0 busy=0 stuck=0 queued=0 capacity=4", tick(1));
        death.countDown();
        poller.join();
        assertEquals("http-8080 able=0 alive=0 busy=0 stuck=0 queued=0 capacity=4", tick(3));
        assertEquals(
                List.of("requests no longer reach pool http-8080 of Fake, none of its workers counts: its thread"
                        + " http-8080-Poller has died"),
                lines());

        registry.removePoolsOf(connector);
        connector.ioThreads.set(0, Thread.currentThread());
        registry.addPoolsOf(connector);
        assertEquals("http-8080 able=4 alive=0 busy=0 stuck=0 queued=0 capacity=4", tick(1));
    }

    @Test
    void poolWhoseServerStops_isNotCalledDeadForItsPollersEnd() throws InterruptedException {
        Thread poller = new Thread(() -> {}, "http-Poller");
        poller.start();
        owner.ioThreads.add(poller);
        registry.removePoolsOf(owner);
        registry.addPoolsOf(owner);
        poller.join();
        assertEquals("http able=0 alive=0 busy=0 stuck=0 queued=0 capacity=4", tick(1));

        // As a server in the middle of its stop does: it says that it does not run.
        owner.pool = null;

        assertEquals("http able=4 alive=0 busy=0 stuck=0 queued=0 capacity=4", tick(1));
    }

    @Test
    void idlePoolWhoseServerDoesNotListen_hasNoAbleWorkerAfterStuckAfter() {
        tick(1);
        owner.deaf = true;
        assertEquals("http able=4 alive=0 busy=0 stuck=0 queued=0 capacity=4", tick(STUCK_AFTER - 1));
        assertEquals("http able=0 alive=0 busy=0 stuck=0 queued=0 capacity=4", tick(1));
        owner.deaf = false;
        assertEquals("http able=4 alive=0 busy=0 stuck=0 queued=0 capacity=4", tick(1));
        assertEquals(
                List.of(
                        "requests no longer reach pool http of Fake, none of its workers counts: no thread has waited"
                                + " for requests on its sockets for 5 s",
                        "requests reach pool http again"),
                lines());
    }

    @Test
    void poolAtWorkWhoseServerDoesNotListen_isAble() {
        FakeWorker worker = worker();
        worker.begins();
        owner.deaf = true;
        tick(1);
        for (int i = 0; i < 2 * STUCK_AFTER; i++) {
            threads.cpuNanos.put(worker.id(), i * SECOND);
            assertEquals("http able=4 alive=0 busy=1 stuck=0 queued=0 capacity=4", tick(1));
        }
    }

    @Test
    void fullQueueOfABusyPool_isNotStarved() {
        pool.alive = 4;
        pool.queued = 1_000;

        assertEquals("http able=4 alive=4 busy=0 stuck=0 queued=1000 capacity=4", tick(1_000));
    }

    @Test
    void queueThatMoves_isNotStarved() {
        FakeWorker worker = worker();
        pool.alive = 1;
        pool.queued = 1_000;
        for (int i = 0; i < 100; i++) {
            worker.begins();
            assertEquals("http able=4 alive=1 busy=1 stuck=0 queued=1000 capacity=4", tick(STUCK_AFTER - 1));
            worker.ends();
        }
    }

    @Test
    void stuckAfterZero_makesNoPoolStarved() {
        sampler = sampler(0);
        pool.queued = 5;

        assertEquals("http able=4 alive=0 busy=0 stuck=0 queued=5 capacity=4", tick(100_000));
    }

    static List<Throwable> failures() {
        return List.of(
                new NoSuchMethodException("getThreads"),
                new IllegalStateException("shutting down"),
                new NoClassDefFoundError("org/example/Undeployed"),
                new StackOverflowError(),
                new AssertionError("a doubt"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void poolThatCannotBeRead_keepsItsLastNumbersAndIsLoggedOnce(Throwable failure) {
        pool.alive = 3;
        tick(1);

        pool.failure = failure;
        pool.alive = 0;
        FakeWorker worker = stuckWorker();
        tick(10);

        assertEquals("http able=3 alive=3 busy=1 stuck=1 queued=0 capacity=4", tick(1));
        String warning = "pool http of Fake cannot be read, using its last known values: " + failure;
        assertEquals(1, lines().stream().filter(warning::equals).count());
        worker.ends();
        pool.failure = null;
        assertEquals("http able=4 alive=0 busy=0 stuck=0 queued=0 capacity=4", tick(1));
    }

    @Test
    void poolThatCouldNeverBeRead_isNotLogged() {
        pool.failure = new IllegalStateException("still starting");
        assertFalse(sampler.sample().isKnown());

        registry.addPoolsOf(other);
        assertEquals("other able=2 alive=0 busy=0 stuck=0 queued=0 capacity=2", tick(1));

        pool.failure = null;
        assertTrue(sampler.sample().isKnown());
        assertEquals(2, sampler.sample().pools().size());
        assertEquals(
                List.of("pool http of Fake cannot be read, not reported: java.lang.IllegalStateException: still"
                        + " starting"),
                lines());
    }

    @ParameterizedTest
    @MethodSource("failures")
    void workersThatCannotBeFollowed_stayWhatTheyWereAndAreLoggedOnce(Throwable failure) {
        registry.removePoolsOf(owner);
        Pool executor = new Pool(3);
        executor.alive = 2;
        executor.queued = 7;
        CounterOwner batch = new CounterOwner("batch", executor);
        registry.addPoolsOf(batch);
        executor.progress.put(Thread.currentThread(), 1L);
        tick(STUCK_AFTER);
        Thread other = new Thread(() -> awaitQuietly(new CountDownLatch(1)));
        other.setDaemon(true);
        other.start();
        executor.progress.put(other, 1L);
        assertEquals("batch able=2 alive=2 busy=2 stuck=1 queued=7 capacity=3", tick(1));

        executor.failure = failure;
        assertEquals("batch able=2 alive=2 busy=2 stuck=1 queued=7 capacity=3", tick(100));

        String warning = "the workers of pool batch of Fake cannot be followed, so one that gets stuck may count"
                + " as able: " + failure;
        assertEquals(1, lines().stream().filter(warning::equals).count());
        executor.failure = null;
        executor.queued = 0;
        executor.progress.put(other, 3L);
        assertEquals("batch able=2 alive=2 busy=2 stuck=1 queued=0 capacity=3", tick(STUCK_AFTER));
        assertEquals("batch able=1 alive=2 busy=2 stuck=2 queued=0 capacity=3", tick(1));
        other.interrupt();
    }

    @Test
    void workersThatCannotBeFollowedForAMoment_areNoNews() {
        registry.removePoolsOf(owner);
        Pool executor = new Pool(1);
        CounterOwner batch = new CounterOwner("batch", executor);
        registry.addPoolsOf(batch);
        executor.progress.put(Thread.currentThread(), 1L);
        tick(STUCK_AFTER - 1);

        for (int i = 0; i < 20; i++) {
            executor.failure = new ConcurrentModificationException();
            tick(1);
            executor.failure = null;
            tick(1);
        }

        assertEquals(
                List.of(),
                lines().stream()
                        .filter(line -> line.contains("cannot be followed"))
                        .collect(Collectors.toList()));
        assertEquals("batch able=0 alive=0 busy=1 stuck=1 queued=0 capacity=1", tick(1));
    }

    @Test
    void fullHeap_makesNoSampleOfOldNumbers() {
        pool.failure = new OutOfMemoryError("Java heap space");

        assertThrows(OutOfMemoryError.class, () -> tick(1));
        pool.failure = null;
        assertEquals("http able=4 alive=0 busy=0 stuck=0 queued=0 capacity=4", tick(1));
    }

    @Test
    void deadlockInAPoolWhoseThreadsCannotBeListed_countsThoseOnRequests() {
        FakeWorker one = worker();
        one.begins();
        tick(1);
        threads.deadlocked.add(one.id());
        pool.failure = new NoClassDefFoundError("org/example/Undeployed");

        assertEquals("http able=3 alive=0 busy=1 stuck=1 queued=0 capacity=4", tick(2));
    }

    @Test
    void deadThread_isForgotten() throws InterruptedException {
        FakeWorker worker = stuckWorker();

        worker.dies();

        assertEquals("http able=4 alive=0 busy=0 stuck=0 queued=0 capacity=4", tick(1));
    }

    @Test
    void stoppedPool_isGoneAndItsWorkersAreForgotten() {
        stuckWorker();

        registry.removePoolsOf(owner);

        assertEquals("", tick(1));
    }

    @Test
    void twoPools_doNotMix() {
        Pool other = new Pool(10);
        Owner management = new Owner("management", other);
        registry.addPoolsOf(management);
        FakeWorker stuck = worker();
        FakeWorker busy = new FakeWorker(registry, management, "management-1");
        workers.add(busy);
        stuck.begins();
        tick(STUCK_AFTER);
        busy.begins();
        other.queued = 3;

        assertEquals(
                "http able=3 alive=0 busy=1 stuck=1 queued=0 capacity=4"
                        + ", management able=10 alive=0 busy=1 stuck=0 queued=3 capacity=10",
                tick(1));
        assertEquals(13, sampler.sample().able());
        registry.removePoolsOf(owner);
        assertEquals("management able=10 alive=0 busy=1 stuck=0 queued=3 capacity=10", tick(1));
    }

    @Test
    void workersWithCountersOfTheirOwn_areFollowedByThem() {
        registry.removePoolsOf(owner);
        Pool executor = new Pool(2);
        CounterOwner batch = new CounterOwner("batch", executor);
        registry.addPoolsOf(batch);
        executor.progress.put(Thread.currentThread(), 6L);
        assertEquals("batch able=2 alive=0 busy=0 stuck=0 queued=0 capacity=2", tick(100));

        executor.progress.put(Thread.currentThread(), 7L);
        assertEquals("batch able=2 alive=0 busy=1 stuck=0 queued=0 capacity=2", tick(STUCK_AFTER));
        assertEquals("batch able=1 alive=0 busy=1 stuck=1 queued=0 capacity=2", tick(1));
        executor.progress.put(Thread.currentThread(), 9L);
        assertEquals("batch able=2 alive=0 busy=1 stuck=0 queued=0 capacity=2", tick(1));
        executor.progress.put(Thread.currentThread(), 10L);
        assertEquals("batch able=2 alive=0 busy=0 stuck=0 queued=0 capacity=2", tick(1));
    }

    @Test
    void poolWithoutABound_losesNothingByAStuckWorker() {
        registry.removePoolsOf(owner);
        Pool executor = new Pool(2);
        executor.unbounded = true;
        CounterOwner batch = new CounterOwner("batch", executor);
        registry.addPoolsOf(batch);
        executor.progress.put(Thread.currentThread(), 1L);

        int able = PoolStats.UNBOUNDED_CAPACITY;
        assertEquals("batch able=" + able + " alive=0 busy=1 stuck=1 queued=0 capacity=" + able, tick(STUCK_AFTER + 1));
    }

    @Test
    void loopThatWaitsForWork_isAbleForEver() {
        LoopOwner loops = startLoop();
        threads.waitingForWork.add(Thread.currentThread().getId());

        assertEquals("loops able=1 alive=0 busy=0 stuck=0 queued=0 capacity=1", tick(1_000));
        assertEquals(1, threads.questionsAboutStacks);
        registry.removePoolsOf(loops);
    }

    @Test
    void loopThatHangsElsewhere_isStuckUntilItUsesCpu() {
        LoopOwner loops = startLoop();
        tick(1);

        assertEquals("loops able=1 alive=0 busy=1 stuck=0 queued=0 capacity=1", tick(STUCK_AFTER - 1));
        assertEquals("loops able=0 alive=0 busy=1 stuck=1 queued=0 capacity=1", tick(1));
        threads.cpuNanos.put(Thread.currentThread().getId(), 1_000L);
        assertEquals("loops able=1 alive=0 busy=1 stuck=0 queued=0 capacity=1", tick(1));
        threads.waitingForWork.add(Thread.currentThread().getId());
        threads.cpuNanos.put(Thread.currentThread().getId(), 2_000L);
        assertEquals("loops able=1 alive=0 busy=0 stuck=0 queued=0 capacity=1", tick(1_000));
        registry.removePoolsOf(loops);
    }

    @Test
    void loop_isBusyWhereverItDoesNotWaitForWork() {
        LoopOwner loops = startLoop();
        long id = Thread.currentThread().getId();
        // It leaves its selector once a second, to look around.
        threads.waitingForWork.add(id);
        for (int i = 0; i < 10; i++) {
            threads.cpuNanos.put(id, i * 1_000L);
            assertEquals("loops able=1 alive=0 busy=0 stuck=0 queued=0 capacity=1", tick(1));
        }
        threads.waitingForWork.clear();
        threads.cpuNanos.put(id, 20_000L);
        int read = threads.questionsAboutStacks;

        assertEquals("loops able=1 alive=0 busy=1 stuck=0 queued=0 capacity=1", tick(STUCK_AFTER - 1));
        assertEquals(read + 1, threads.questionsAboutStacks, "a handler that uses no CPU is where it was");
        registry.removePoolsOf(loops);
    }

    @Test
    void loopsBeyondThoseWhoseStacksAreRead_areBusyWhileTheyUseCpu() throws InterruptedException {
        LoopOwner loops = startLoop();
        loops.pool.capacity = 40;
        CountDownLatch end = new CountDownLatch(1);
        List<Thread> many = new ArrayList<>();
        for (int i = 0; i < 39; i++) {
            Thread thread = new Thread(() -> awaitQuietly(end), "loop-" + i);
            thread.start();
            many.add(thread);
            loops.pool.progress.put(thread, 0L);
        }
        loops.pool.progress.keySet().forEach(thread -> threads.waitingForWork.add(thread.getId()));

        assertEquals("loops able=40 alive=0 busy=8 stuck=0 queued=0 capacity=40", tick(1));
        assertEquals(32, threads.questionsAboutStacks);
        assertEquals("loops able=40 alive=0 busy=0 stuck=0 queued=0 capacity=40", tick(1));
        end.countDown();
        for (Thread thread : many) {
            thread.join();
        }
        registry.removePoolsOf(loops);
    }

    @Test
    void loopInADeadlock_isFoundByTheLockThatItWaitsFor() {
        LoopOwner loops = startLoop();
        long id = Thread.currentThread().getId();
        tick(1);
        threads.deadlocked.add(id);
        threads.lockHolders.put(id, id + 1);

        assertEquals("loops able=0 alive=0 busy=1 stuck=1 queued=0 capacity=1", tick(3));
        threads.deadlocked.clear();
        threads.lockHolders.clear();
        threads.cpuNanos.put(id, 1_000L);
        threads.waitingForWork.add(id);
        assertEquals("loops able=1 alive=0 busy=0 stuck=0 queued=0 capacity=1", tick(2));
        registry.removePoolsOf(loops);
    }

    @Test
    void loopThatTwoServersShare_countsInBoth() {
        LoopOwner one = startLoop();
        Pool both = new Pool(2);
        both.progress.put(Thread.currentThread(), 0L);
        LoopOwner other = new LoopOwner("other", both);
        registry.addPoolsOf(other);
        tick(1);

        assertEquals(
                "loops able=0 alive=0 busy=1 stuck=1 queued=0 capacity=1,"
                        + " other able=1 alive=0 busy=1 stuck=1 queued=0 capacity=2",
                tick(STUCK_AFTER + 1));
        registry.removePoolsOf(one);
        registry.removePoolsOf(other);
    }

    @Test
    void poolWhoseAcceptingLoopsHang_hasNobodyAble() {
        FakeWorker able = worker();
        threads.waitingForWork.add(able.id());
        LoopOwner loops = startLoop();
        loops.pool.capacity = 4;
        loops.pool.acceptors.add(List.of(Thread.currentThread(), able.thread()));
        loops.pool.acceptors.add(List.of());

        assertEquals("loops able=3 alive=0 busy=1 stuck=1 queued=0 capacity=4", tick(STUCK_AFTER + 1));
        loops.pool.acceptors.add(List.of(Thread.currentThread()));
        assertEquals("loops able=0 alive=0 busy=1 stuck=1 queued=0 capacity=4", tick(1));
        registry.removePoolsOf(loops);
    }

    @Test
    void poolWhoseAcceptorHangsOrDies_hasNobodyAble() throws InterruptedException {
        FakeWorker acceptor = worker();
        pool.acceptors.add(List.of(acceptor.thread()));
        threads.waitingForWork.add(acceptor.id());
        assertEquals("http able=4 alive=0 busy=0 stuck=0 queued=0 capacity=4", tick(STUCK_AFTER + 2));

        threads.cpuNanos.put(acceptor.id(), 1L);
        threads.waitingForWork.clear();
        assertEquals("http able=4 alive=0 busy=0 stuck=0 queued=0 capacity=4", tick(STUCK_AFTER));
        assertEquals("http able=0 alive=0 busy=0 stuck=0 queued=0 capacity=4", tick(1));
        threads.cpuNanos.put(acceptor.id(), 2L);
        assertEquals("http able=4 alive=0 busy=0 stuck=0 queued=0 capacity=4", tick(1));

        acceptor.dies();
        assertEquals("http able=0 alive=0 busy=0 stuck=0 queued=0 capacity=4", tick(1));
        String lost =
                "requests no longer reach pool http of Fake, none of its workers counts: every thread that accepts"
                        + " connections is stuck or has died";
        assertEquals(List.of(lost, "requests reach pool http again", lost), lines());
    }

    @Test
    void poolWhoseIoThreadHangs_hasNobodyAble() {
        FakeWorker poller = new FakeWorker(FakePools.registry(), owner, "poller");
        workers.add(poller);
        Owner connector = new Owner("connector", new Pool(2));
        connector.ioThreads.add(poller.thread());
        registry.removePoolsOf(owner);
        registry.addPoolsOf(connector);
        assertEquals("connector able=2 alive=0 busy=0 stuck=0 queued=0 capacity=2", tick(STUCK_AFTER));
        assertEquals("connector able=0 alive=0 busy=0 stuck=0 queued=0 capacity=2", tick(2));
        assertEquals(
                List.of("requests no longer reach pool connector of Fake, none of its workers counts: its thread poller"
                        + " has not come back for connections for 5 s; at its stack"),
                lines());

        threads.waitingForWork.add(poller.id());
        threads.cpuNanos.put(poller.id(), 1L);
        assertEquals("connector able=2 alive=0 busy=0 stuck=0 queued=0 capacity=2", tick(STUCK_AFTER + 2));
        registry.removePoolsOf(connector);
    }

    private LoopOwner startLoop() {
        registry.removePoolsOf(owner);
        Pool pool = new Pool(1);
        pool.progress.put(Thread.currentThread(), 0L);
        LoopOwner loops = new LoopOwner("loops", pool);
        registry.addPoolsOf(loops);
        return loops;
    }

    @Test
    void log_saysStuckAndRecoveredOnceEach() {
        FakeWorker worker = worker("http-exec-1");
        worker.begins();
        tick(100);
        worker.ends();
        tick(100);

        assertEquals(
                List.of(
                        "worker http-exec-1 of pool http is stuck: it has been on one request for 5 s without"
                                + " using CPU; at its stack",
                        "worker http-exec-1 of pool http is no longer stuck"),
                lines());
    }

    @Test
    void log_saysDeadlock() {
        FakeWorker worker = worker("http-exec-1");
        worker.begins();
        threads.deadlocked.add(worker.id());
        tick(3);

        assertEquals(
                List.of("worker http-exec-1 of pool http is stuck: it is part of a deadlock, or waits for one; at"
                        + " its stack"),
                lines());
    }

    @Test
    void log_saysTenLinesATickAndCountsTheRest() {
        for (int i = 0; i < 15; i++) {
            worker().begins();
        }
        tick(STUCK_AFTER + 1);

        assertEquals(11, lines().size());
        assertEquals("5 more workers became stuck or recovered", lines().get(10));
        tick(100);
        assertEquals(11, lines().size());
        workers.forEach(FakeWorker::ends);
        tick(1);
        assertEquals(22, lines().size());
        assertTrue(lines().get(11).endsWith("of pool http is no longer stuck"));
    }

    private FakeWorker stuckWorker() {
        FakeWorker worker = worker();
        worker.begins();
        tick(STUCK_AFTER + 1);
        return worker;
    }

    private FakeWorker worker() {
        return worker("http-" + workers.size());
    }

    private FakeWorker worker(String name) {
        FakeWorker worker = new FakeWorker(registry, owner, name);
        workers.add(worker);
        return worker;
    }

    @Test
    void requestBeforeTheHooksAreIn_isFollowedByItsStack() {
        hooks = -1;
        FakeThread served = new FakeThread(pool, "early");
        threads.onRequest.add(served.id());

        assertEquals("http able=4 alive=0 busy=1 stuck=0 queued=0 capacity=4", tick(STUCK_AFTER));
        assertEquals("http able=3 alive=0 busy=1 stuck=1 queued=0 capacity=4", tick(1));

        threads.onRequest.clear();
        assertEquals("http able=4 alive=0 busy=0 stuck=0 queued=0 capacity=4", tick(1));
        served.end();
    }

    @Test
    void requestThatUsesCpu_isNotStuckByItsStack() {
        hooks = -1;
        FakeThread served = new FakeThread(pool, "early");
        threads.onRequest.add(served.id());
        for (int i = 0; i < 3 * STUCK_AFTER; i++) {
            threads.cpuNanos.merge(served.id(), 1_000L, Long::sum);
            assertEquals("http able=4 alive=0 busy=1 stuck=0 queued=0 capacity=4", tick(1));
        }
        served.end();
    }

    @Test
    void requestFromBeforeTheHooks_isFollowedToItsEndOnceTheyAreCalled() {
        hooks = -1;
        FakeThread early = new FakeThread(pool, "early");
        threads.onRequest.add(early.id());
        tick(1);
        hooks = 1;
        FakeWorker hooked = worker();
        hooked.begins();
        hooked.ends();
        assertEquals("http able=3 alive=0 busy=1 stuck=1 queued=0 capacity=4", tick(STUCK_AFTER));

        threads.onRequest.clear();
        assertEquals("http able=4 alive=0 busy=0 stuck=0 queued=0 capacity=4", tick(1));
        assertEquals("", said().replaceAll("(?m)^.*(stuck|longer).*\\R?", ""));
        early.end();
    }

    @Test
    void threadThatTheHookTakesOver_isNotFollowedByItsStackAnyMore() throws Exception {
        hooks = -1;
        FakeThread thread = new FakeThread(pool, "worker");
        threads.onRequest.add(thread.id());
        tick(1);
        hooks = 1;

        AtomicLong counter = thread.call(() -> registry.addWorker(new FakePools.Task(owner)));
        assertEquals("http able=4 alive=0 busy=0 stuck=0 queued=0 capacity=4", tick(1));
        assertEquals(0, counter.get() & 1);
        counter.incrementAndGet();
        assertEquals("http able=4 alive=0 busy=1 stuck=0 queued=0 capacity=4", tick(1));
        thread.end();
    }

    @Test
    void requestThatAHookWhichWasTakenAwayDidNotSee_isFollowedByItsStack() throws Exception {
        FakeThread thread = new FakeThread(pool, "worker");
        AtomicLong counter = thread.call(() -> registry.addWorker(new FakePools.Task(owner)));
        tick(10);
        hooks = -1;
        threads.onRequest.add(thread.id());
        tick(1);
        hooks = 2;

        assertEquals("http able=3 alive=0 busy=1 stuck=1 queued=0 capacity=4", tick(STUCK_AFTER + 1));
        threads.onRequest.clear();
        assertEquals("http able=4 alive=0 busy=0 stuck=0 queued=0 capacity=4", tick(1));
        counter.incrementAndGet();
        assertEquals("http able=4 alive=0 busy=1 stuck=0 queued=0 capacity=4", tick(1));
        counter.incrementAndGet();
        assertEquals("http able=4 alive=0 busy=0 stuck=0 queued=0 capacity=4", tick(1));
        assertEquals("", said().replaceAll("(?m)^.*(stuck|longer).*\\R?", ""));
        thread.end();
    }

    @Test
    void poolWhoseHookIsCalled_isAskedForNoStacks() {
        pool.threads.add(Thread.currentThread());
        worker();
        tick(3);
        int before = threads.questionsAboutStacks;

        tick(100);

        assertEquals(before, threads.questionsAboutStacks);
    }

    @Test
    void poolThatServesNobody_isAskedForStacksRarely() {
        pool.threads.add(Thread.currentThread());

        tick(1_000);

        assertTrue(threads.questionsAboutStacks <= 110, threads.questionsAboutStacks + " questions");
    }

    @Test
    void hookThatIsNotCalled_isSaidOnce_andThePoolIsFollowedByStacks() {
        FakeThread thread = new FakeThread(pool, "worker");
        tick(2);
        threads.onRequest.add(thread.id());
        tick(3);
        threads.onRequest.clear();
        tick(20);
        threads.onRequest.add(thread.id());

        assertEquals("http able=3 alive=0 busy=1 stuck=1 queued=0 capacity=4", tick(STUCK_AFTER + 1));
        assertEquals(
                1,
                said().lines()
                        .filter(line -> line.startsWith("healthcheck: the hook in Fake's methods is not called ("))
                        .count());
        thread.end();
    }

    @Test
    void requestOnItsWayIntoTheHook_isNoWarning() throws Exception {
        FakeThread thread = new FakeThread(pool, "worker");
        tick(2);
        threads.onRequest.add(thread.id());
        tick(1);
        thread.call(() -> registry.addWorker(new FakePools.Task(owner))).incrementAndGet();
        tick(20);

        assertEquals("", said().replaceAll("(?m)^.* is stuck: .*\\R?", ""));
        thread.end();
    }

    @Test
    void requestThatBeganAsTheHooksChanged_isNoWarning() {
        FakeThread thread = new FakeThread(pool, "worker");
        tick(2);
        threads.onRequest.add(thread.id());
        hooks = -1;
        tick(1);
        hooks = 7;
        tick(20);

        assertEquals("", said().replaceAll("(?m)^.* is stuck: .*\\R?", ""));
        thread.end();
    }

    private String said() {
        return said.toString(StandardCharsets.UTF_8);
    }

    /** A thread of the pool that does what it is called for, and no hook knows of it. */
    private static final class FakeThread {
        private final BlockingQueue<FutureTask<?>> calls = new LinkedBlockingQueue<>();
        private final Thread thread;

        FakeThread(Pool pool, String name) {
            thread = new Thread(
                    () -> {
                        try {
                            while (true) {
                                calls.take().run();
                            }
                        } catch (InterruptedException e) {
                            // Ended.
                        }
                    },
                    name);
            thread.setDaemon(true);
            thread.start();
            pool.threads.add(thread);
        }

        long id() {
            return thread.getId();
        }

        <T> T call(Callable<T> work) throws Exception {
            FutureTask<T> task = new FutureTask<>(work);
            calls.add(task);
            return task.get();
        }

        void end() {
            thread.interrupt();
        }
    }

    private Sampler sampler(long stuckAfterNanos) {
        return new Sampler(
                () -> threads,
                new FakeVirtualTasks(),
                registry,
                SECOND,
                stuckAfterNanos,
                0,
                () -> now,
                () -> hooks,
                new Log(LogLevel.INFO, line -> System.err.println(line)));
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Lets some intervals pass; describes the last sample. */
    private String tick(int times) {
        String last = "";
        for (int i = 0; i < times; i++) {
            now += SECOND;
            last = describe(sampler.sample());
        }
        return last;
    }

    private static String describe(Sample sample) {
        return sample.pools().stream()
                .map(one -> one.name() + " able=" + one.able() + " alive=" + one.alive() + " busy=" + one.busy()
                        + " stuck=" + one.stuck() + " queued=" + one.queued() + " capacity=" + one.capacity())
                .sorted()
                .collect(Collectors.joining(", "));
    }

    private List<String> lines() {
        return said.toString(StandardCharsets.UTF_8)
                .lines()
                .map(line -> line.substring("healthcheck: ".length()))
                .collect(Collectors.toList());
    }
}
