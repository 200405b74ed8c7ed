package com.approck.healthcheck.agent.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.agent.Await;
import com.approck.healthcheck.agent.pool.FakePools.Owner;
import com.approck.healthcheck.agent.pool.FakePools.Pool;
import com.approck.healthcheck.agent.pool.FakePools.Task;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class PoolRegistryTest {
    private final List<String> warnings = new ArrayList<>();
    private int changes;
    private PoolRegistry registry = watching("*");
    private final Pool pool = new Pool(4);
    private final Owner owner = new Owner("http", pool);

    @Test
    void startedPool_isWatchedUntilItStops() throws ReflectiveOperationException {
        assertFalse(registry.everWatched());
        assertEquals(List.of(), names());

        registry.addPoolsOf(owner);
        assertEquals(List.of("http"), names());
        assertTrue(registry.everWatched());
        assertEquals(1, changes);
        assertEquals(4, registry.pools().get(0).read().capacity());
        assertEquals("Fake", registry.pools().get(0).server());

        registry.removePoolsOf(owner);
        assertEquals(List.of(), names());
        assertTrue(registry.everWatched());
        assertEquals(2, changes);
        assertEquals(List.of(), warnings);
    }

    @Test
    void startReportedTwice_changesNothing() {
        registry.addPoolsOf(owner);
        registry.addPoolsOf(owner);

        assertEquals(List.of("http"), names());
        assertEquals(1, changes);
    }

    @Test
    void stopOfAPoolThatIsNotWatched_changesNothing() {
        registry.removePoolsOf(owner);

        assertEquals(0, changes);
        assertEquals(List.of(), warnings);
    }

    @Test
    void poolThatStartsAgain_isWatchedAgain() {
        registry.addPoolsOf(owner);
        registry.removePoolsOf(owner);
        registry.addPoolsOf(owner);

        assertEquals(List.of("http"), names());
        assertEquals(3, changes);
    }

    @Test
    void ownerWithoutAPool_isNoPool() {
        owner.pool = null;

        registry.addPoolsOf(owner);

        assertEquals(List.of(), names());
        assertFalse(registry.everWatched());
        assertEquals(0, changes);
    }

    @Test
    void sharedPool_isOnePoolUntilItsLastOwnerStops() {
        Owner other = new Owner("https", pool);
        registry.addPoolsOf(owner);
        registry.addPoolsOf(other);
        assertEquals(List.of("http"), names());
        assertEquals(1, changes);

        registry.removePoolsOf(owner);
        assertEquals(List.of("http"), names());
        registry.removePoolsOf(other);
        assertEquals(List.of(), names());
        assertEquals(2, changes);
    }

    @Test
    void poolThatEndedWithoutAHook_isGone() {
        registry.addPoolsOf(owner);
        pool.stopped = true;

        assertEquals(List.of(), names());
    }

    @Test
    void collectedPool_isGone() {
        Owner dropped = new Owner("dropped", new Pool(1));
        WeakReference<Pool> reference = new WeakReference<>(dropped.pool);
        registry.addPoolsOf(dropped);
        registry.addWorker(new Task(dropped));
        assertEquals(List.of("dropped"), names());

        dropped.pool = null;
        Await.until("the pool is collected", () -> {
            System.gc();
            return reference.get() == null;
        });

        assertEquals(List.of(), names());
    }

    @ParameterizedTest
    @CsvSource({
        "http-nio-8080, http-nio-8080",
        "http-nio-127.0.0.1-8080, http-nio-127_0_0_1-8080",
        "'\"http-nio-8080\"', _http-nio-8080_",
        "a:b|c@d#e f, a_b_c_d_e_f",
        "qtp_1, qtp_1",
        "größe, gr__e",
        "'', _"
    })
    void gaugeName_hasPlainCharactersOnly(String name, String gauge) {
        Owner named = new Owner(name, pool);
        registry.addPoolsOf(named);

        assertEquals(List.of(gauge), names());
    }

    @Test
    void gaugeNames_areUnique() {
        List<Owner> owners = new ArrayList<>();
        for (String name : List.of("a.b", "a_b", "a-b", "a:b")) {
            owners.add(new Owner(name, new Pool(1)));
            registry.addPoolsOf(owners.get(owners.size() - 1));
        }

        assertEquals(List.of("a_b", "a_b-2", "a-b", "a_b-3"), names());
        registry.removePoolsOf(owners.get(1));
        registry.addPoolsOf(owner);
        registry.addPoolsOf(owners.get(1));
        assertEquals(List.of("a_b", "a-b", "a_b-3", "http", "a_b-2"), names());
    }

    @Test
    void filter_isOverTheServersOwnNames() {
        registry = watching("http.*,!http.9090");
        List<Owner> owners = new ArrayList<>();
        for (String name : List.of("http.8080", "http.9090", "http_1", "ajp")) {
            owners.add(new Owner(name, new Pool(1)));
            registry.addPoolsOf(owners.get(owners.size() - 1));
        }

        assertEquals(List.of("http_8080"), names());
        assertEquals(1, changes);
    }

    @Test
    void firstTask_registersItsThread() {
        registry.addPoolsOf(owner);

        AtomicLong counter = registry.addWorker(new Task(owner));
        counter.set(7);

        List<Worker> workers = drain();
        assertEquals(1, workers.size());
        Worker worker = workers.get(0);
        assertEquals(Thread.currentThread().getId(), worker.threadId());
        assertEquals(Thread.currentThread().getName(), worker.threadName());
        assertTrue(worker.isAlive());
        assertSame(registry.pools().get(0), worker.pool());
        assertEquals(7, worker.tasks());
        assertEquals(List.of(), drain());
    }

    @Test
    void firstTask_registersItsPool() {
        registry.addWorker(new Task(owner));

        assertEquals(List.of("http"), names());
        assertEquals(1, changes);
        assertEquals(1, drain().size());
    }

    @Test
    void taskOfUnknownOwner_hasACounterThatLeadsNowhere() {
        assertNotSame(registry.addWorker(new Task(null)), registry.addWorker(new Task(null)));

        assertEquals(List.of(), drain());
        assertEquals(List.of(), warnings);
    }

    @Test
    void taskWithoutOwner_onAMonitoredPool_registersItsThread() {
        registry.addPoolsOf(owner);
        Task task = new Task(null);
        task.executor = owner.pool;

        registry.addWorker(task);

        assertSame(registry.pools().get(0), drain().get(0).pool());
    }

    @Test
    void taskWithoutOwner_onAnotherPool_makesItNoneOfAServer() {
        Task task = new Task(null);
        task.executor = owner.pool;

        registry.addWorker(task);

        assertEquals(List.of(), drain());
        assertEquals(List.of(), names());
    }

    @Test
    void taskOfAnUnwatchedPool_hasACounterThatLeadsNowhere() {
        registry = watching("!http");

        registry.addWorker(new Task(owner)).incrementAndGet();

        assertEquals(List.of(), drain());
        assertEquals(List.of(), names());
        assertFalse(registry.everWatched());
        assertEquals(List.of(), warnings);
    }

    static List<Throwable> failures() {
        return List.of(
                new NoSuchFieldException("socketWrapper"),
                new IllegalStateException("not yet"),
                new ClassCastException(),
                new NoClassDefFoundError("org/example/Missing"),
                new IncompatibleClassChangeError());
    }

    @ParameterizedTest
    @MethodSource("failures")
    void readerThatFailsOnAnOwner_throwsNothingIntoTheServer(Throwable failure) {
        owner.failure = failure;

        registry.addPoolsOf(owner);

        assertEquals(List.of("pool of class " + Owner.class.getName() + " not watched: " + failure), warnings);
        assertEquals(List.of(), names());
        registry.removePoolsOf(owner);
        assertEquals(1, warnings.size());
    }

    @ParameterizedTest
    @MethodSource("failures")
    void poolThatCannotBeRead_isNotWatched(Throwable failure) {
        pool.failure = failure;

        registry.addPoolsOf(owner);

        assertEquals(List.of("pool of class " + Owner.class.getName() + " not watched: " + failure), warnings);
        assertEquals(List.of(), names());
        assertFalse(registry.everWatched());
        assertEquals(0, changes);
    }

    @ParameterizedTest
    @MethodSource("failures")
    void readerThatFailsOnATask_throwsNothingIntoTheServer(Throwable failure) {
        Task task = new Task(owner);
        task.failure = failure;

        registry.addWorker(task).incrementAndGet();

        assertEquals(
                List.of("requests of class " + Task.class.getName() + " are not followed, so stuck ones are not"
                        + " noticed: " + failure),
                warnings);
        assertEquals(List.of(), drain());
    }

    @Test
    void objectOutsideTheTable_throwsNothingIntoTheServer() {
        registry.addPoolsOf("a string");
        registry.addWorker("a string");

        assertEquals(
                List.of(
                        "pool of class java.lang.String not watched: java.lang.IllegalArgumentException: it"
                                + " belongs to no known server",
                        "requests of class java.lang.String are not followed, so stuck ones are not noticed:"
                                + " java.lang.IllegalArgumentException: it belongs to no known server"),
                warnings);
    }

    @Test
    void pools_areBounded() {
        List<Owner> owners = new ArrayList<>();
        for (int i = 0; i <= PoolRegistry.MAX_POOLS; i++) {
            Owner one = new Owner("pool-" + i, new Pool(1));
            owners.add(one);
            registry.addPoolsOf(one);
        }
        assertEquals(PoolRegistry.MAX_POOLS, names().size());

        registry.removePoolsOf(owners.get(0));
        registry.addPoolsOf(owner);
        assertTrue(names().contains("http"));
    }

    @Test
    void workers_areBoundedByThoseThatAreNotForgotten() {
        registry.addPoolsOf(owner);
        MonitoredPool monitored = registry.pools().get(0);
        List<Worker> seen = new ArrayList<>();
        for (int i = 0; i < HookedWorkers.MAX_WORKERS + 50; i++) {
            registry.followByStack(new Thread(() -> {}), monitored, true).ifPresent(seen::add);
        }
        assertEquals(HookedWorkers.MAX_WORKERS, seen.size());
        assertEquals(Optional.empty(), registry.followByStack(new Thread(() -> {}), monitored, true));

        registry.forget(seen.get(0));
        assertTrue(registry.followByStack(new Thread(() -> {}), monitored, true).isPresent());
        registry.addWorker(new Task(owner));
        assertEquals(List.of(), drain());
    }

    @Test
    void threadThatServesAnotherPool_isNoLongerOnARequestOfTheFirst() {
        registry.addPoolsOf(owner);
        Owner other = new Owner("other", new Pool(1));
        registry.addPoolsOf(other);
        Worker first = registry.followByStack(
                        Thread.currentThread(), registry.pools().get(0), true)
                .orElseThrow();
        assertEquals(1, first.tasks());

        registry.addWorker(new Task(other));

        assertEquals(2, first.tasks());
        assertEquals("other", drain().get(0).pool().name());
        assertFalse(registry.isOnRequestByHook(first.threadId()));
        assertEquals(Optional.empty(), registry.followByStack(Thread.currentThread(), first.pool(), true));
    }

    @Test
    void whatIsFoundAndNotWatched_isSaidOnceWithItsReason() {
        List<String> skipped = new ArrayList<>();
        registry = FakePools.registry("!http", () -> {}, warnings::add, skipped::add);
        registry.addPoolsOf(owner);
        registry.addPoolsOf(owner);
        owner.pool = null;
        registry.addPoolsOf(owner);

        String found = "found " + Owner.class.getName() + " of Fake, not watched: ";
        assertEquals(List.of(found + "the setting pools excludes its name http", found + "it has none"), skipped);
        assertEquals(List.of(), warnings);
    }

    private PoolRegistry watching(String globs) {
        return FakePools.registry(globs, () -> changes++, warnings::add);
    }

    private List<String> names() {
        return registry.pools().stream().map(MonitoredPool::name).collect(Collectors.toList());
    }

    private List<Worker> drain() {
        List<Worker> workers = new ArrayList<>();
        registry.drainNewWorkers(workers);
        return workers;
    }
}
