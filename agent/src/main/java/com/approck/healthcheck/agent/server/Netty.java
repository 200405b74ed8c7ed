package com.approck.healthcheck.agent.server;

import com.approck.healthcheck.agent.pool.Discovery;
import com.approck.healthcheck.agent.pool.HookKind;
import com.approck.healthcheck.agent.pool.MethodHook;
import com.approck.healthcheck.agent.pool.OwnedPool;
import com.approck.healthcheck.agent.pool.PoolAdapter;
import com.approck.healthcheck.agent.pool.PoolStats;
import com.approck.healthcheck.agent.pool.ProgressSource;
import com.approck.healthcheck.agent.pool.ServerSupport;
import com.approck.healthcheck.agent.reflect.ReflectedObject;
import java.net.InetSocketAddress;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The event loops that serve the connections of a Netty server: those of its child group. The server's channel owns them, so
 * that the loops of clients count nowhere, and a group that both share counts while the server is open. Read from Netty
 * 4.1.0, 4.1.53, 4.1.140, 4.2.7 and 4.2.20 and from Reactor Netty 1.0.0 and 1.3.0, whose acceptor is its own.
 *
 * <p>A server that is started by a {@code Bootstrap}, and not by a {@code ServerBootstrap}, has no child group: its own handler
 * registers each connection with some loop. Play does so, with loops of the group that accepts. That group is the pool then.
 *
 * <p>Loops start their threads late and may suspend them, and are able all the while. One that has ended though its server
 * goes on is never started again, and no longer counts.
 */
final class Netty implements ServerSupport, PoolAdapter {
    /** Netty under its own package names. */
    static final Netty PLAIN = new Netty("");

    /** The copy inside {@code grpc-netty-shaded}. */
    static final Netty IN_GRPC = new Netty("io.grpc.netty.shaded.");

    private static final String[] SERVER_CHANNELS = {
        "socket.nio.NioServerSocketChannel",
        "socket.nio.NioServerDomainSocketChannel",
        "epoll.EpollServerSocketChannel",
        "epoll.EpollServerDomainSocketChannel",
        "kqueue.KQueueServerSocketChannel",
        "kqueue.KQueueServerDomainSocketChannel",
        "uring.IoUringServerSocketChannel"
    };

    private final String channelPackage;

    /** @param relocation what a relocated copy has before its package names, with a dot at the end */
    private Netty(String relocation) {
        this.channelPackage = relocation + "io.netty.channel.";
    }

    @Override
    public String name() {
        return "Netty";
    }

    /** All but the first share {@code doClose} with connections, so it is not hooked: the next sample sees that they closed. */
    @Override
    public List<MethodHook> hooks() {
        List<MethodHook> hooks = new ArrayList<>();
        for (String channel : serverChannels()) {
            hooks.add(new MethodHook(HookKind.POOL_STARTED, channel, "doBind", "java.net.SocketAddress"));
        }
        hooks.add(new MethodHook(HookKind.POOL_STOPPED, serverChannels()[0], "doClose"));
        return hooks;
    }

    @Override
    public Discovery discovery() {
        return Discovery.ofOwners(serverChannels()).reachedThrough(channelPackage + "SingleThreadEventLoop");
    }

    @Override
    public Collection<Object> ownersReachableFrom(ReflectedObject loop) throws ReflectiveOperationException {
        List<Object> servers = new ArrayList<>();
        for (Object channel : channels(loop)) {
            // The class name first: there may be thousands of connections.
            if (channel.getClass().getName().contains("Server") && accepts(loop.with(channel))) {
                servers.add(channel);
            }
        }
        return servers;
    }

    /** Netty's own transports, and its loops that have no selector. */
    @Override
    public List<String> idleFrames() {
        return Arrays.asList(
                "netty.channel.epoll.Native.epollWait",
                "netty.channel.kqueue.Native.keventWait",
                "netty.channel.uring.Native.ioUringEnter",
                "netty.util.concurrent.SingleThreadEventExecutor.takeTask");
    }

    @Override
    public List<String> idleSelectorCallers() {
        return Collections.singletonList("netty.channel.nio.");
    }

    @Override
    public List<PoolAdapter> adapters() {
        return Collections.singletonList(this);
    }

    @Override
    public OwnedPool poolOf(ReflectedObject owner) throws ReflectiveOperationException {
        if (!isRunning(owner)) {
            return OwnedPool.none("its channel is closed");
        }
        Object acceptor = acceptor(owner);
        if (acceptor != null) {
            Object childGroup = owner.with(acceptor).field("childGroup");
            return childGroup == null ? OwnedPool.none("its acceptor has no child group") : OwnedPool.of(childGroup);
        }
        // A ServerBootstrap adds its acceptor before it binds.
        if (!owner.isTrue("isActive")) {
            return OwnedPool.none("its channel is not bound and has no handler with a child group, yet");
        }
        ReflectedObject loop = owner.callObject("eventLoop");
        Object group = loop.call("parent");
        return OwnedPool.of(group == null ? loop.get() : group);
    }

    @Override
    public Collection<?> handlersOf(ReflectedObject owner) throws ReflectiveOperationException {
        return connectionHandlers(owner);
    }

    @Override
    public String nameOf(ReflectedObject owner) throws ReflectiveOperationException {
        return nameWithPort("netty", owner);
    }

    @Override
    public boolean isRunning(ReflectedObject owner) throws ReflectiveOperationException {
        return owner.isTrue("isOpen");
    }

    @Override
    public PoolStats read(ReflectedObject pool, List<Object> owners) throws ReflectiveOperationException {
        return readLoops(pool).withAcceptingThreads(acceptingThreads(pool, owners));
    }

    /** Queued tasks are not read: the loops would have to be asked, and one that hangs does not answer. */
    static PoolStats readLoops(ReflectedObject group) throws ReflectiveOperationException {
        int capacity = 0;
        for (Object loop : loops(group)) {
            capacity += group.with(loop).isTrue("isTerminated") ? 0 : 1;
        }
        return PoolStats.bounded(capacity, "its event loops", threadsOf(group).size(), 0);
    }

    @Override
    public ProgressSource progressSource(ReflectedObject pool) {
        return ProgressSource.STACK;
    }

    @Override
    public Collection<Thread> threads(ReflectedObject pool) throws ReflectiveOperationException {
        return threadsOf(pool);
    }

    /** Returns the live threads of a group. */
    static Collection<Thread> threadsOf(ReflectedObject group) throws ReflectiveOperationException {
        Set<Thread> threads = new HashSet<>();
        for (Object loop : loops(group)) {
            Thread thread = threadOf(group.with(loop));
            if (thread != null && thread.isAlive()) {
                threads.add(thread);
            }
        }
        return threads;
    }

    /** Returns, for each address, the threads of the loops that accept there: workers of the pool or, mostly, another group's. */
    private static Collection<List<Thread>> acceptingThreads(ReflectedObject pool, List<Object> owners)
            throws ReflectiveOperationException {
        // More than one for an address: Linux lets many channels listen there (SO_REUSEPORT).
        Map<Object, List<Thread>> byAddress = new HashMap<>();
        for (Object owner : owners) {
            ReflectedObject channel = pool.with(owner);
            // A loop with a channel is never suspended, so it has a thread.
            Thread thread = channel.isTrue("isOpen") ? threadOf(channel.callObject("eventLoop")) : null;
            if (thread != null) {
                byAddress
                        .computeIfAbsent(channel.call("localAddress"), address -> new ArrayList<>())
                        .add(thread);
            }
        }
        return byAddress.values();
    }

    private String[] serverChannels() {
        String[] names = new String[SERVER_CHANNELS.length];
        for (int i = 0; i < names.length; i++) {
            names[i] = channelPackage + SERVER_CHANNELS[i];
        }
        return names;
    }

    static String nameWithPort(String name, ReflectedObject channel) throws ReflectiveOperationException {
        Object address = channel.call("localAddress");
        return address instanceof InetSocketAddress ? name + "-" + ((InetSocketAddress) address).getPort() : name;
    }

    /** Returns whether a channel is a server's; that of a client or a connection may have such a name, too. */
    private boolean accepts(ReflectedObject channel) throws ReflectiveOperationException {
        for (String server : serverChannels()) {
            if (channel.is(server)) {
                return true;
            }
        }
        return acceptor(channel) != null;
    }

    /**
     * Returns the handler that gives a server's new connections to its child group: Netty's own, or another framework's; null if
     * there is none.
     */
    static Object acceptor(ReflectedObject channel) throws ReflectiveOperationException {
        for (Object handler : handlers(channel)) {
            if (channel.with(handler).hasField("childGroup")) {
                return handler;
            }
        }
        return null;
    }

    /** Returns what handles a server's new connections: its acceptor's handler or, without an acceptor, all handlers. */
    static Collection<Object> connectionHandlers(ReflectedObject channel) throws ReflectiveOperationException {
        ReflectedObject acceptor = channel.with(acceptor(channel));
        if (acceptor.get() == null) {
            return handlers(channel);
        }
        Object handler = acceptor.hasField("childHandler") ? acceptor.field("childHandler") : null;
        return handler == null ? Collections.emptySet() : Collections.singleton(handler);
    }

    private static List<Object> handlers(ReflectedObject channel) throws ReflectiveOperationException {
        List<Object> handlers = new ArrayList<>();
        for (Object named : (Iterable<?>) channel.call("pipeline")) {
            handlers.add(((Map.Entry<?, ?>) named).getValue());
        }
        return handlers;
    }

    /** Returns null before the loop starts, while it is suspended, and for a loop that has no thread of its own. */
    private static Thread threadOf(ReflectedObject loop) throws ReflectiveOperationException {
        return loop.hasField("thread") ? (Thread) loop.field("thread") : null;
    }

    /** A group of any class iterates over its loops. */
    private static Iterable<?> loops(ReflectedObject group) throws ReflectiveOperationException {
        Object object = group.get();
        if (object == null) {
            throw new ReflectiveOperationException("the object has been collected");
        }
        return (Iterable<?>) object;
    }

    /** Returns the channels that are registered with a loop; with a selector, those of servers only. */
    private static List<Object> channels(ReflectedObject loop) throws ReflectiveOperationException {
        // Since Netty 4.2 a loop leaves its channels to a handler of input and output.
        ReflectedObject holder = loop.hasField("ioHandler") ? loop.fieldObject("ioHandler") : loop;
        List<Object> channels = new ArrayList<>();
        if (holder.hasField("selector")) {
            for (Object registered : ServerSockets.attachedTo((Selector) holder.field("selector"))) {
                channels.add(channelOf(loop.with(registered)));
            }
            return channels;
        }
        // Netty's own transports: epoll, kqueue, io_uring.
        for (String table : new String[] {"channels", "registrations"}) {
            if (holder.hasField(table)) {
                for (Object registered : ((Map<?, ?>) holder.field(table)).values()) {
                    channels.add(channelOf(loop.with(registered)));
                }
            }
        }
        return channels;
    }

    /** A loop has registered the channel or, since Netty 4.2, a registration of the channel's inner part. */
    private static Object channelOf(ReflectedObject registered) throws ReflectiveOperationException {
        return registered.hasField("handle") ? registered.fieldObject("handle").field("this$0") : registered.get();
    }
}
