package com.approck.healthcheck.agent.server;

import com.approck.healthcheck.agent.pool.Discovery;
import com.approck.healthcheck.agent.pool.HookKind;
import com.approck.healthcheck.agent.pool.MethodHook;
import com.approck.healthcheck.agent.pool.OwnedPool;
import com.approck.healthcheck.agent.pool.PoolAdapter;
import com.approck.healthcheck.agent.pool.PoolStats;
import com.approck.healthcheck.agent.pool.ServerSupport;
import com.approck.healthcheck.agent.reflect.LiveThreads;
import com.approck.healthcheck.agent.reflect.ReflectedObject;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Pekko HTTP, and Akka HTTP before it: both serve on the default dispatcher of their actor system, as does Play on top of
 * them. The actor that listens on a port owns that dispatcher. Read from Pekko 1.0.0 and 1.1.5 with Pekko HTTP 1.0.0 and
 * 1.3.0, and from Akka 2.6.21 with Akka HTTP 10.2.10.
 *
 * <p>A system listens for other reasons too: for other members of a cluster. So it counts only if its extension for HTTP has
 * been created. What blocks may be given to other dispatchers, which are not watched.
 */
final class PekkoHttp implements ServerSupport, ExecutorAdapter {
    static final PekkoHttp PEKKO = new PekkoHttp("Pekko HTTP", "pekko", "org.apache.pekko.");
    static final PekkoHttp AKKA = new PekkoHttp("Akka HTTP", "akka", "akka.");

    private final String name;
    private final String poolName;
    private final String packages;
    private final String listener;

    private PekkoHttp(String name, String poolName, String packages) {
        this.name = name;
        this.poolName = poolName;
        this.packages = packages;
        this.listener = packages + "io.TcpListener";
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<MethodHook> hooks() {
        return Arrays.asList(
                new MethodHook(HookKind.POOL_STARTED, listener, "bound", packages + "io.ChannelRegistration"),
                new MethodHook(HookKind.POOL_STOPPED, listener, "postStop"));
    }

    /** The thread that selects has the references of actors attached to their sockets. */
    @Override
    public Discovery discovery() {
        return Discovery.ofOwners(listener).reachedThrough("java.nio.channels.Selector");
    }

    @Override
    public Collection<Object> ownersReachableFrom(ReflectedObject selector) throws ReflectiveOperationException {
        List<Object> listeners = new ArrayList<>();
        for (Object attached : ServerSockets.attachedTo((Selector) selector.get())) {
            ReflectedObject reference = selector.with(attached);
            if (reference.is(packages + "actor.LocalActorRef")) {
                ReflectedObject actor = reference.callObject("underlying").callObject("actor");
                if (actor.is(listener)) {
                    listeners.add(actor.get());
                }
            }
        }
        return listeners;
    }

    @Override
    public List<PoolAdapter> adapters() {
        return Collections.singletonList(this);
    }

    @Override
    public OwnedPool poolOf(ReflectedObject owner) throws ReflectiveOperationException {
        if (!isRunning(owner)) {
            return OwnedPool.none("its socket is closed");
        }
        ReflectedObject system = owner.callObject("context").callObject("system");
        if (!hasHttp(system)) {
            return OwnedPool.none("its actor system has no extension for HTTP, yet");
        }
        ReflectedObject dispatcher = system.callObject("dispatcher");
        return dispatcher.is(packages + "dispatch.Dispatcher")
                ? OwnedPool.of(dispatcher.callObject("executorService").call("executor"))
                : OwnedPool.none("its default dispatcher is of another kind than Dispatcher");
    }

    @Override
    public List<String> idleSelectorCallers() {
        return Collections.singletonList(packages + "io.SelectionHandler$");
    }

    @Override
    public PoolStats read(ReflectedObject pool, List<Object> owners) throws ReflectiveOperationException {
        return ExecutorAdapter.readExecutor(pool).withAcceptingThreads(selectingThreads(pool, owners));
    }

    /** Returns the threads of the pinned dispatchers on which the system selects. One that ends is replaced. */
    private Collection<List<Thread>> selectingThreads(ReflectedObject pool, List<Object> owners)
            throws ReflectiveOperationException {
        List<Thread> selecting = new ArrayList<>(1);
        for (Object owner : owners) {
            String system = (String)
                    pool.with(owner).callObject("context").callObject("system").call("name");
            for (Thread thread : LiveThreads.list()) {
                if (thread.getName().startsWith(system + "-" + poolName + ".io.pinned-dispatcher-")) {
                    selecting.add(thread);
                }
            }
        }
        return Collections.singleton(selecting);
    }

    private boolean hasHttp(ReflectedObject system) throws ReflectiveOperationException {
        for (Object id : ((Map<?, ?>) system.field("extensions")).keySet()) {
            if (id.getClass().getName().equals(packages + "http.scaladsl.Http$")) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String nameOf(ReflectedObject owner) throws ReflectiveOperationException {
        return poolName + "-" + channelOf(owner).socket().getLocalPort();
    }

    @Override
    public boolean isRunning(ReflectedObject listener) throws ReflectiveOperationException {
        ServerSocketChannel channel = channelOf(listener);
        return channel != null && channel.isOpen();
    }

    private static ServerSocketChannel channelOf(ReflectedObject listener) throws ReflectiveOperationException {
        return (ServerSocketChannel) listener.call("channel");
    }
}
