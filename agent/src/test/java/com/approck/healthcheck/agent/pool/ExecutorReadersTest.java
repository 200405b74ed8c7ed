package com.approck.healthcheck.agent.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.agent.Await;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the public methods of the JDK's executors tell; their private parts are read where the agent has opened them. */
final class ExecutorReadersTest {
    private final PoolReader reader = new ThreadPoolExecutorReader();
    private final PoolReader forkJoinReader = new ForkJoinPoolReader();
    private final CountDownLatch end = new CountDownLatch(1);
    private ExecutorService executor;

    @AfterEach
    void shutDown() {
        end.countDown();
        executor.shutdownNow();
    }

    @Test
    void capacity_isTheCoreSizeWhereTheQueueHasNoBound() throws ReflectiveOperationException {
        assertEquals(2, reader.capacity(threadPool(2, 10, new LinkedBlockingQueue<>())));
        assertEquals(1, reader.capacity(threadPool(0, 10, new LinkedBlockingQueue<>())));
    }

    @Test
    void capacity_isTheMaximumWhereTheQueueMayBeFull() throws ReflectiveOperationException {
        assertEquals(10, reader.capacity(threadPool(2, 10, new LinkedBlockingQueue<>(100))));
        assertEquals(10, reader.capacity(threadPool(2, 10, new ArrayBlockingQueue<>(100))));
        assertEquals(10, reader.capacity(threadPool(0, 10, new SynchronousQueue<>())));
    }

    @Test
    void capacity_isAConstantWhereThereIsNoBoundAtAll() throws ReflectiveOperationException {
        executor = Executors.newCachedThreadPool();
        Reflected pool = new Reflected(executor);

        assertTrue(reader.isBoundless(pool));
        assertEquals(Runtime.getRuntime().availableProcessors(), reader.capacity(pool));
        assertFalse(reader.isBoundless(threadPool(2, 10, new SynchronousQueue<>())));
    }

    @Test
    void scheduledExecutor_hasItsCoreSizeAndNothingDue() throws ReflectiveOperationException {
        ScheduledThreadPoolExecutor scheduled = new ScheduledThreadPoolExecutor(3);
        executor = scheduled;
        ScheduledFuture<?> later = scheduled.schedule(() -> {}, 1, TimeUnit.HOURS);
        assertFalse(later.isDone());

        assertEquals(3, reader.capacity(new Reflected(scheduled)));
        assertEquals(0, reader.queued(new Reflected(scheduled)));
    }

    @Test
    void queued_areTheTasksThatWait() throws ReflectiveOperationException {
        Reflected pool = threadPool(1, 1, new LinkedBlockingQueue<>());
        CountDownLatch running = new CountDownLatch(1);
        executor.execute(() -> {
            running.countDown();
            await();
        });
        Await.until("one task runs", () -> running.getCount() == 0);
        for (int i = 0; i < 3; i++) {
            executor.execute(this::await);
        }

        assertEquals(3, reader.queued(pool));
    }

    @Test
    void executor_isAPoolUntilItIsShutDownAndStoppedOnceItHasEnded() throws ReflectiveOperationException {
        Reflected pool = threadPool(1, 1, new LinkedBlockingQueue<>());
        executor.execute(this::await);
        assertSame(executor, reader.poolOf(pool));
        assertFalse(reader.isStopped(pool));

        executor.shutdown();
        assertNull(reader.poolOf(pool));
        assertFalse(reader.isStopped(pool), "a task still runs");

        end.countDown();
        Await.until("it ends", executor::isTerminated);
        assertTrue(reader.isStopped(pool));
    }

    @Test
    void forkJoinPool_isItsThreads() throws ReflectiveOperationException {
        ForkJoinPool forkJoinPool = new ForkJoinPool(3);
        executor = forkJoinPool;
        Reflected pool = new Reflected(forkJoinPool);
        assertSame(forkJoinPool, forkJoinReader.poolOf(pool));
        assertEquals(3, forkJoinReader.capacity(pool));
        assertEquals("ForkJoinPool", forkJoinReader.nameOf(pool));

        Thread[] worker = new Thread[1];
        CountDownLatch running = new CountDownLatch(1);
        executor.execute(() -> {
            worker[0] = Thread.currentThread();
            running.countDown();
            await();
        });
        Await.until("the task runs", () -> running.getCount() == 0);

        assertTrue(forkJoinReader.threads(pool).contains(worker[0]));
        assertEquals(
                Set.copyOf(forkJoinReader.threads(pool)),
                forkJoinReader.progress(pool).keySet());
        assertTrue(forkJoinReader.nameOf(pool).startsWith("ForkJoinPool"), forkJoinReader.nameOf(pool));
        end.countDown();
        forkJoinPool.shutdown();
        Await.until("it ends", forkJoinPool::isTerminated);
        assertTrue(forkJoinReader.isStopped(pool));
        assertNull(forkJoinReader.poolOf(pool));
    }

    private Reflected threadPool(int core, int most, BlockingQueue<Runnable> queue) {
        if (executor != null) {
            executor.shutdownNow();
        }
        executor = new ThreadPoolExecutor(core, most, 1, TimeUnit.MINUTES, queue);
        return new Reflected((Executor) executor);
    }

    private void await() {
        try {
            end.await();
        } catch (InterruptedException e) {
            // The end of the test.
        }
    }
}
