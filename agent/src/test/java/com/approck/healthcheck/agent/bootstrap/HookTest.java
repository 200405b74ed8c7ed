package com.approck.healthcheck.agent.bootstrap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Each test has threads of its own, since a thread that was seen once keeps its counter. */
final class HookTest {
    private static final Object TASK = "a task";

    private final List<Object> firstTasks = Collections.synchronizedList(new ArrayList<>());
    private final List<String> changes = Collections.synchronizedList(new ArrayList<>());
    private final AtomicLong counter = new AtomicLong();

    @AfterEach
    void disconnect() {
        Hook.connect(null, null);
        Hook.connectRequestExecutors(null);
    }

    @Test
    void executor_isReportedWithItsFirstRequestOnly_andOfManyTheFirstSixteen() {
        Hook.requestGivenTo("too early");
        List<Object> reported = new ArrayList<>();
        Hook.connectRequestExecutors(reported::add);
        Object one = new Object();
        Object other = new Object();
        for (int i = 0; i < 3; i++) {
            Hook.requestGivenTo(null);
            Hook.requestGivenTo(one);
            Hook.requestGivenTo(other);
        }

        assertEquals(List.of(one, other), reported);

        for (int i = 0; i < 100; i++) {
            Hook.requestGivenTo(new int[] {i});
        }
        assertEquals(16, reported.size());
    }

    @Test
    void counter_isOddOnATaskAndMovesTwiceATask() throws Exception {
        connect();

        onNewThread(() -> {
            for (int i = 0; i < 10; i++) {
                assertEquals(2L * i, counter.get());
                assertTrue(Hook.taskBegan(TASK));
                assertEquals(2L * i + 1, counter.get());
                Hook.taskEnded();
            }
            return null;
        });

        assertEquals(20, counter.get());
        assertEquals(List.of(TASK), firstTasks);
    }

    @Test
    void taskInsideATask_isPartOfIt() throws Exception {
        connect();

        onNewThread(() -> {
            assertTrue(Hook.taskBegan(TASK));
            assertFalse(Hook.taskBegan("another"));
            assertFalse(Hook.taskBegan("a third"));
            assertEquals(1, counter.get());
            Hook.taskEnded();
            assertEquals(2, counter.get());
            return null;
        });

        assertEquals(List.of(TASK), firstTasks);
    }

    @Test
    void endWithoutABegin_movesNothing() throws Exception {
        connect();

        onNewThread(() -> {
            Hook.taskEnded();
            assertTrue(Hook.taskBegan(TASK));
            Hook.taskEnded();
            Hook.taskEnded();
            return null;
        });

        assertEquals(2, counter.get());
    }

    @Test
    void notConnected_doesNothing() throws Exception {
        assertFalse(onNewThread(() -> {
            boolean outermost = Hook.taskBegan(TASK);
            Hook.taskEnded();
            Hook.poolStarted("a pool");
            Hook.poolStopped("a pool");
            return outermost;
        }));
    }

    @Test
    void threadThatWasSeenBeforeTheConnection_isCountedAfterIt() throws Exception {
        onNewThread(() -> {
            assertFalse(Hook.taskBegan(TASK));
            connect();
            Hook.taskEnded();
            assertTrue(Hook.taskBegan("the next"));
            Hook.taskEnded();
            return null;
        });

        assertEquals(2, counter.get());
        assertEquals(List.of("the next"), firstTasks);
    }

    @Test
    void functionThatGivesNoCounter_isAskedAgainWithTheNextTask() throws Exception {
        Hook.connect(
                task -> {
                    firstTasks.add(task);
                    return firstTasks.size() < 3 ? null : counter;
                },
                (pool, started) -> {});

        onNewThread(() -> {
            assertFalse(Hook.taskBegan(1));
            assertFalse(Hook.taskBegan(2));
            assertTrue(Hook.taskBegan(3));
            Hook.taskEnded();
            assertTrue(Hook.taskBegan(4));
            return null;
        });

        assertEquals(List.of(1, 2, 3), firstTasks);
        assertEquals(3, counter.get());
    }

    @Test
    void poolChanges_areReported() {
        connect();

        Hook.poolStarted("one");
        Hook.poolStopped("one");

        assertEquals(List.of("one true", "one false"), changes);
    }

    @Test
    void manyThreads_haveACounterEach() throws Exception {
        Map<Thread, AtomicLong> counters = new ConcurrentHashMap<>();
        Hook.connect(
                task -> {
                    AtomicLong own = new AtomicLong();
                    assertNull(counters.put(Thread.currentThread(), own));
                    return own;
                },
                (pool, started) -> {});
        ExecutorService threads = Executors.newFixedThreadPool(16);
        List<Future<?>> results = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            results.add(threads.submit(() -> {
                for (int n = 0; n < 10_000; n++) {
                    assertTrue(Hook.taskBegan(TASK));
                    Hook.taskEnded();
                }
            }));
        }
        for (Future<?> result : results) {
            result.get();
        }
        threads.shutdown();

        assertEquals(
                16 * 20_000L,
                counters.values().stream().mapToLong(AtomicLong::get).sum());
    }

    @Test
    void task_allocatesNothing() throws Exception {
        connect();
        ThreadMXBean bean = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        assumeTrue(bean.isThreadAllocatedMemorySupported());

        // The least of a few rounds: the first ones warm up, and the JVM may drop a little of its own into one.
        long least = onNewThread(() -> {
            long bytes = Long.MAX_VALUE;
            for (int round = 0; round < 10; round++) {
                long before = bean.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < 100_000; i++) {
                    if (Hook.taskBegan(TASK)) {
                        Hook.taskEnded();
                    }
                }
                bytes = Math.min(bytes, bean.getCurrentThreadAllocatedBytes() - before);
            }
            return bytes;
        });

        assertEquals(2_000_000, counter.get());
        assertEquals(0, least);
    }

    @Test
    void virtualThread_isListedWhileItIsOnATask() throws Exception {
        assumeTrue(Runtime.version().feature() >= 21, "virtual threads came with Java 21");
        connect();
        for (int i = 0; i < 3; i++) {
            onVirtualThread(() -> {
                assertEquals(-1, slotOf(Thread.currentThread()));
                assertTrue(Hook.taskBegan(TASK));
                int slot = slotOf(Thread.currentThread());
                long number = VirtualSlots.number(slot);
                assertEquals(TASK, VirtualSlots.task(slot));
                assertFalse(Hook.taskBegan("inside"));
                assertEquals(TASK, VirtualSlots.task(slot));
                Hook.taskEnded();
                assertNull(VirtualSlots.task(slot));
                assertEquals(-1, slotOf(Thread.currentThread()));

                assertTrue(Hook.taskBegan("another"));
                assertEquals(number + 1, VirtualSlots.number(slotOf(Thread.currentThread())));
                Hook.taskEnded();
                Hook.taskEnded();
                return null;
            });
        }

        assertEquals(List.of(), firstTasks);
        assertEquals(0, counter.get());
    }

    @Test
    void virtualThreads_areEachListedInASlotOfTheirOwn() throws Exception {
        assumeTrue(Runtime.version().feature() >= 21, "virtual threads came with Java 21");
        connect();
        CountDownLatch begun = new CountDownLatch(1_000);
        CountDownLatch end = new CountDownLatch(1);
        List<FutureTask<Boolean>> tasks = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            String task = "task " + i;
            FutureTask<Boolean> work = new FutureTask<>(() -> {
                boolean listed = Hook.taskBegan(task);
                int slot = slotOf(Thread.currentThread());
                boolean own = slot >= 0 && task.equals(VirtualSlots.task(slot));
                begun.countDown();
                end.await();
                Hook.taskEnded();
                return listed && own;
            });
            tasks.add(work);
            startVirtual(work);
        }
        begun.await();
        int listed = 0;
        for (int slot = 0; slot < VirtualSlots.count(); slot++) {
            listed += VirtualSlots.thread(slot) == null ? 0 : 1;
        }
        end.countDown();
        for (FutureTask<Boolean> task : tasks) {
            assertTrue(task.get());
        }

        assertEquals(1_000, listed);
    }

    @Test
    void virtualThreadThatEndedInATask_isForgotten() throws Exception {
        assumeTrue(Runtime.version().feature() >= 21, "virtual threads came with Java 21");
        connect();
        Thread[] ended = new Thread[1];
        onVirtualThread(() -> {
            ended[0] = Thread.currentThread();
            return Hook.taskBegan(TASK);
        });
        int slot = slotOf(ended[0]);

        VirtualSlots.forget(slot, Thread.currentThread());
        assertEquals(ended[0], VirtualSlots.thread(slot));
        VirtualSlots.forget(slot, ended[0]);

        assertNull(VirtualSlots.thread(slot));
        assertNull(VirtualSlots.task(slot));
    }

    @Test
    void virtualThreadWithoutAnAgent_isNotListed() throws Exception {
        assumeTrue(Runtime.version().feature() >= 21, "virtual threads came with Java 21");

        assertFalse(onVirtualThread(() -> Hook.taskBegan(TASK)));
    }

    private static int slotOf(Thread thread) {
        for (int slot = 0; slot < VirtualSlots.count(); slot++) {
            if (VirtualSlots.thread(slot) == thread) {
                return slot;
            }
        }
        return -1;
    }

    private static <T> T onVirtualThread(Callable<T> callable) throws Exception {
        FutureTask<T> task = new FutureTask<>(callable);
        startVirtual(task);
        return task.get();
    }

    private static void startVirtual(Runnable work) throws ReflectiveOperationException {
        Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, work);
    }

    private void connect() {
        Hook.connect(
                task -> {
                    firstTasks.add(task);
                    return counter;
                },
                (pool, started) -> changes.add(pool + " " + started));
    }

    private static <T> T onNewThread(Callable<T> callable) throws Exception {
        FutureTask<T> task = new FutureTask<>(callable);
        new Thread(task, "worker").start();
        return task.get();
    }
}
