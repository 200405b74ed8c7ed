package com.approck.healthcheck.agent.start;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.agent.Await;
import com.approck.healthcheck.agent.config.AgentConfig;
import com.approck.healthcheck.agent.config.AgentConfig.LogLevel;
import com.approck.healthcheck.agent.config.BadSettingException;
import com.approck.healthcheck.agent.log.Log;
import com.approck.healthcheck.agent.pool.FakePools;
import com.approck.healthcheck.agent.pool.FakePools.Owner;
import com.approck.healthcheck.agent.pool.FakePools.Pool;
import com.approck.healthcheck.agent.pool.PoolRegistry;
import com.approck.healthcheck.agent.reflect.ModuleOpener;
import com.approck.healthcheck.agent.report.UdpListener;
import com.approck.healthcheck.agent.sample.Sampler;
import com.approck.healthcheck.agent.sample.Ticker;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The interval is longer than anybody waits here, but for the test of the interval: what is heard was not due. */
final class ReportingLoopTest {
    private final UdpListener ear = new UdpListener();
    private final Set<Thread> before = new HashSet<>(Thread.getAllStackTraces().keySet());
    private final Pool pool = new Pool(3);
    private final Owner owner = new Owner("http", pool);
    /** A field, since the registry lets go of a pool whose owner has been collected. */
    private final Owner other = new Owner("other", new Pool(2));

    private final PrintStream stderr = System.err;
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private PoolRegistry registry;

    ReportingLoopTest() throws IOException {}

    @BeforeEach
    void listen() {
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void close() {
        System.setErr(stderr);
        ear.close();
    }

    @Test
    void firstPool_isReportedAtOnceOnThreadsThatInheritNothing() throws Exception {
        watch("interval=60s,lease=120s", System::nanoTime);
        assertNull(newThread("healthcheck"));

        registry.addPoolsOf(owner);

        assertEquals(
                List.of(
                        "workers.lease:120000|g",
                        "workers:3|g",
                        "workers.pool.http:3|g",
                        "workers.pool.http.alive:0|g",
                        "workers.pool.http.busy:0|g",
                        "workers.pool.http.stuck:0|g",
                        "workers.pool.http.queued:0|g",
                        "workers.pool.http.capacity:3|g"),
                ear.receive(8));
        assertTrue(newThread("healthcheck").isDaemon());
        assertNull(newThread("healthcheck").getContextClassLoader());
        Await.until("the pool is announced", () -> said.size() > 0);
        assertEquals(
                "healthcheck: watching the pool http, 3 workers; reporting to 127.0.0.1:" + ear.port()
                        + " every 60000 ms" + System.lineSeparator(),
                said.toString(StandardCharsets.UTF_8));
    }

    @Test
    void wake_samplesAtOnce() throws Exception {
        watch("interval=60s,lease=120s", System::nanoTime);
        registry.addPoolsOf(owner);
        ear.receive(8);

        registry.removePoolsOf(owner);

        ear.receiveUntil("workers:0|g");
    }

    @Test
    void poolThatCannotBeReadYet_isLoggedOnceItCan() throws Exception {
        AtomicBoolean readable = new AtomicBoolean();
        watch("interval=60s,lease=120s", () -> {
            pool.failure = readable.get() ? null : new IllegalStateException("still starting");
            return System.nanoTime();
        });
        registry.addPoolsOf(owner);
        Await.until("it could not be read", () -> said.size() > 0);

        readable.set(true);
        registry.addPoolsOf(other);

        assertEquals(List.of("workers.lease:120000|g", "workers:5|g"), ear.receive(2));
    }

    @Test
    void interval_samplesWithoutAWake() throws Exception {
        watch("interval=100ms", System::nanoTime);
        registry.addPoolsOf(owner);

        for (int i = 0; i < 5; i++) {
            assertEquals("workers.lease:5000|g", ear.receive());
            ear.receive(7);
        }
    }

    @Test
    void nothingIsSent_beforeAPoolWasEverWatched() throws Exception {
        AtomicInteger samples = new AtomicInteger();
        AtomicBoolean watched = new AtomicBoolean();
        ReportingLoop beat = beat("interval=60s,lease=120s", samples::incrementAndGet, watched::get, emptySampler());
        for (int i = 0; i < 3; i++) {
            int before = samples.get();
            beat.wake();
            Await.until("a sample is taken", () -> samples.get() > before);
        }
        assertFalse(ear.hasHeard());

        watched.set(true);
        beat.wake();

        assertEquals(List.of("workers.lease:120000|g", "workers:0|g"), ear.receive(2));
    }

    @Test
    void interruptedThread_beatsOn() throws Exception {
        watch("interval=60s,lease=120s", System::nanoTime);
        registry.addPoolsOf(owner);
        ear.receive(8);

        for (int i = 0; i < 10; i++) {
            newThread("healthcheck").interrupt();
            if (i % 2 == 0) {
                registry.removePoolsOf(owner);
            } else {
                registry.addPoolsOf(owner);
            }
            ear.receiveUntil(i % 2 != 0 ? "workers:3|g" : "workers:0|g");
        }
    }

    static List<Throwable> failures() {
        return List.of(
                new IllegalStateException("a bug"),
                new OutOfMemoryError("Java heap space"),
                new StackOverflowError(),
                new NoClassDefFoundError("org/example/Missing"),
                new ThreadDeath());
    }

    @ParameterizedTest
    @MethodSource("failures")
    void sampleThatThrows_isSaidAndTheNextIsTaken(Throwable failure) throws Exception {
        AtomicInteger samples = new AtomicInteger();
        watch("interval=100ms", () -> {
            if (samples.incrementAndGet() <= 3) {
                sneak(failure);
            }
            return System.nanoTime();
        });

        registry.addPoolsOf(owner);

        assertEquals("workers.lease:5000|g", ear.receive());
        assertEquals("workers:3|g", ear.receive());
        assertEquals(
                "healthcheck: a sample failed, the next is taken all the same: " + failure,
                said.toString(StandardCharsets.UTF_8).lines().findFirst().orElse(""));
        assertEquals(
                1,
                said.toString(StandardCharsets.UTF_8)
                        .lines()
                        .filter(line -> line.contains("failed"))
                        .count());
    }

    @ParameterizedTest
    @MethodSource("failures")
    void lookForPoolsThatKeepsThrowing_delaysNoSampleAndIsGivenUp(Throwable failure) throws Exception {
        AtomicInteger looks = new AtomicInteger();
        AtomicInteger samples = new AtomicInteger();
        Ticker ticker = () -> {
            samples.incrementAndGet();
            return System.nanoTime();
        };
        ReportingLoop beat = beat(
                "interval=60s,lease=120s",
                () -> {
                    looks.incrementAndGet();
                    sneak(failure);
                    return Long.MAX_VALUE;
                },
                () -> true,
                sampler(FakePools.registry(), ticker));
        while (samples.get() < 150) {
            int before = samples.get();
            beat.wake();
            Await.until("a sample is taken", () -> samples.get() > before);
        }
        assertEquals(List.of("workers.lease:120000|g", "workers:0|g"), ear.receive(2));

        boolean isBug = !(failure instanceof OutOfMemoryError);
        assertTrue(isBug ? looks.get() == 100 : looks.get() >= 150, looks::toString);
        List<String> wanted = new ArrayList<>();
        wanted.add("healthcheck: a look for pools failed, those that are known are sampled all the same: " + failure);
        if (isBug) {
            wanted.add(
                    "healthcheck: no more looks for pools, because 100 in a row failed; a pool that no hook reports is not"
                            + " counted: " + failure);
        }
        assertEquals(wanted, said.toString(StandardCharsets.UTF_8).lines().collect(Collectors.toList()));
    }

    @Test
    void looksThatTakeLongerThanAnInterval_delaySamplesAndDropNone() throws Exception {
        AtomicInteger looks = new AtomicInteger();
        ReportingLoop[] loop = new ReportingLoop[1];
        loop[0] = beat(
                "interval=100ms,lease=120s",
                () -> {
                    // Another is wanted at once, as when classes are transformed again and again.
                    loop[0].look();
                    looks.incrementAndGet();
                    long begun = System.nanoTime();
                    while (System.nanoTime() - begun < 70_000_000L) {
                        Thread.onSpinWait();
                    }
                    return Long.MAX_VALUE;
                },
                () -> true,
                emptySampler());
        loop[0].look();

        for (int i = 0; i < 5; i++) {
            assertEquals("workers.lease:120000|g", ear.receive());
            assertEquals("workers:0|g", ear.receive());
        }
        assertTrue(looks.get() >= 5, looks::toString);
        assertTrue(looks.get() <= 20, looks + " looks for five samples");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void interruptOfTheThreadThatStartsAndStopsAPool_survives(boolean draining) throws Exception {
        ReportingLoop beat = watch("interval=60s,lease=120s", System::nanoTime);
        if (draining) {
            beat.drain();
        }
        FutureTask<Boolean> survived = new FutureTask<>(() -> {
            Thread.currentThread().interrupt();
            registry.addPoolsOf(owner);
            registry.removePoolsOf(owner);
            return Thread.currentThread().isInterrupted();
        });
        new Thread(survived, "starts").start();

        assertTrue(survived.get());
        ear.receiveUntil("workers:0|g");
    }

    @Test
    void errorThatEndsAThreadOfOurs_doesNotReachTheApplicationsHandler() throws Exception {
        watch("interval=60s,lease=120s", System::nanoTime);
        registry.addPoolsOf(owner);
        ear.receive(8);
        Thread ours = newThread("healthcheck");
        AtomicBoolean reached = new AtomicBoolean();
        Thread.UncaughtExceptionHandler others = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, e) -> reached.set(true));
        try {
            Thread another = new Thread(
                    ours.getThreadGroup(),
                    () -> {
                        throw new OutOfMemoryError("Java heap space");
                    },
                    "another of ours");
            another.start();
            another.join();
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(others);
        }

        assertFalse(reached.get());
        assertTrue(said.toString(StandardCharsets.UTF_8)
                .contains("healthcheck: the thread another of ours has ended:"
                        + " java.lang.OutOfMemoryError: Java heap space"));
    }

    @Test
    void task_runsOnTheAgentsThreadAndMayThrow() throws Exception {
        ReportingLoop loop = watch("interval=60s,lease=120s", System::nanoTime);
        assertEquals(
                "nothing is sent to 127.0.0.1:" + ear.port() + ", because no pool has been watched yet",
                loop.describeSending());

        FutureTask<Thread> task = new FutureTask<>(Thread::currentThread);
        loop.execute(() -> {
            throw new IllegalStateException("thrown");
        });
        loop.execute(task);

        assertEquals(newThread("healthcheck"), task.get());
        assertEquals(
                "healthcheck: a question was not answered: java.lang.IllegalStateException: thrown"
                        + System.lineSeparator(),
                said.toString(StandardCharsets.UTF_8));
        assertFalse(ear.hasHeard());
    }

    private ReportingLoop watch(String settings, Ticker ticker) throws BadSettingException {
        ReportingLoop[] beat = new ReportingLoop[1];
        registry = FakePools.registry("*", () -> beat[0].wake(), warning -> {
            throw new AssertionError(warning);
        });
        beat[0] = beat(settings, () -> Long.MAX_VALUE, registry::everWatched, sampler(registry, ticker));
        return beat[0];
    }

    private ReportingLoop beat(String settings, LongSupplier lookForPools, BooleanSupplier everWatched, Sampler sampler)
            throws BadSettingException {
        AgentConfig config =
                AgentConfig.read("host=127.0.0.1,port=" + ear.port() + "," + settings, new Properties(), Map.of());
        return new ReportingLoop(
                config,
                lookForPools,
                () -> Long.MAX_VALUE,
                everWatched,
                sampler,
                new ModuleOpener(null),
                new Log(LogLevel.INFO, line -> System.err.println(line)));
    }

    private static Sampler emptySampler() {
        return sampler(FakePools.registry(), System::nanoTime);
    }

    private static Sampler sampler(PoolRegistry registry, Ticker ticker) {
        return new Sampler(
                List.of(),
                registry,
                1_000_000_000L,
                0,
                0,
                ticker,
                () -> 0,
                new Log(LogLevel.INFO, line -> System.err.println(line)));
    }

    /** The thread of this test's beat: those of others live on. */
    private Thread newThread(String name) {
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (!before.contains(thread) && thread.getName().equals(name)) {
                return thread;
            }
        }
        return null;
    }

    @SuppressWarnings("unchecked") // Erased: any throwable leaves as it is.
    private static <T extends Throwable> void sneak(Throwable failure) throws T {
        throw (T) failure;
    }
}
