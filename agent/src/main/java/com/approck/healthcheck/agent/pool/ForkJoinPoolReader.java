package com.approck.healthcheck.agent.pool;

import java.util.ArrayList;
import java.util.Collection;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinWorkerThread;

/** {@code java.util.concurrent.ForkJoinPool}: its workers are its threads, told apart from idle ones by their stacks. */
final class ForkJoinPoolReader implements PoolReader {
    @Override
    public Object poolOf(Reflected owner) {
        ForkJoinPool pool = (ForkJoinPool) owner.get();
        return pool == null || pool.isShutdown() ? null : pool;
    }

    @Override
    public String nameOf(Reflected owner) throws ReflectiveOperationException {
        return ThreadNames.common(threads(owner), "ForkJoinPool");
    }

    @Override
    public Object ownerOf(Reflected task) {
        return null;
    }

    @Override
    public boolean isStopped(Reflected pool) {
        ForkJoinPool forkJoinPool = (ForkJoinPool) pool.get();
        return forkJoinPool == null || forkJoinPool.isTerminated();
    }

    @Override
    public int capacity(Reflected pool) throws ReflectiveOperationException {
        return Math.max(1, pool.count("getParallelism"));
    }

    @Override
    public int alive(Reflected pool) throws ReflectiveOperationException {
        return pool.count("getPoolSize");
    }

    @Override
    public int queued(Reflected pool) throws ReflectiveOperationException {
        return pool.count("getQueuedSubmissionCount");
    }

    @Override
    public Watch watch() {
        return Watch.STACK;
    }

    @Override
    public Collection<Thread> threads(Reflected pool) {
        Collection<Thread> threads = new ArrayList<>();
        Object wanted = pool.get();
        for (Thread thread : LiveThreads.list()) {
            if (thread instanceof ForkJoinWorkerThread && ((ForkJoinWorkerThread) thread).getPool() == wanted) {
                threads.add(thread);
            }
        }
        return threads;
    }
}
