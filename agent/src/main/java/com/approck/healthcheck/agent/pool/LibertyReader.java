package com.approck.healthcheck.agent.pool;

import java.net.ServerSocket;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Open Liberty's default executor, on which it runs whatever comes in by its ports, and all else. Its open ports own it.
 * Read from 25.0.0.12, and from sources of 2018 and 2021.
 *
 * <p>Inside is an executor of java.util.concurrent, which is another one after each change of its settings; so the pool is
 * what holds it. It has few threads, and a controller that adds some whenever tasks wait and none is finished, up to the
 * configured maximum or {@code ThreadPoolController.maxThreadsToBreakHang}: that is the capacity, and not the size of the
 * moment. With all of the few on requests that hang, the next one is served after a second or two.
 */
final class LibertyReader implements PoolReader {
    private static final String PORT = "com.ibm.ws.tcpchannel.internal.TCPPort";
    private static final String BUNDLE = "com.ibm.websphere.channelfw.osgi.CHFWBundle";
    private static final String EXECUTOR = "com.ibm.ws.threading.internal.ExecutorServiceImpl";

    @Override
    public Object poolOf(Reflected owner) throws ReflectiveOperationException {
        if (!isOpen(owner)) {
            return null;
        }
        Object executor = Class.forName(BUNDLE, false, owner.get().getClass().getClassLoader())
                .getMethod("getExecutorService")
                .invoke(null);
        return new Reflected(executor).is(EXECUTOR) ? executor : null;
    }

    @Override
    public String nameOf(Reflected owner) throws ReflectiveOperationException {
        return (String) new Reflected(poolOf(owner)).call("getPoolName");
    }

    @Override
    public Object ownerOf(Reflected task) {
        return null;
    }

    @Override
    public Collection<Object> ownersBehind(Reflected found) {
        List<Object> ports = new ArrayList<>();
        for (Object attached : ServerSockets.attachedTo((Selector) found.get())) {
            if (new Reflected(attached).is(PORT)) {
                ports.add(attached);
            }
        }
        return ports;
    }

    @Override
    public boolean isStopped(Reflected pool, List<Object> owners) throws ReflectiveOperationException {
        for (Object port : owners) {
            if (isOpen(new Reflected(port))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int capacity(Reflected pool) throws ReflectiveOperationException {
        Reflected controller = new Reflected(pool.field("threadPoolController"));
        String limit = "maxThreadsToBreakHang";
        int added = (int) controller.field(controller.hasField(limit) ? limit : "MAX_THREADS_TO_BREAK_HANG");
        return Math.max(AnyExecutor.capacity(inside(pool)), Math.min((int) controller.field("maxThreads"), added));
    }

    @Override
    public boolean isBoundless(Reflected pool) {
        return false;
    }

    @Override
    public int alive(Reflected pool) throws ReflectiveOperationException {
        return AnyExecutor.alive(inside(pool));
    }

    @Override
    public int queued(Reflected pool) throws ReflectiveOperationException {
        return AnyExecutor.queued(inside(pool));
    }

    @Override
    public Watch watch() {
        return Watch.COUNTER;
    }

    @Override
    public Map<Thread, Long> progress(Reflected pool) throws ReflectiveOperationException {
        return AnyExecutor.progress(inside(pool));
    }

    @Override
    public Collection<Thread> threads(Reflected pool) throws ReflectiveOperationException {
        return AnyExecutor.threads(inside(pool));
    }

    private static Reflected inside(Reflected pool) throws ReflectiveOperationException {
        return new Reflected(pool.field("threadPool"));
    }

    /** A port has its socket before it is bound, which waits for the server to have started. */
    private static boolean isOpen(Reflected port) throws ReflectiveOperationException {
        ServerSocket socket = port.get() == null ? null : (ServerSocket) port.field("serverSocket");
        return socket != null && socket.isBound() && !socket.isClosed();
    }
}
