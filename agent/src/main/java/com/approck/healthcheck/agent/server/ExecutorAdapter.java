package com.approck.healthcheck.agent.server;

import com.approck.healthcheck.agent.pool.PoolAdapter;
import com.approck.healthcheck.agent.pool.PoolStats;
import com.approck.healthcheck.agent.pool.ProgressSource;
import com.approck.healthcheck.agent.reflect.ReflectedObject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;

/**
 * Reads executors of any kind: those that a server is given by its users or keeps inside. An executor of an unknown kind
 * counts as unbounded.
 */
interface ExecutorAdapter extends PoolAdapter {
    /** What {@link #maxThreads} returns for an executor that makes as many threads as it has tasks. */
    int UNBOUNDED = Integer.MAX_VALUE;

    /** No machine runs as many threads. Some executors without a bound report one: newCachedThreadPool. */
    int MIN_UNBOUNDED = 1 << 20;

    /** The most waiting tasks that are counted one by one. */
    int MAX_COUNTED = 1_000;

    @Override
    default PoolStats read(ReflectedObject pool, List<Object> owners) throws ReflectiveOperationException {
        return readExecutor(pool);
    }

    @Override
    default Collection<Thread> threads(ReflectedObject pool) throws ReflectiveOperationException {
        return threadsOf(pool);
    }

    /** Returns how to follow an executor that has no hook: those of java.util.concurrent count for themselves. */
    @Override
    default ProgressSource progressSource(ReflectedObject pool) {
        if (pool.get() instanceof ForkJoinPool) {
            return ProgressSource.STACK;
        }
        return pool.get() instanceof ThreadPoolExecutor ? ProgressSource.COUNTER : ProgressSource.HOOK;
    }

    @Override
    default Map<Thread, Long> progress(ReflectedObject pool) throws ReflectiveOperationException {
        return pool.get() instanceof ThreadPoolExecutor
                ? JdkExecutors.countedProgress(pool)
                : PoolAdapter.super.progress(pool);
    }

    /** Returns the executor that does the work, inside any wrappers. */
    static Object unwrap(ReflectedObject executor) throws ReflectiveOperationException {
        Object inside = unwrapOnce(executor);
        return inside == executor.get() ? inside : unwrap(executor.with(inside));
    }

    static Object unwrapOnce(ReflectedObject executor) throws ReflectiveOperationException {
        Object inside = null;
        Map<String, String> wrappers = Servers.executorWrappers();
        for (Class<?> c = executor.get().getClass(); c != null && inside == null; c = c.getSuperclass()) {
            String field = wrappers.get(c.getName());
            inside = field == null ? null : executor.field(field);
        }
        if (inside == null && executor.has("getThreadPoolExecutor")) {
            // Spring's ThreadPoolTaskExecutor.
            inside = executor.call("getThreadPoolExecutor");
        }
        if (inside == null && executor.has("getTarget")) {
            // Micronaut's InstrumentedExecutor, which takes times.
            Object target = executor.call("getTarget");
            inside = target instanceof Executor ? target : null;
        }
        return inside == null ? executor.get() : inside;
    }

    /** Returns whether an executor runs each task on a virtual thread of its own, as far as its class shows. */
    static boolean isVirtual(ReflectedObject executor) throws ReflectiveOperationException {
        return executor.is("org.apache.tomcat.util.threads.VirtualThreadExecutor")
                || (executor.is("java.util.concurrent.ThreadPerTaskExecutor")
                        && executor.fieldObject("factory").is("java.lang.ThreadBuilders$VirtualThreadFactory"));
    }

    static PoolStats readExecutor(ReflectedObject executor) throws ReflectiveOperationException {
        int max = maxThreads(executor);
        int alive = alive(executor);
        int queued = queued(executor);
        return max == UNBOUNDED
                ? PoolStats.unbounded(alive, queued)
                : PoolStats.bounded(max, whyMaxThreads(executor), alive, queued);
    }

    /** Returns what {@link #maxThreads} goes by, for people. */
    static String whyMaxThreads(ReflectedObject executor) {
        Object object = executor.get();
        if (object instanceof ForkJoinPool) {
            return "its parallelism";
        }
        return object instanceof ThreadPoolExecutor && !JdkExecutors.grows((ThreadPoolExecutor) object)
                ? "its core size, because its queue has no bound"
                : "its largest size";
    }

    /** Returns the most threads that it can have on tasks at once, at least 1; {@link #UNBOUNDED} if there is no bound. */
    static int maxThreads(ReflectedObject executor) throws ReflectiveOperationException {
        Object object = executor.get();
        int max = UNBOUNDED;
        if (object instanceof ThreadPoolExecutor) {
            max = JdkExecutors.maxThreads((ThreadPoolExecutor) object);
        } else if (object instanceof ForkJoinPool) {
            max = ((ForkJoinPool) object).getParallelism();
        } else if (executor.has("getMaximumPoolSize")) {
            // Tomcat's own ThreadPoolExecutor and jboss-threads' EnhancedQueueExecutor grow before they queue.
            max = executor.count("getMaximumPoolSize");
        }
        return max >= MIN_UNBOUNDED ? UNBOUNDED : Math.max(1, max);
    }

    static int alive(ReflectedObject executor) throws ReflectiveOperationException {
        return executor.has("getPoolSize") ? executor.count("getPoolSize") : 0;
    }

    static int queued(ReflectedObject executor) throws ReflectiveOperationException {
        if (executor.get() instanceof ScheduledThreadPoolExecutor) {
            return JdkExecutors.due(executor);
        }
        if (executor.has("getQueueSize")) {
            int size = ((Number) executor.call("getQueueSize")).intValue();
            // That of jboss-threads counts its tasks only where their number has a limit.
            return size < 0 && executor.hasField("unsharedTaskNodes") ? linkedTasks(executor) : Math.max(0, size);
        }
        return executor.has("getQueue") ? ((Collection<?>) executor.call("getQueue")).size() : 0;
    }

    /**
     * Returns the number of tasks in the linked list of an EnhancedQueueExecutor (jboss-threads 3.9), at most {@value
     * #MAX_COUNTED}. Its array holds two nodes, the head and the tail, and the tasks wait behind the head.
     */
    static int linkedTasks(ReflectedObject executor) throws ReflectiveOperationException {
        int tasks = 0;
        for (Object node : (Object[]) executor.field("unsharedTaskNodes")) {
            ReflectedObject next =
                    node == null ? executor.with(null) : executor.with(node).fieldObject("next");
            int behind = 0;
            // One that has been taken points to itself.
            while (next.is("org.jboss.threads.EnhancedQueueExecutor$TaskNode") && behind < MAX_COUNTED) {
                behind++;
                Object before = next.get();
                next = next.fieldObject("next");
                if (next.get() == before) {
                    break;
                }
            }
            tasks = Math.max(tasks, behind);
        }
        return tasks;
    }

    @SuppressWarnings("unchecked") // EnhancedQueueExecutor: private final Set<Thread> runningThreads
    static Collection<Thread> threadsOf(ReflectedObject executor) throws ReflectiveOperationException {
        if (executor.get() instanceof ForkJoinPool) {
            return JdkExecutors.threadsOf((ForkJoinPool) executor.get());
        }
        if (executor.hasField("runningThreads")) {
            return new ArrayList<>((Collection<Thread>) executor.field("runningThreads"));
        }
        Collection<Thread> threads = new ArrayList<>();
        Object[] workers = executor.hasField("workers") ? JdkExecutors.workers(executor) : new Object[0];
        for (Object worker : workers) {
            Object thread = executor.with(worker).field("thread");
            if (thread instanceof Thread) {
                threads.add((Thread) thread);
            }
        }
        return threads;
    }
}
