package com.approck.healthcheck.agent.pool;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * Quartz's own pool, {@code SimpleThreadPool}. Read from Quartz 2.0.2 and 2.5.0.
 *
 * <p>It replaces no thread that has died, so the live ones are its capacity. A job may take as long as it takes: time
 * makes no worker stuck, but deadlocks do.
 */
final class QuartzReader implements PoolReader {
    @Override
    public Object poolOf(Reflected owner) throws ReflectiveOperationException {
        return isStopped(owner) ? null : owner.get();
    }

    @Override
    public String nameOf(Reflected owner) throws ReflectiveOperationException {
        return ThreadNames.common(threads(owner), "quartz");
    }

    @Override
    public Object ownerOf(Reflected task) {
        return null;
    }

    @Override
    public boolean isStopped(Reflected pool) throws ReflectiveOperationException {
        return pool.get() == null || (Boolean) pool.field("isShutdown");
    }

    @Override
    public boolean isBoundless(Reflected pool) {
        return false;
    }

    @Override
    public int capacity(Reflected pool) throws ReflectiveOperationException {
        return alive(pool);
    }

    @Override
    public int alive(Reflected pool) throws ReflectiveOperationException {
        return threads(pool).size();
    }

    @Override
    public Watch watch() {
        return Watch.COUNTER;
    }

    /** A worker on a job is on another one at each look, so that it is busy and no time adds up. */
    @Override
    public Map<Thread, Long> progress(Reflected pool) throws ReflectiveOperationException {
        Map<Thread, Long> progress = new HashMap<>();
        for (Thread thread : threads(pool)) {
            boolean onJob = new Reflected(thread).field("runnable") != null;
            progress.put(thread, onJob ? System.nanoTime() | 1 : 0);
        }
        return progress;
    }

    @Override
    public Collection<Thread> threads(Reflected pool) throws ReflectiveOperationException {
        Collection<Thread> live = new ArrayList<>();
        for (Object worker : ((Collection<?>) pool.field("workers")).toArray()) {
            Thread thread = (Thread) worker;
            if (thread.isAlive()) {
                live.add(thread);
            }
        }
        return live;
    }
}
