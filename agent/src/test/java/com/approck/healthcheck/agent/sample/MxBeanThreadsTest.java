package com.approck.healthcheck.agent.sample;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.agent.Await;
import com.approck.healthcheck.agent.sample.netty.channel.nio.SelectingLoop;
import com.approck.healthcheck.agent.server.Servers;
import java.nio.channels.Selector;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;

/** The JVM's real threads. */
final class MxBeanThreadsTest {
    private static final long NO_SUCH_THREAD = Long.MAX_VALUE;

    private final MxBeanThreads threads = new MxBeanThreads(Servers.ALL);

    @Test
    void cpuTime_standsStillWhileAThreadWaitsAndMovesWhileItWorks() throws InterruptedException {
        AtomicBoolean working = new AtomicBoolean();
        CountDownLatch goOn = new CountDownLatch(1);
        Thread thread = start("waiter", () -> {
            goOn.await();
            while (working.get()) {
                Thread.onSpinWait();
            }
        });
        Await.until("the thread waits", () -> thread.getState() == Thread.State.WAITING);

        Await.until("its CPU time stands still", () -> {
            long before = threads.cpuNanos(thread.getId());
            return threads.cpuNanos(thread.getId()) == before;
        });
        long waiting = threads.cpuNanos(thread.getId());
        working.set(true);
        goOn.countDown();
        Await.until("its CPU time moves", () -> threads.cpuNanos(thread.getId()) > waiting);

        working.set(false);
        thread.join();
        Await.until("the JVM has forgotten it, a moment after its end", () -> threads.cpuNanos(thread.getId()) == -1);
    }

    @Test
    void monitorWait_isOneNumberForEachWait() throws InterruptedException {
        Object first = new Object();
        Object second = new Object();
        AtomicBoolean notified = new AtomicBoolean();
        Thread thread;
        long firstWait;
        synchronized (second) {
            synchronized (first) {
                thread = start("waiter", () -> {
                    synchronized (first) {
                        synchronized (second) {
                            while (!notified.get()) {
                                second.wait();
                            }
                        }
                    }
                });
                Await.until("the thread waits", () -> threads.monitorWait(thread.getId()) >= 0);
                firstWait = threads.monitorWait(thread.getId());
                assertEquals(firstWait, threads.monitorWait(thread.getId()));
            }
            Await.until("it waits for the other", () -> threads.monitorWait(thread.getId()) > firstWait);
            long secondWait = threads.monitorWait(thread.getId());
            assertNotEquals(firstWait, secondWait);
            assertEquals(secondWait, threads.monitorWait(thread.getId()));
        }
        Await.until("it waits to be notified", () -> thread.getState() == Thread.State.WAITING);
        assertEquals(-1, threads.monitorWait(thread.getId()));

        synchronized (second) {
            notified.set(true);
            second.notifyAll();
        }
        thread.join();
        assertEquals(-1, threads.monitorWait(thread.getId()));
    }

    @Test
    void deadlock_isFoundOnJavaUtilConcurrentLocks() throws InterruptedException {
        assertEquals(Set.of(), threads.deadlocked());
        ReentrantLock one = new ReentrantLock();
        ReentrantLock two = new ReentrantLock();
        CyclicBarrier bothHoldOne = new CyclicBarrier(2);
        Thread left = start("left", () -> lockBoth(one, two, bothHoldOne));
        Thread right = start("right", () -> lockBoth(two, one, bothHoldOne));
        Await.until("both wait for ever", () -> threads.deadlocked().size() == 2);

        assertEquals(Set.of(left.getId(), right.getId()), threads.deadlocked());
        assertEquals(
                Map.of(left.getId(), right.getId(), right.getId(), left.getId()),
                threads.lockHolders(List.of(left.getId(), right.getId(), NO_SUCH_THREAD)));

        left.interrupt();
        left.join();
        right.join();
        assertEquals(Set.of(), threads.deadlocked());
    }

    @Test
    void loopInItsSelector_waitsForWorkAndADriverInOneDoesNot() throws Exception {
        try (Selector selector = Selector.open();
                Selector other = Selector.open()) {
            Thread loop = start("loop", () -> new SelectingLoop(selector).run());
            Thread driver = start("driver", other::select);

            Await.until("the loop waits for work", () -> threads.waitsForWork(loop.getId()));
            Await.until(
                    "the driver selects", () -> threads.describe(driver.getId()).contains("sun.nio.ch.SelectorImpl"));
            assertFalse(threads.waitsForWork(driver.getId()));

            selector.wakeup();
            other.wakeup();
            loop.join();
            driver.join();
        }
        assertTrue(threads.waitsForWork(NO_SUCH_THREAD));
    }

    @Test
    void stackTop_isOneLineThatNamesTheStateTheLockAndTheCode() throws InterruptedException {
        ReentrantLock lock = new ReentrantLock();
        String top;
        lock.lock();
        try {
            Thread thread = start("waiter", lock::lock);
            Await.until("the thread waits", () -> lock.hasQueuedThread(thread));
            Await.until("the thread waits", () -> thread.getState() == Thread.State.WAITING);
            top = threads.describe(thread.getId());
        } finally {
            lock.unlock();
        }

        assertTrue(
                top.startsWith("its thread is WAITING, waiting for a lock held by "
                        + Thread.currentThread().getName() + ", at "),
                top);
        assertTrue(top.contains(".park("), top);
        assertTrue(top.contains(" < "), top);
        assertFalse(top.contains("java.base"), top);
        assertFalse(top.contains("\n"), top);
        assertEquals("its thread has ended", threads.describe(NO_SUCH_THREAD));
    }

    private static void lockBoth(ReentrantLock first, ReentrantLock second, CyclicBarrier barrier) throws Exception {
        first.lock();
        try {
            barrier.await();
            second.lockInterruptibly();
            second.unlock();
        } catch (InterruptedException e) {
            // The end of the test.
        } finally {
            first.unlock();
        }
    }

    private static Thread start(String name, Task task) {
        Thread thread = new Thread(
                () -> {
                    try {
                        task.run();
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private interface Task {
        void run() throws Exception;
    }
}
