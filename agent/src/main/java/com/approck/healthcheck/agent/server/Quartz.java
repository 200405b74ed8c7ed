package com.approck.healthcheck.agent.server;

import com.approck.healthcheck.agent.pool.Discovery;
import com.approck.healthcheck.agent.pool.OwnedPool;
import com.approck.healthcheck.agent.pool.PoolAdapter;
import com.approck.healthcheck.agent.pool.PoolStats;
import com.approck.healthcheck.agent.pool.ProgressSource;
import com.approck.healthcheck.agent.pool.ServerSupport;
import com.approck.healthcheck.agent.reflect.ReflectedObject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Quartz's own pool, {@code SimpleThreadPool}, watched where the names of its threads match the setting {@code executors}.
 * Read from Quartz 2.0.2 and 2.5.0.
 *
 * <p>It replaces no thread that has died, so its live threads are its capacity. A job may take any time: time makes no
 * worker stuck, but a deadlock does.
 */
final class Quartz implements ServerSupport, PoolAdapter {
    @Override
    public String name() {
        return "Quartz";
    }

    @Override
    public Discovery discovery() {
        return Discovery.ofExecutors("org.quartz.simpl.SimpleThreadPool");
    }

    @Override
    public List<PoolAdapter> adapters() {
        return Collections.singletonList(this);
    }

    @Override
    public OwnedPool poolOf(ReflectedObject owner) throws ReflectiveOperationException {
        return isShutDown(owner) ? OwnedPool.none("it is shut down") : OwnedPool.of(owner.get());
    }

    @Override
    public String nameOf(ReflectedObject owner) throws ReflectiveOperationException {
        return ThreadNames.common(threads(owner), "quartz");
    }

    @Override
    public boolean isStopped(ReflectedObject pool, List<Object> owners) throws ReflectiveOperationException {
        return isShutDown(pool);
    }

    @Override
    public PoolStats read(ReflectedObject pool, List<Object> owners) throws ReflectiveOperationException {
        int alive = threads(pool).size();
        return PoolStats.bounded(alive, "its threads, which are all made at the start", alive, 0);
    }

    @Override
    public ProgressSource progressSource(ReflectedObject pool) {
        return ProgressSource.COUNTER;
    }

    /** Returns a new odd number on every call while a job runs: the worker counts as busy, and never as stuck by time. */
    @Override
    public Map<Thread, Long> progress(ReflectedObject pool) throws ReflectiveOperationException {
        Map<Thread, Long> progress = new HashMap<>();
        for (Thread thread : threads(pool)) {
            boolean onJob = pool.with(thread).field("runnable") != null;
            progress.put(thread, onJob ? System.nanoTime() | 1 : 0);
        }
        return progress;
    }

    @Override
    public Collection<Thread> threads(ReflectedObject pool) throws ReflectiveOperationException {
        Collection<Thread> live = new ArrayList<>();
        for (Object worker : ((Collection<?>) pool.field("workers")).toArray()) {
            Thread thread = (Thread) worker;
            if (thread.isAlive()) {
                live.add(thread);
            }
        }
        return live;
    }

    private static boolean isShutDown(ReflectedObject pool) throws ReflectiveOperationException {
        return pool.get() == null || (Boolean) pool.field("isShutdown");
    }
}
