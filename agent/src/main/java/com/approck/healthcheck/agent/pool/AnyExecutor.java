package com.approck.healthcheck.agent.pool;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ThreadPoolExecutor;

/**
 * What an executor of any kind says of its size: those that servers are given by their users, or keep inside.
 *
 * <p>One of a kind that is not known here has no bound, as far as is known.
 */
final class AnyExecutor {
    /** The most threads of an executor that makes as many as it has tasks. Some say so themselves: newCachedThreadPool. */
    static final int NO_BOUND = Integer.MAX_VALUE;

    /** The capacity that stands for "able" where there is no bound: what can run at once. */
    static final int ABLE_WITHOUT_BOUND = Math.max(1, Runtime.getRuntime().availableProcessors());

    /** No machine runs as many threads as this. */
    private static final int HUGE = 1 << 20;

    private static final PoolReader PLAIN = new ThreadPoolExecutorReader();
    private static final PoolReader FORK_JOIN = new ForkJoinPoolReader();

    private AnyExecutor() {}

    /** The executor that does the work: inside the wrappers of Tomcat, Grizzly, Quarkus, Spring and java.util.concurrent. */
    static Object unwrap(Object executor) throws ReflectiveOperationException {
        Reflected reflected = new Reflected(executor);
        Object inside = null;
        if (reflected.is("org.apache.catalina.core.StandardThreadExecutor")) {
            inside = reflected.field("executor");
        } else if (reflected.is("org.glassfish.grizzly.threadpool.GrizzlyExecutorService")) {
            inside = reflected.field("pool");
        } else if (reflected.is("java.util.concurrent.Executors$DelegatedExecutorService")) {
            inside = reflected.field("e");
        } else if (reflected.is("io.quarkus.runtime.util.NoopShutdownScheduledExecutorService")) {
            inside = reflected.field("delegate");
        } else if (reflected.has("getThreadPoolExecutor")) {
            inside = reflected.call("getThreadPoolExecutor");
        }
        return inside == null ? executor : inside;
    }

    /** The most threads that it can have on tasks at once, or {@link #NO_BOUND}. */
    static int most(Reflected executor) throws ReflectiveOperationException {
        Object object = executor.get();
        int most = NO_BOUND;
        if (object instanceof ThreadPoolExecutor) {
            most = ThreadPoolExecutorReader.most((ThreadPoolExecutor) object);
        } else if (object instanceof ForkJoinPool) {
            most = ((ForkJoinPool) object).getParallelism();
        } else if (executor.has("getMaximumPoolSize")) {
            // Tomcat's own ThreadPoolExecutor and jboss-threads' EnhancedQueueExecutor grow before they queue.
            most = executor.count("getMaximumPoolSize");
        }
        return most >= HUGE ? NO_BOUND : Math.max(1, most);
    }

    /** The most threads that it can have on tasks at once, or the number that stands for "able" where there is no bound. */
    static int capacity(Reflected executor) throws ReflectiveOperationException {
        int most = most(executor);
        return most == NO_BOUND ? ABLE_WITHOUT_BOUND : most;
    }

    static int alive(Reflected executor) throws ReflectiveOperationException {
        return executor.has("getPoolSize") ? executor.count("getPoolSize") : 0;
    }

    static int queued(Reflected executor) throws ReflectiveOperationException {
        if (executor.has("getQueueSize")) {
            return executor.count("getQueueSize");
        }
        return executor.has("getQueue") ? ((Collection<?>) executor.call("getQueue")).size() : 0;
    }

    /** How its workers are followed where nothing is hooked for it: those of java.util.concurrent count for themselves. */
    static Watch watch(Reflected executor) {
        if (executor.get() instanceof ForkJoinPool) {
            return FORK_JOIN.watch();
        }
        return executor.get() instanceof ThreadPoolExecutor ? PLAIN.watch() : Watch.HOOK;
    }

    /** As {@link PoolReader#progress}, for those that are followed so. */
    static Map<Thread, Long> progress(Reflected executor) throws ReflectiveOperationException {
        return executor.get() instanceof ForkJoinPool ? FORK_JOIN.progress(executor) : PLAIN.progress(executor);
    }

    @SuppressWarnings("unchecked") // EnhancedQueueExecutor: private final Set<Thread> runningThreads
    static Collection<Thread> threads(Reflected executor) throws ReflectiveOperationException {
        if (executor.get() instanceof ForkJoinPool) {
            return FORK_JOIN.threads(executor);
        }
        if (executor.hasField("runningThreads")) {
            return new ArrayList<>((Collection<Thread>) executor.field("runningThreads"));
        }
        Collection<Thread> threads = new ArrayList<>();
        Object[] workers = executor.hasField("workers") ? ThreadPoolExecutorReader.workers(executor) : new Object[0];
        for (Object worker : workers) {
            Object thread = new Reflected(worker).field("thread");
            if (thread instanceof Thread) {
                threads.add((Thread) thread);
            }
        }
        return threads;
    }
}
