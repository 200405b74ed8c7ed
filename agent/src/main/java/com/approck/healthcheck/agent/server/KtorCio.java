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
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Ktor CIO, which accepts, selects and runs its calls on the dispatcher {@code Dispatchers.IO} of Kotlin's coroutines: at most
 * 64 threads at once, unless {@code kotlinx.coroutines.io.parallelism} says otherwise. The server's socket owns that
 * dispatcher. Read from Ktor 2.0.0 and 3.5.2 with kotlinx.coroutines 1.6.1 and 1.11.0.
 *
 * <p>Threads of that dispatcher and of {@code Dispatchers.Default} are the same, {@code DefaultDispatcher-worker-*}. Each has a
 * state, which is {@code BLOCKING} while it is on work that may block. Other views of the same threads, as {@code
 * Dispatchers.IO.limitedParallelism} makes them, cannot be told apart: what hangs there counts as a worker of this pool.
 */
final class KtorCio implements ServerSupport, PoolAdapter {
    private static final String SERVER_SOCKET = "io.ktor.network.sockets.ServerSocketImpl";
    private static final String DISPATCHER = "kotlinx.coroutines.CoroutineDispatcher";
    private static final String IO = "kotlinx.coroutines.scheduling.DefaultIoScheduler";
    private static final String WORKER = "kotlinx.coroutines.scheduling.CoroutineScheduler$Worker";

    /** The threads of {@code Dispatchers.Default} and {@code Dispatchers.IO}; other schedulers name theirs otherwise. */
    private static final String THREAD_NAME = "DefaultDispatcher-worker-";

    @Override
    public String name() {
        return "Ktor CIO";
    }

    /** No method says once that a socket listens: {@code accept} is called for each connection. So a start is not hooked. */
    @Override
    public List<MethodHook> hooks() {
        return Collections.singletonList(new MethodHook(HookKind.POOL_STOPPED, SERVER_SOCKET, "close"));
    }

    @Override
    public Discovery discovery() {
        return Discovery.ofOwners(SERVER_SOCKET).reachedThrough("java.nio.channels.Selector");
    }

    @Override
    public Collection<Object> ownersReachableFrom(ReflectedObject selector) {
        List<Object> servers = new ArrayList<>();
        for (Object attached : ServerSockets.attachedTo((Selector) selector.get())) {
            if (selector.with(attached).is(SERVER_SOCKET)) {
                servers.add(attached);
            }
        }
        return servers;
    }

    @Override
    public List<PoolAdapter> adapters() {
        return Collections.singletonList(this);
    }

    /** The selector waits there for half a second at most, and then looks whether it is closed. */
    @Override
    public List<String> idleSelectorCallers() {
        return Collections.singletonList("io.ktor.network.selector.");
    }

    @Override
    public OwnedPool poolOf(ReflectedObject owner) throws ReflectiveOperationException {
        if (!isRunning(owner)) {
            return OwnedPool.none("its socket is closed");
        }
        ReflectedObject dispatcher = dispatcherIn(owner.fieldObject("selector").callObject("getCoroutineContext"));
        return dispatcher.is(IO)
                ? OwnedPool.of(dispatcher.field("default"))
                : OwnedPool.none("it is selected on another dispatcher than Dispatchers.IO");
    }

    /** Returns the dispatcher of a coroutine's context, around null if it has none. A context is a list from right to left. */
    private static ReflectedObject dispatcherIn(ReflectedObject context) throws ReflectiveOperationException {
        ReflectedObject rest = context;
        while (rest.hasField("left") && rest.hasField("element")) {
            ReflectedObject element = rest.fieldObject("element");
            if (element.is(DISPATCHER)) {
                return element;
            }
            rest = rest.fieldObject("left");
        }
        return rest.is(DISPATCHER) ? rest : rest.with(null);
    }

    @Override
    public String nameOf(ReflectedObject owner) throws ReflectiveOperationException {
        return "ktor-" + channelOf(owner).socket().getLocalPort();
    }

    @Override
    public boolean isRunning(ReflectedObject socket) throws ReflectiveOperationException {
        return channelOf(socket).isOpen();
    }

    private static ServerSocketChannel channelOf(ReflectedObject socket) throws ReflectiveOperationException {
        return (ServerSocketChannel) socket.field("channel");
    }

    @Override
    public PoolStats read(ReflectedObject pool, List<Object> owners) throws ReflectiveOperationException {
        int alive = 0;
        for (Thread thread : workers()) {
            alive += thread.isAlive() ? 1 : 0;
        }
        int capacity = Math.max(1, (Integer) pool.field("parallelism"));
        return PoolStats.bounded(capacity, alive, pool.fieldObject("queue").count("getSize"));
    }

    @Override
    public ProgressSource progressSource(ReflectedObject pool) {
        return ProgressSource.COUNTER;
    }

    /** The scheduler counts no tasks, but a thread that goes from one to the next uses CPU. */
    @Override
    public Map<Thread, Long> progress(ReflectedObject pool) throws ReflectiveOperationException {
        Map<Thread, Long> progress = new HashMap<>();
        for (Thread thread : workers()) {
            boolean onTask = "BLOCKING".equals(String.valueOf(pool.with(thread).field("state")));
            progress.put(thread, onTask ? 1L : 0L);
        }
        return progress;
    }

    @Override
    public Collection<Thread> threads(ReflectedObject pool) {
        return workers();
    }

    private static List<Thread> workers() {
        List<Thread> workers = new ArrayList<>();
        for (Thread thread : LiveThreads.list()) {
            if (thread.getClass().getName().equals(WORKER) && thread.getName().startsWith(THREAD_NAME)) {
                workers.add(thread);
            }
        }
        return workers;
    }
}
