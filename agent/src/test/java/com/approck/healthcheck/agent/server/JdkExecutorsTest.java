package com.approck.healthcheck.agent.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.agent.Await;
import com.approck.healthcheck.agent.pool.ProgressSource;
import com.approck.healthcheck.agent.reflect.ModuleOpener;
import com.approck.healthcheck.agent.reflect.ReflectedObject;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
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

/** On the executors of the JDK that runs the test. */
final class JdkExecutorsTest {
    private static final ModuleOpener OPENER = new ModuleOpener(null);

    private final JdkExecutors executors = new JdkExecutors();
    private final CountDownLatch end = new CountDownLatch(1);
    private ExecutorService executor;

    @AfterEach
    void shutDown() {
        end.countDown();
        executor.shutdownNow();
    }

    @Test
    void capacity_isTheCoreSizeWhereTheQueueHasNoBound() throws ReflectiveOperationException {
        assertEquals(2, capacity(threadPool(2, 10, new LinkedBlockingQueue<>())));
        assertEquals(1, capacity(threadPool(0, 10, new LinkedBlockingQueue<>())));
    }

    @Test
    void capacity_isTheMaximumWhereTheQueueMayBeFull() throws ReflectiveOperationException {
        assertEquals(10, capacity(threadPool(2, 10, new LinkedBlockingQueue<>(100))));
        assertEquals(10, capacity(threadPool(2, 10, new ArrayBlockingQueue<>(100))));
        assertEquals(10, capacity(threadPool(0, 10, new SynchronousQueue<>())));
    }

    @Test
    void capacity_isAConstantWhereThereIsNoBoundAtAll() throws ReflectiveOperationException {
        executor = Executors.newCachedThreadPool();
        ReflectedObject pool = reflect(executor);

        assertTrue(unbounded(pool));
        assertEquals(Runtime.getRuntime().availableProcessors(), capacity(pool));
        assertFalse(unbounded(threadPool(2, 10, new SynchronousQueue<>())));
    }

    @Test
    void tasksOfAScheduledExecutorThatAreDue_areQueued() throws Exception {
        ScheduledThreadPoolExecutor scheduled = new ScheduledThreadPoolExecutor(1);
        executor = scheduled;
        Hang hang = new Hang(1);
        scheduled.execute(hang::serve);
        hang.awaitEntered();
        ScheduledFuture<?> later = scheduled.schedule(() -> {}, 1, TimeUnit.HOURS);
        for (int i = 0; i < 40; i++) {
            scheduled.execute(() -> {});
        }

        assertEquals(40, queued(reflect(scheduled)));

        hang.release();
        Await.until("the tasks have run", () -> scheduled.getCompletedTaskCount() == 41);
        assertEquals(0, queued(reflect(scheduled)));
        assertTrue(later.cancel(false));
    }

    @Test
    void scheduledExecutor_hasItsCoreSizeAndNothingDue() throws ReflectiveOperationException {
        ScheduledThreadPoolExecutor scheduled = new ScheduledThreadPoolExecutor(3);
        executor = scheduled;
        ScheduledFuture<?> later = scheduled.schedule(() -> {}, 1, TimeUnit.HOURS);
        assertFalse(later.isDone());

        assertEquals(3, capacity(reflect(scheduled)));
        assertEquals(0, queued(reflect(scheduled)));
    }

    @Test
    void queued_areTheTasksThatWait() throws ReflectiveOperationException {
        ReflectedObject pool = threadPool(1, 1, new LinkedBlockingQueue<>());
        CountDownLatch running = new CountDownLatch(1);
        executor.execute(() -> {
            running.countDown();
            await();
        });
        Await.until("one task runs", () -> running.getCount() == 0);
        for (int i = 0; i < 3; i++) {
            executor.execute(this::await);
        }

        assertEquals(3, queued(pool));
    }

    @Test
    void executor_isAPoolUntilItIsShutDownAndStoppedOnceItHasEnded() throws ReflectiveOperationException {
        ReflectedObject pool = threadPool(1, 1, new LinkedBlockingQueue<>());
        executor.execute(this::await);
        assertSame(executor, executors.poolOf(pool).pool());
        assertFalse(executors.isStopped(pool, List.of()));

        executor.shutdown();
        assertNull(executors.poolOf(pool).pool());
        assertFalse(executors.isStopped(pool, List.of()), "a task still runs");

        end.countDown();
        Await.until("it ends", executor::isTerminated);
        assertTrue(executors.isStopped(pool, List.of()));
    }

    @Test
    void workers_countTheirTasksAndAreOddWhileOnOne() throws Exception {
        ReflectedObject pool = threadPool(2, 2, new LinkedBlockingQueue<>());
        executor.submit(() -> {}).get();
        Await.until("the worker is idle", () -> progress(pool).containsValue(2L));
        assertEquals(ProgressSource.COUNTER, executors.progressSource(pool));
        assertEquals(1, executors.read(pool, List.of()).alive());

        CountDownLatch running = new CountDownLatch(1);
        executor.execute(() -> {
            running.countDown();
            await();
        });
        running.await();
        assertTrue(
                progress(pool).values().stream().anyMatch(count -> count % 2 == 1),
                () -> progress(pool).toString());
        assertEquals(progress(pool).keySet(), Set.copyOf(executors.threads(pool)), "each worker is one of the threads");
    }

    @Test
    void forkJoinPool_isItsThreads() throws ReflectiveOperationException {
        ForkJoinPool forkJoinPool = new ForkJoinPool(3);
        executor = forkJoinPool;
        ReflectedObject pool = reflect(forkJoinPool);
        assertSame(forkJoinPool, executors.poolOf(pool).pool());
        assertEquals(3, capacity(pool));
        assertEquals("ForkJoinPool", executors.nameOf(pool));

        Thread[] worker = new Thread[1];
        CountDownLatch running = new CountDownLatch(1);
        executor.execute(() -> {
            worker[0] = Thread.currentThread();
            running.countDown();
            await();
        });
        Await.until("the task runs", () -> running.getCount() == 0);

        assertTrue(executors.threads(pool).contains(worker[0]));
        assertEquals(
                Set.copyOf(executors.threads(pool)), executors.progress(pool).keySet());
        assertTrue(executors.nameOf(pool).startsWith("ForkJoinPool"), executors.nameOf(pool));
        end.countDown();
        forkJoinPool.shutdown();
        Await.until("it ends", forkJoinPool::isTerminated);
        assertTrue(executors.isStopped(pool, List.of()));
        assertNull(executors.poolOf(pool).pool());
    }

    private ReflectedObject threadPool(int core, int most, BlockingQueue<Runnable> queue) {
        if (executor != null) {
            executor.shutdownNow();
        }
        executor = new ThreadPoolExecutor(core, most, 1, TimeUnit.MINUTES, queue);
        return reflect(executor);
    }

    private Map<Thread, Long> progress(ReflectedObject pool) {
        try {
            return executors.progress(pool);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("the executor cannot be read", e);
        }
    }

    private int capacity(ReflectedObject pool) throws ReflectiveOperationException {
        return executors.read(pool, List.of()).capacity();
    }

    private int queued(ReflectedObject pool) throws ReflectiveOperationException {
        return executors.read(pool, List.of()).queued();
    }

    private boolean unbounded(ReflectedObject pool) throws ReflectiveOperationException {
        return executors.read(pool, List.of()).isUnbounded();
    }

    private static ReflectedObject reflect(Object object) {
        return new ReflectedObject(object, OPENER);
    }

    private void await() {
        try {
            end.await();
        } catch (InterruptedException e) {
            // The end of the test.
        }
    }
}
