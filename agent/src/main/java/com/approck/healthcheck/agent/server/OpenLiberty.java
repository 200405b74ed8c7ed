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
import java.net.ServerSocket;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Open Liberty's default executor, on which it runs whatever comes in by its ports, and all else. Its open ports own it.
 * Read from 25.0.0.12, and from sources of 2018 and 2021.
 *
 * <p>Inside is an executor of java.util.concurrent, which is replaced after each change of its settings; so the pool is the
 * object that holds it. It has few threads, and a controller that adds some whenever tasks wait and none is finished, up to
 * the configured maximum or {@code ThreadPoolController.maxThreadsToBreakHang}: that is the capacity, and not the present
 * size. With all of the few on requests that hang, the next one is served after a second or two.
 */
final class OpenLiberty implements ServerSupport, PoolAdapter {
    private static final String PORT = "com.ibm.ws.tcpchannel.internal.TCPPort";
    private static final String BUNDLE = "com.ibm.websphere.channelfw.osgi.CHFWBundle";
    /** In the names of the threads that accept, all ports' and that of one port (NBAccept.registerPort). */
    private static final String ACCEPTS = "TCPChannel NonBlocking Accept Thread";

    private static final String EXECUTOR = "com.ibm.ws.threading.internal.ExecutorServiceImpl";

    @Override
    public String name() {
        return "Open Liberty";
    }

    /** A port that is opened before the server has started is bound by the second method. */
    @Override
    public List<MethodHook> hooks() {
        return Arrays.asList(
                new MethodHook(HookKind.POOL_STARTED, PORT, "initServerSocket"),
                new MethodHook(HookKind.POOL_STARTED, PORT, "finishInitServerSocket").optional(),
                new MethodHook(HookKind.POOL_STOPPED, PORT, "destroyServerSocket"));
    }

    @Override
    public Discovery discovery() {
        return Discovery.ofOwners(PORT).reachedThrough("java.nio.channels.Selector");
    }

    @Override
    public Collection<Object> ownersReachableFrom(ReflectedObject selector) {
        List<Object> ports = new ArrayList<>();
        for (Object attached : ServerSockets.attachedTo((Selector) selector.get())) {
            if (selector.with(attached).is(PORT)) {
                ports.add(attached);
            }
        }
        return ports;
    }

    @Override
    public List<String> idleSelectorCallers() {
        return Collections.singletonList("com.ibm.ws.tcpchannel.internal.");
    }

    @Override
    public List<PoolAdapter> adapters() {
        return Collections.singletonList(this);
    }

    @Override
    public OwnedPool poolOf(ReflectedObject owner) throws ReflectiveOperationException {
        if (!isRunning(owner)) {
            return OwnedPool.none("its socket is not bound");
        }
        Object executor = executorOfServer(owner);
        return owner.with(executor).is(EXECUTOR)
                ? OwnedPool.of(executor)
                : OwnedPool.none("its executor is of another kind than " + EXECUTOR);
    }

    @Override
    public String nameOf(ReflectedObject owner) throws ReflectiveOperationException {
        return (String) owner.with(executorOfServer(owner)).call("getPoolName");
    }

    @Override
    public PoolStats read(ReflectedObject pool, List<Object> owners) throws ReflectiveOperationException {
        ReflectedObject controller = pool.fieldObject("threadPoolController");
        String limit = "maxThreadsToBreakHang";
        int added = (int) controller.field(controller.hasField(limit) ? limit : "MAX_THREADS_TO_BREAK_HANG");
        PoolStats inside = ExecutorAdapter.readExecutor(executorInside(pool));
        int capacity = Math.max(inside.capacity(), Math.min((int) controller.field("maxThreads"), added));
        return PoolStats.bounded(capacity, inside.alive(), inside.queued());
    }

    @Override
    public ProgressSource progressSource(ReflectedObject pool) {
        return ProgressSource.COUNTER;
    }

    @Override
    public Map<Thread, Long> progress(ReflectedObject pool) throws ReflectiveOperationException {
        return JdkExecutors.countedProgress(executorInside(pool));
    }

    @Override
    public Collection<Thread> threads(ReflectedObject pool) throws ReflectiveOperationException {
        return ExecutorAdapter.threadsOf(executorInside(pool));
    }

    @Override
    public Collection<Thread> ioThreads(ReflectedObject owner) throws ReflectiveOperationException {
        String dedicated = "Dedicated " + ACCEPTS + ":" + owner.count("getListenPort");
        Map<String, Thread> accepting = new HashMap<>();
        for (Thread thread : LiveThreads.list()) {
            accepting.put(thread.getName(), thread);
        }
        Thread found = accepting.getOrDefault(dedicated, accepting.get("Shared " + ACCEPTS));
        return found == null ? Collections.<Thread>emptySet() : Collections.singleton(found);
    }

    private static Object executorOfServer(ReflectedObject port) throws ReflectiveOperationException {
        return Class.forName(BUNDLE, false, port.get().getClass().getClassLoader())
                .getMethod("getExecutorService")
                .invoke(null);
    }

    private static ReflectedObject executorInside(ReflectedObject pool) throws ReflectiveOperationException {
        return pool.fieldObject("threadPool");
    }

    /** A port has its socket before it is bound, which waits until the server has started. */
    @Override
    public boolean isRunning(ReflectedObject port) throws ReflectiveOperationException {
        ServerSocket socket = port.get() == null ? null : (ServerSocket) port.field("serverSocket");
        return socket != null && socket.isBound() && !socket.isClosed();
    }
}
