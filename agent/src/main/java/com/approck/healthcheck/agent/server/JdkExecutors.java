package com.approck.healthcheck.agent.server;

import com.approck.healthcheck.agent.pool.Discovery;
import com.approck.healthcheck.agent.pool.OwnedPool;
import com.approck.healthcheck.agent.pool.PoolAdapter;
import com.approck.healthcheck.agent.pool.PoolStats;
import com.approck.healthcheck.agent.pool.ServerSupport;
import com.approck.healthcheck.agent.reflect.LiveThreads;
import com.approck.healthcheck.agent.reflect.ReflectedObject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The executors of {@code java.util.concurrent}, watched where the names of their threads match the setting {@code
 * executors}. Read from JDK 8, 11, 17, 21 and 25.
 *
 * <p>Nothing is hooked: advice in these classes would run in every corner of the JVM, and a ForkJoinPool schedules its
 * virtual threads. The workers of a {@code ThreadPoolExecutor} count the tasks that they have completed, and are locked while
 * on one ({@code Worker.completedTasks}, {@code isLocked}). The workers of a {@code ForkJoinPool} are distinguished from idle ones by
 * their stacks.
 *
 * <p>The capacity of a {@code ThreadPoolExecutor} follows its own rule: it grows beyond its core size only when its queue
 * refuses a task, which an unbounded queue never does.
 */
final class JdkExecutors implements ServerSupport, ExecutorAdapter {
    private static final int MAX_READS = 3;

    @Override
    public String name() {
        return "java.util.concurrent";
    }

    @Override
    public Discovery discovery() {
        // The thread factory is often a method of the pool's owner.
        return Discovery.ofExecutors("java.util.concurrent.ThreadPoolExecutor", "java.util.concurrent.ForkJoinPool")
                .following("threadFactory");
    }

    @Override
    public List<String> idleFrames() {
        return Collections.singletonList("java.util.concurrent.ForkJoinPool.awaitWork");
    }

    @Override
    public Map<String, String> executorWrappers() {
        return Collections.singletonMap("java.util.concurrent.Executors$DelegatedExecutorService", "e");
    }

    @Override
    public List<PoolAdapter> adapters() {
        return Collections.singletonList(this);
    }

    @Override
    public OwnedPool poolOf(ReflectedObject owner) {
        ExecutorService executor = (ExecutorService) owner.get();
        return executor == null || executor.isShutdown() ? OwnedPool.none("it is shut down") : OwnedPool.of(executor);
    }

    @Override
    public String nameOf(ReflectedObject owner) throws ReflectiveOperationException {
        return ThreadNames.common(threads(owner), owner.get() instanceof ForkJoinPool ? "ForkJoinPool" : "executor");
    }

    @Override
    public boolean isStopped(ReflectedObject pool, List<Object> owners) {
        ExecutorService executor = (ExecutorService) pool.get();
        return executor == null || executor.isTerminated();
    }

    @Override
    public PoolStats read(ReflectedObject pool, List<Object> owners) throws ReflectiveOperationException {
        if (pool.get() instanceof ForkJoinPool) {
            return PoolStats.bounded(
                    Math.max(1, pool.count("getParallelism")),
                    ExecutorAdapter.whyMaxThreads(pool),
                    pool.count("getPoolSize"),
                    pool.count("getQueuedSubmissionCount"));
        }
        int max = ExecutorAdapter.maxThreads(pool);
        int queued = ExecutorAdapter.queued(pool);
        // getPoolSize would take the executor's lock.
        int alive = workers(pool).length;
        return max == UNBOUNDED
                ? PoolStats.unbounded(alive, queued)
                : PoolStats.bounded(max, ExecutorAdapter.whyMaxThreads(pool), alive, queued);
    }

    /** Returns the progress of a {@code ThreadPoolExecutor}'s workers. */
    static Map<Thread, Long> countedProgress(ReflectedObject executor) throws ReflectiveOperationException {
        Map<Thread, Long> progress = new HashMap<>();
        for (Object each : workers(executor)) {
            ReflectedObject worker = executor.with(each);
            Object thread = worker.field("thread");
            if (thread instanceof Thread) {
                long onTask = worker.isTrue("isLocked") ? 1 : 0;
                progress.put((Thread) thread, 2 * (Long) worker.field("completedTasks") + onTask);
            }
        }
        return progress;
    }

    /** Returns a copy of the executor's set of workers, which may change meanwhile: its lock must not be taken here. */
    static Object[] workers(ReflectedObject executor) throws ReflectiveOperationException {
        Collection<?> workers = (Collection<?>) executor.field("workers");
        for (int attempt = 1; ; attempt++) {
            try {
                return workers.toArray();
            } catch (RuntimeException changed) {
                if (attempt == MAX_READS) {
                    throw changed;
                }
            }
        }
    }

    /**
     * Returns how many of the tasks in a scheduled executor's queue are due, of {@value ExecutorAdapter#MAX_COUNTED} at most.
     * Read without its lock, so it may be off by some that come and go.
     */
    static int due(ReflectedObject executor) throws ReflectiveOperationException {
        ReflectedObject queue = executor.callObject("getQueue");
        Object[] tasks = (Object[]) queue.field("queue");
        int size = Math.min((Integer) queue.field("size"), Math.min(tasks.length, MAX_COUNTED));
        int due = 0;
        for (int i = 0; i < size; i++) {
            Object task = tasks[i];
            due += task instanceof Delayed && ((Delayed) task).getDelay(TimeUnit.NANOSECONDS) <= 0 ? 1 : 0;
        }
        return due;
    }

    /** Returns the most threads that the executor's own rule lets it have. */
    static int maxThreads(ThreadPoolExecutor executor) {
        return grows(executor) ? executor.getMaximumPoolSize() : executor.getCorePoolSize();
    }

    /** Returns whether it makes more threads than its core size: not before its queue is full. */
    static boolean grows(ThreadPoolExecutor executor) {
        BlockingQueue<Runnable> queue = executor.getQueue();
        boolean unbounded = queue.remainingCapacity() == Integer.MAX_VALUE;
        return (!unbounded || queue.getClass().getName().equals(Tomcat.QUEUE_THAT_REFUSES))
                && !(executor instanceof ScheduledThreadPoolExecutor);
    }

    static Collection<Thread> threadsOf(ForkJoinPool pool) {
        Collection<Thread> threads = new ArrayList<>();
        for (Thread thread : LiveThreads.list()) {
            if (thread instanceof ForkJoinWorkerThread && ((ForkJoinWorkerThread) thread).getPool() == pool) {
                threads.add(thread);
            }
        }
        return threads;
    }
}
