package com.approck.healthcheck.agent.server;

import com.approck.healthcheck.agent.pool.Discovery;
import com.approck.healthcheck.agent.pool.HookKind;
import com.approck.healthcheck.agent.pool.MethodHook;
import com.approck.healthcheck.agent.pool.OwnedPool;
import com.approck.healthcheck.agent.pool.PoolAdapter;
import com.approck.healthcheck.agent.pool.PoolStats;
import com.approck.healthcheck.agent.pool.ProgressSource;
import com.approck.healthcheck.agent.pool.ServerSupport;
import com.approck.healthcheck.agent.reflect.LiveThreads;
import com.approck.healthcheck.agent.reflect.ReflectedObject;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;

/**
 * Undertow and other servers on XNIO. An {@code XnioWorker} owns two pools: the task pool, on which Undertow runs what
 * blocks, and the I/O threads. It counts while a server socket is registered with one of its I/O threads: the workers of
 * clients have none. Read from XNIO 3.3.8 and 3.8.16 with jboss-threads 3.5.1.
 */
final class Undertow implements ServerSupport {
    private static final String WORKER = "org.xnio.XnioWorker";
    private static final String NO_SERVER = "no server socket is registered with its I/O threads";

    private final List<PoolAdapter> adapters =
            Collections.unmodifiableList(Arrays.<PoolAdapter>asList(new TaskPool(), new IoThreads()));

    @Override
    public String name() {
        return "Undertow";
    }

    /** Before jboss-threads 3.2 a task has no {@code run}. */
    @Override
    public List<MethodHook> hooks() {
        return Arrays.asList(
                new MethodHook(
                        HookKind.POOL_STARTED,
                        WORKER,
                        "createStreamConnectionServer",
                        "java.net.SocketAddress",
                        "org.xnio.ChannelListener",
                        "org.xnio.OptionMap"),
                new MethodHook(HookKind.POOL_STOPPED, WORKER, "taskPoolTerminated"),
                new MethodHook(HookKind.TASK, "org.jboss.threads.EnhancedQueueExecutor$Task", "run").optional());
    }

    @Override
    public Discovery discovery() {
        return Discovery.ofOwners(WORKER);
    }

    @Override
    public List<String> idleSelectorCallers() {
        return Collections.singletonList("org.xnio.nio.");
    }

    @Override
    public List<PoolAdapter> adapters() {
        return adapters;
    }

    /** Returns the thread that accepts for all I/O threads, in versions that have one. */
    private static Collection<Thread> acceptThread(ReflectedObject worker) throws ReflectiveOperationException {
        Object thread = worker.hasField("acceptThread") ? worker.field("acceptThread") : null;
        return thread == null ? Collections.<Thread>emptySet() : Collections.singleton((Thread) thread);
    }

    /** Returns whether a server socket is registered with one of its I/O threads. */
    private static boolean serves(ReflectedObject worker) throws ReflectiveOperationException {
        if (worker.isTrue("isShutdown") || !worker.hasField("workerThreads")) {
            return false;
        }
        List<Object> threads = new ArrayList<>();
        if (worker.hasField("acceptThread")) {
            threads.add(worker.field("acceptThread"));
        }
        threads.addAll(Arrays.asList((Object[]) worker.field("workerThreads")));
        for (Object thread : threads) {
            Selector selector =
                    thread == null ? null : (Selector) worker.with(thread).field("selector");
            if (selector != null
                    && selector.isOpen()
                    && !ServerSockets.attachedTo(selector).isEmpty()) {
                return true;
            }
        }
        return false;
    }

    /**
     * The task pool. Until XNIO 3.3 it is a plain executor, which counts for itself; later it is jboss-threads' {@code
     * EnhancedQueueExecutor}, which does not. It grows to its maximum before it queues, so that is its capacity.
     */
    private static final class TaskPool implements ExecutorAdapter {
        @Override
        public OwnedPool poolOf(ReflectedObject owner) throws ReflectiveOperationException {
            return isRunning(owner) ? OwnedPool.of(executorInside(owner)) : OwnedPool.none(NO_SERVER);
        }

        @Override
        public String nameOf(ReflectedObject owner) throws ReflectiveOperationException {
            return (String) owner.call("getName");
        }

        @Override
        public Object ownerOf(ReflectedObject task) throws ReflectiveOperationException {
            Object executor = task.field("this$0");
            for (Thread thread : LiveThreads.list()) {
                ReflectedObject ioThread = task.with(thread);
                if (ioThread.is("org.xnio.XnioIoThread")) {
                    ReflectedObject worker = ioThread.callObject("getWorker");
                    if (executorInside(worker) == executor) {
                        return worker.get();
                    }
                }
            }
            // An executor of jboss-threads that serves something else.
            return null;
        }

        /** Quarkus gives such an executor to Vert.x. */
        @Override
        public Object executorOf(ReflectedObject task) throws ReflectiveOperationException {
            return task.field("this$0");
        }

        @Override
        public boolean isRunning(ReflectedObject owner) throws ReflectiveOperationException {
            return serves(owner);
        }

        @Override
        public Collection<Thread> ioThreads(ReflectedObject owner) throws ReflectiveOperationException {
            return acceptThread(owner);
        }

        private static Object executorInside(ReflectedObject worker) throws ReflectiveOperationException {
            ReflectedObject taskPool = worker.fieldObject("taskPool");
            for (String field : new String[] {"executor", "delegate"}) {
                if (taskPool.hasField(field)) {
                    return taskPool.field(field);
                }
            }
            return taskPool.get();
        }
    }

    /**
     * The event loops on which Undertow reads, writes and runs what is not dispatched. Each has its own connections, all of
     * which wait while it hangs.
     */
    private static final class IoThreads implements PoolAdapter {
        @Override
        public OwnedPool poolOf(ReflectedObject owner) throws ReflectiveOperationException {
            return isRunning(owner) ? OwnedPool.of(owner.field("workerThreads")) : OwnedPool.none(NO_SERVER);
        }

        @Override
        public String nameOf(ReflectedObject owner) throws ReflectiveOperationException {
            return owner.call("getName") + "-io";
        }

        @Override
        public boolean isRunning(ReflectedObject owner) throws ReflectiveOperationException {
            return serves(owner);
        }

        @Override
        public PoolStats read(ReflectedObject pool, List<Object> owners) {
            int alive = 0;
            Collection<Thread> threads = threads(pool);
            for (Thread thread : threads) {
                alive += thread.isAlive() ? 1 : 0;
            }
            return PoolStats.bounded(threads.size(), alive, 0);
        }

        @Override
        public Collection<Thread> ioThreads(ReflectedObject owner) throws ReflectiveOperationException {
            return acceptThread(owner);
        }

        @Override
        public ProgressSource progressSource(ReflectedObject pool) {
            return ProgressSource.STACK;
        }

        @Override
        public Collection<Thread> threads(ReflectedObject pool) {
            Thread[] threads = (Thread[]) pool.get();
            return threads == null ? Collections.<Thread>emptyList() : Arrays.asList(threads);
        }
    }
}
