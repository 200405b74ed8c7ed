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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Tomcat's {@code AbstractEndpoint} and the executor that it runs requests on: its own, or one that connectors share. With
 * virtual threads, or any executor without a bound, the endpoint itself stands for the pool. Read from Tomcat 8.5.0, 8.5.100,
 * 9.0.123, 10.1.59 and 11.0.27.
 *
 * <p>Capacity is the executor's maximum although its queue is unbounded: Tomcat's {@code TaskQueue} refuses tasks while
 * there are fewer threads than that.
 */
final class Tomcat implements ServerSupport, ExecutorAdapter {
    /** Unbounded, but refuses tasks while its executor may grow. Until Tomcat 9.0.51 that is one of java.util.concurrent. */
    static final String QUEUE_THAT_REFUSES = "org.apache.tomcat.util.threads.TaskQueue";

    private static final String NET = "org.apache.tomcat.util.net.";
    private static final String ENDPOINT = NET + "AbstractEndpoint";

    /** The names of the threads that bring requests, after the endpoint's name; with a number in Tomcat 8.5. */
    private static final String IO_THREAD = "(Acceptor|Poller|ClientPoller)(-\\d+)?";

    @Override
    public String name() {
        return "Tomcat";
    }

    /**
     * The endpoint owns the pool: with an external executor it has none of its own, and its start covers both. {@code
     * SocketProcessorBase.run} is final and runs on whatever thread serves the request; Tomcat 8.5.0 has a {@code run} in each
     * of its subclasses.
     */
    @Override
    public List<MethodHook> hooks() {
        return Arrays.asList(
                new MethodHook(HookKind.POOL_STARTED, ENDPOINT, "start"),
                new MethodHook(HookKind.POOL_STOPPED, ENDPOINT, "stop"),
                new MethodHook(HookKind.TASK, NET + "SocketProcessorBase", "run"),
                new MethodHook(HookKind.TASK, NET + "NioEndpoint$SocketProcessor", "run").optional(),
                new MethodHook(HookKind.TASK, NET + "Nio2Endpoint$SocketProcessor", "run").optional(),
                new MethodHook(HookKind.TASK, NET + "AprEndpoint$SocketProcessor", "run").optional());
    }

    @Override
    public Discovery discovery() {
        return Discovery.ofOwners(ENDPOINT);
    }

    /**
     * An acceptor waits in the latch while as many connections are open as {@code maxConnections} allows: that is load. The rest
     * is APR, until Tomcat 10.0, whose pollers wait in many ways.
     */
    @Override
    public List<String> idleFrames() {
        return Arrays.asList(
                "org.apache.tomcat.util.threads.LimitLatch.",
                "org.apache.tomcat.jni.Socket.accept",
                NET + "AprEndpoint$Poller.run");
    }

    @Override
    public List<String> idleSelectorCallers() {
        return Collections.singletonList("org.apache.tomcat.util.net.");
    }

    @Override
    public Map<String, String> executorWrappers() {
        return Collections.singletonMap("org.apache.catalina.core.StandardThreadExecutor", "executor");
    }

    @Override
    public List<PoolAdapter> adapters() {
        return Collections.singletonList(this);
    }

    @Override
    public OwnedPool poolOf(ReflectedObject owner) throws ReflectiveOperationException {
        if (!isRunning(owner)) {
            return OwnedPool.none("it is not running");
        }
        ReflectedObject executor = owner.callObject("getExecutor");
        if (executor.get() == null) {
            return OwnedPool.of(owner.get());
        }
        ReflectedObject inside = owner.with(ExecutorAdapter.unwrap(executor));
        return OwnedPool.of(ExecutorAdapter.maxThreads(inside) == UNBOUNDED ? owner.get() : inside.get());
    }

    @Override
    public String nameOf(ReflectedObject owner) throws ReflectiveOperationException {
        return (String) owner.call("getName");
    }

    @Override
    public Object ownerOf(ReflectedObject task) throws ReflectiveOperationException {
        // In Tomcat 8.5.0 the task has no socketWrapper; it is an inner class of the endpoint.
        return task.hasField("socketWrapper")
                ? task.fieldObject("socketWrapper").call("getEndpoint")
                : task.field("this$0");
    }

    @Override
    public boolean isRunning(ReflectedObject owner) throws ReflectiveOperationException {
        return owner.isTrue("isRunning");
    }

    @Override
    public PoolStats read(ReflectedObject pool, List<Object> owners) throws ReflectiveOperationException {
        if (!pool.is(ENDPOINT)) {
            return ExecutorAdapter.readExecutor(pool);
        }
        PoolStats stats = PoolStats.unbounded(0, 0);
        ReflectedObject executor = pool.callObject("getExecutor");
        boolean virtual =
                executor.get() != null && ExecutorAdapter.isVirtual(pool.with(ExecutorAdapter.unwrap(executor)));
        return virtual ? stats.onVirtualThreads() : stats;
    }

    @Override
    public ProgressSource progressSource(ReflectedObject pool) {
        return ProgressSource.HOOK;
    }

    /** The endpoint keeps no reference to them, but they are named after it. */
    @Override
    public Collection<Thread> ioThreads(ReflectedObject owner) throws ReflectiveOperationException {
        Pattern wanted = Pattern.compile(Pattern.quote(nameOf(owner) + "-") + IO_THREAD);
        List<Thread> found = new ArrayList<>(2);
        for (Thread thread : LiveThreads.list()) {
            if (wanted.matcher(thread.getName()).matches()) {
                found.add(thread);
            }
        }
        return found;
    }
}
