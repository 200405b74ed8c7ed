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

final class RegistryTest {
    private final List<String> complaints = new ArrayList<>();
    private int changes;
    private Registry registry = watching("*");
    private final Pool pool = new Pool(4);
    private final Owner owner = new Owner("http", pool);

    @Test
    void startedPool_isWatchedUntilItStops() throws ReflectiveOperationException {
        assertFalse(registry.everWatched());
        assertEquals(List.of(), names());

        registry.changed(owner, true);
        assertEquals(List.of("http"), names());
        assertTrue(registry.everWatched());
        assertEquals(1, changes);
        assertEquals(4, registry.pools().get(0).capacity());
        assertEquals("Fake", registry.pools().get(0).server());

        registry.changed(owner, false);
        assertEquals(List.of(), names());
        assertTrue(registry.everWatched());
        assertEquals(2, changes);
        assertEquals(List.of(), complaints);
    }

    @Test
    void startToldTwice_changesNothing() {
        registry.changed(owner, true);
        registry.changed(owner, true);

        assertEquals(List.of("http"), names());
        assertEquals(1, changes);
    }

    @Test
    void stopOfAPoolThatIsNotWatched_changesNothing() {
        registry.changed(owner, false);

        assertEquals(0, changes);
        assertEquals(List.of(), complaints);
    }

    @Test
    void poolThatStartsAgain_isWatchedAgain() {
        registry.changed(owner, true);
        registry.changed(owner, false);
        registry.changed(owner, true);

        assertEquals(List.of("http"), names());
        assertEquals(3, changes);
    }

    @Test
    void ownerWithoutAPool_isNoPool() {
        owner.pool = null;

        registry.changed(owner, true);

        assertEquals(List.of(), names());
        assertFalse(registry.everWatched());
        assertEquals(0, changes);
    }

    @Test
    void sharedPool_isOnePoolUntilItsLastOwnerStops() {
        Owner other = new Owner("https", pool);
        registry.changed(owner, true);
        registry.changed(other, true);
        assertEquals(List.of("http"), names());
        assertEquals(1, changes);

        registry.changed(owner, false);
        assertEquals(List.of("http"), names());
        registry.changed(other, false);
        assertEquals(List.of(), names());
        assertEquals(2, changes);
    }

    @Test
    void poolThatEndedWithoutAHook_isGone() {
        registry.changed(owner, true);
        pool.stopped = true;

        assertEquals(List.of(), names());
    }

    @Test
    void collectedPool_isGone() {
        Owner dropped = new Owner("dropped", new Pool(1));
        WeakReference<Pool> reference = new WeakReference<>(dropped.pool);
        registry.changed(dropped, true);
        registry.firstTask(new Task(dropped));
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
        registry.changed(named, true);

        assertEquals(List.of(gauge), names());
    }

    @Test
    void gaugeNames_areUnique() {
        List<Owner> owners = new ArrayList<>();
        for (String name : List.of("a.b", "a_b", "a-b", "a:b")) {
            owners.add(new Owner(name, new Pool(1)));
            registry.changed(owners.get(owners.size() - 1), true);
        }

        assertEquals(List.of("a_b", "a_b-2", "a-b", "a_b-3"), names());
        registry.changed(owners.get(1), false);
        registry.changed(owner, true);
        registry.changed(owners.get(1), true);
        assertEquals(List.of("a_b", "a-b", "a_b-3", "http", "a_b-2"), names());
    }

    @Test
    void filter_isOverTheServersOwnNames() {
        registry = watching("http.*,!http.9090");
        List<Owner> owners = new ArrayList<>();
        for (String name : List.of("http.8080", "http.9090", "http_1", "ajp")) {
            owners.add(new Owner(name, new Pool(1)));
            registry.changed(owners.get(owners.size() - 1), true);
        }

        assertEquals(List.of("http_8080"), names());
        assertEquals(1, changes);
    }

    @Test
    void firstTask_registersItsThread() {
        registry.changed(owner, true);

        AtomicLong counter = registry.firstTask(new Task(owner));
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
        registry.firstTask(new Task(owner));

        assertEquals(List.of("http"), names());
        assertEquals(1, changes);
        assertEquals(1, drain().size());
    }

    @Test
    void taskOfUnknownOwner_hasACounterThatLeadsNowhere() {
        assertNotSame(registry.firstTask(new Task(null)), registry.firstTask(new Task(null)));

        assertEquals(List.of(), drain());
        assertEquals(List.of(), complaints);
    }

    @Test
    void taskWithoutOwner_onAWatchedPool_registersItsThread() {
        registry.changed(owner, true);
        Task task = new Task(null);
        task.executor = owner.pool;

        registry.firstTask(task);

        assertSame(registry.pools().get(0), drain().get(0).pool());
    }

    @Test
    void taskWithoutOwner_onAnotherPool_makesItNoneOfAServer() {
        Task task = new Task(null);
        task.executor = owner.pool;

        registry.firstTask(task);

        assertEquals(List.of(), drain());
        assertEquals(List.of(), names());
    }

    @Test
    void taskOfAnUnwatchedPool_hasACounterThatLeadsNowhere() {
        registry = watching("!http");

        registry.firstTask(new Task(owner)).incrementAndGet();

        assertEquals(List.of(), drain());
        assertEquals(List.of(), names());
        assertFalse(registry.everWatched());
        assertEquals(List.of(), complaints);
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

        registry.changed(owner, true);

        assertEquals(List.of("a pool of class " + Owner.class.getName() + " is left alone: " + failure), complaints);
        assertEquals(List.of(), names());
        registry.changed(owner, false);
        assertEquals(1, complaints.size());
    }

    @ParameterizedTest
    @MethodSource("failures")
    void poolThatCannotBeRead_isNotWatched(Throwable failure) {
        pool.failure = failure;

        registry.changed(owner, true);

        assertEquals(List.of("a pool of class " + Owner.class.getName() + " is left alone: " + failure), complaints);
        assertEquals(List.of(), names());
        assertFalse(registry.everWatched());
        assertEquals(0, changes);
    }

    @ParameterizedTest
    @MethodSource("failures")
    void readerThatFailsOnATask_throwsNothingIntoTheServer(Throwable failure) {
        Task task = new Task(owner);
        task.failure = failure;

        registry.firstTask(task).incrementAndGet();

        assertEquals(
                List.of("requests of class " + Task.class.getName() + " are not followed, so that a stuck one is not"
                        + " seen: " + failure),
                complaints);
        assertEquals(List.of(), drain());
    }

    @Test
    void objectOutsideTheTable_throwsNothingIntoTheServer() {
        registry.changed("a string", true);
        registry.firstTask("a string");

        assertEquals(
                List.of(
                        "a pool of class java.lang.String is left alone: java.lang.IllegalArgumentException: no row of"
                                + " the table is for it",
                        "requests of class java.lang.String are not followed, so that a stuck one is not seen:"
                                + " java.lang.IllegalArgumentException: no row of the table is for it"),
                complaints);
    }

    @Test
    void pools_areBounded() {
        List<Owner> owners = new ArrayList<>();
        for (int i = 0; i <= Registry.MAX_POOLS; i++) {
            Owner one = new Owner("pool-" + i, new Pool(1));
            owners.add(one);
            registry.changed(one, true);
        }
        assertEquals(Registry.MAX_POOLS, names().size());

        registry.changed(owners.get(0), false);
        registry.changed(owner, true);
        assertTrue(names().contains("http"));
    }

    @Test
    void workers_areBoundedByThoseThatAreNotForgotten() {
        registry.changed(owner, true);
        WatchedPool pool = registry.pools().get(0);
        List<Worker> seen = new ArrayList<>();
        for (int i = 0; i < Registry.MAX_WORKERS + 50; i++) {
            registry.seenOnStack(new Thread(() -> {}), pool, true).ifPresent(seen::add);
        }
        assertEquals(Registry.MAX_WORKERS, seen.size());
        assertEquals(Optional.empty(), registry.seenOnStack(new Thread(() -> {}), pool, true));

        registry.forget(seen.get(0));
        assertTrue(registry.seenOnStack(new Thread(() -> {}), pool, true).isPresent());
        registry.firstTask(new Task(owner));
        assertEquals(List.of(), drain());
    }

    private Registry watching(String globs) {
        return FakePools.registry(globs, () -> changes++, complaints::add);
    }

    private List<String> names() {
        return registry.pools().stream().map(WatchedPool::name).collect(Collectors.toList());
    }

    private List<Worker> drain() {
        List<Worker> workers = new ArrayList<>();
        registry.drainNewWorkers(workers);
        return workers;
    }
}
