package com.approck.healthcheck.agent.pool;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;

/**
 * {@code java.util.concurrent.ThreadPoolExecutor} and its subclasses, read without a hook: its workers count the tasks
 * that they have completed, and are locked while on one (JDK 8 to 25: {@code Worker.completedTasks}, {@code isLocked}).
 *
 * <p>Capacity follows the executor's own rule: it grows beyond its core only when its queue refuses a task, which a queue
 * without a bound never does.
 */
final class ThreadPoolExecutorReader implements PoolReader {
    @Override
    public Object poolOf(Reflected owner) {
        ThreadPoolExecutor executor = (ThreadPoolExecutor) owner.get();
        return executor == null || executor.isShutdown() ? null : executor;
    }

    @Override
    public String nameOf(Reflected owner) throws ReflectiveOperationException {
        return ThreadNames.common(threads(owner), "executor");
    }

    @Override
    public Object ownerOf(Reflected task) {
        return null;
    }

    @Override
    public boolean isStopped(Reflected pool) {
        ThreadPoolExecutor executor = (ThreadPoolExecutor) pool.get();
        return executor == null || executor.isTerminated();
    }

    @Override
    public int alive(Reflected pool) throws ReflectiveOperationException {
        return progress(pool).size();
    }

    @Override
    public int queued(Reflected pool) throws ReflectiveOperationException {
        ThreadPoolExecutor executor = executor(pool);
        // What a scheduled executor's queue holds is not due yet, as far as can be told.
        return executor instanceof ScheduledThreadPoolExecutor
                ? 0
                : executor.getQueue().size();
    }

    @Override
    public Watch watch() {
        return Watch.COUNTER;
    }

    @Override
    public Map<Thread, Long> progress(Reflected pool) throws ReflectiveOperationException {
        Map<Thread, Long> progress = new HashMap<>();
        for (Object each : workers(pool)) {
            Reflected worker = new Reflected(each);
            Object thread = worker.field("thread");
            if (thread instanceof Thread) {
                long onTask = (Boolean) worker.call("isLocked") ? 1 : 0;
                progress.put((Thread) thread, 2 * (Long) worker.field("completedTasks") + onTask);
            }
        }
        return progress;
    }

    @Override
    public Collection<Thread> threads(Reflected pool) throws ReflectiveOperationException {
        return new ArrayList<>(progress(pool).keySet());
    }

    /** A copy of the executor's set of workers, which moves: its lock is not ours to take. */
    static Object[] workers(Reflected executor) throws ReflectiveOperationException {
        Collection<?> workers = (Collection<?>) executor.field("workers");
        for (int attempt = 1; ; attempt++) {
            try {
                return workers.toArray();
            } catch (RuntimeException moved) {
                if (attempt == 3) {
                    throw moved;
                }
            }
        }
    }

    /** The most threads that its own rule lets it have. */
    static int most(ThreadPoolExecutor executor) {
        BlockingQueue<Runnable> queue = executor.getQueue();
        boolean unbounded = queue.remainingCapacity() == Integer.MAX_VALUE;
        // Tomcat's queue (before its executor was a class of its own) is unbounded, but refuses below the maximum.
        boolean grows = !unbounded || queue.getClass().getName().equals("org.apache.tomcat.util.threads.TaskQueue");
        return grows && !(executor instanceof ScheduledThreadPoolExecutor)
                ? executor.getMaximumPoolSize()
                : executor.getCorePoolSize();
    }

    private static ThreadPoolExecutor executor(Reflected pool) throws ReflectiveOperationException {
        ThreadPoolExecutor executor = (ThreadPoolExecutor) pool.get();
        if (executor == null) {
            throw new ReflectiveOperationException("the pool is gone");
        }
        return executor;
    }
}
