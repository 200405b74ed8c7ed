package com.approck.healthcheck.agent.pool;

import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The task pool of an {@code XnioWorker}, on which Undertow runs what blocks. The worker owns it, and counts while a server
 * socket is registered with one of its I/O threads: the workers of clients have none. Read from XNIO 3.3.8 and 3.8.16 with
 * jboss-threads 3.5.1.
 *
 * <p>Up to XNIO 3.3 the pool is a plain executor, which counts for itself; later it is jboss-threads'
 * {@code EnhancedQueueExecutor}, which does not. It grows to its maximum before it queues, so that is its capacity.
 */
final class XnioReader implements PoolReader {
    @Override
    public Object poolOf(Reflected owner) throws ReflectiveOperationException {
        return serves(owner) ? inside(owner) : null;
    }

    @Override
    public String nameOf(Reflected owner) throws ReflectiveOperationException {
        return (String) owner.call("getName");
    }

    @Override
    public Object ownerOf(Reflected task) throws ReflectiveOperationException {
        Object executor = task.field("this$0");
        for (Thread thread : LiveThreads.list()) {
            Reflected ioThread = new Reflected(thread);
            if (ioThread.is("org.xnio.XnioIoThread")) {
                Object worker = ioThread.call("getWorker");
                if (inside(new Reflected(worker)) == executor) {
                    return worker;
                }
            }
        }
        // An executor of jboss-threads that serves something else.
        return null;
    }

    /** Quarkus gives such an executor to Vert.x. */
    @Override
    public Object executorOfTask(Reflected task) throws ReflectiveOperationException {
        return task.field("this$0");
    }

    @Override
    public boolean isStopped(Reflected pool, List<Object> owners) throws ReflectiveOperationException {
        return !servesAny(owners);
    }

    @Override
    public Watch watch(Reflected pool) {
        return AnyExecutor.watch(pool);
    }

    @Override
    public Map<Thread, Long> progress(Reflected pool) throws ReflectiveOperationException {
        return AnyExecutor.progress(pool);
    }

    private static Object inside(Reflected worker) throws ReflectiveOperationException {
        Reflected taskPool = new Reflected(worker.field("taskPool"));
        for (String field : new String[] {"executor", "delegate"}) {
            if (taskPool.hasField(field)) {
                return taskPool.field(field);
            }
        }
        return taskPool.get();
    }

    static boolean servesAny(List<Object> workers) throws ReflectiveOperationException {
        for (Object worker : workers) {
            if (serves(new Reflected(worker))) {
                return true;
            }
        }
        return false;
    }

    /** Whether a server socket is registered with one of its I/O threads. */
    static boolean serves(Reflected worker) throws ReflectiveOperationException {
        if ((Boolean) worker.call("isShutdown") || !worker.hasField("workerThreads")) {
            return false;
        }
        List<Object> threads = new ArrayList<>();
        if (worker.hasField("acceptThread")) {
            threads.add(worker.field("acceptThread"));
        }
        threads.addAll(Arrays.asList((Object[]) worker.field("workerThreads")));
        for (Object thread : threads) {
            Selector selector = thread == null ? null : (Selector) new Reflected(thread).field("selector");
            if (selector != null
                    && selector.isOpen()
                    && !ServerSockets.attachedTo(selector).isEmpty()) {
                return true;
            }
        }
        return false;
    }
}
