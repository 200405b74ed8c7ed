package com.approck.healthcheck.agent.pool;

import java.net.InetSocketAddress;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The event loops that serve the connections of a Netty server: those of its child group. The server's channel owns them,
 * so that the loops of clients count nowhere, and a group that both share counts while the server is open. Read from
 * Netty 4.1.0, 4.1.53, 4.1.140, 4.2.7 and 4.2.20 and from Reactor Netty 1.0.0 and 1.3.0, whose acceptor is its own.
 *
 * <p>Loops start their threads late and may suspend them, and are able all the while. One that has ended though its
 * server goes on is never started again, and counts no more.
 */
final class NettyReader implements PoolReader {
    @Override
    public Object poolOf(Reflected owner) throws ReflectiveOperationException {
        return ServerSockets.isOpen(owner) ? new Reflected(acceptor(owner)).field("childGroup") : null;
    }

    @Override
    public String nameOf(Reflected owner) throws ReflectiveOperationException {
        return withPort("netty", owner);
    }

    @Override
    public Object ownerOf(Reflected task) {
        return null;
    }

    @Override
    public Collection<Object> ownersBehind(Reflected found) throws ReflectiveOperationException {
        return serversOn(found);
    }

    @Override
    public boolean isStopped(Reflected pool, List<Object> owners) throws ReflectiveOperationException {
        return !ServerSockets.isAnyOpen(owners);
    }

    @Override
    public boolean isBoundless(Reflected pool) {
        return false;
    }

    @Override
    public int capacity(Reflected pool) throws ReflectiveOperationException {
        int able = 0;
        for (Object loop : loops(pool)) {
            able += (Boolean) new Reflected(loop).call("isTerminated") ? 0 : 1;
        }
        return able;
    }

    @Override
    public int alive(Reflected pool) throws ReflectiveOperationException {
        return progress(pool).size();
    }

    @Override
    public Collection<? extends Collection<Thread>> acceptors(Reflected pool, List<Object> owners)
            throws ReflectiveOperationException {
        // More than one for an address: Linux lets many channels listen there (SO_REUSEPORT).
        Map<Object, List<Thread>> acceptors = new HashMap<>();
        Set<Thread> workers = progress(pool).keySet();
        for (Object owner : owners) {
            Reflected channel = new Reflected(owner);
            Thread thread = ServerSockets.isOpen(channel) ? threadOf(new Reflected(channel.call("eventLoop"))) : null;
            if (thread != null) {
                acceptors
                        .computeIfAbsent(channel.call("localAddress"), address -> new ArrayList<>())
                        .add(thread);
            }
        }
        acceptors.values().removeIf(threads -> !workers.containsAll(threads));
        return acceptors.values();
    }

    @Override
    public int queued(Reflected pool) {
        // The loops would have to be asked, and one that hangs gives no answer.
        return 0;
    }

    @Override
    public Watch watch() {
        return Watch.STACK;
    }

    @Override
    public Collection<Thread> threads(Reflected pool) throws ReflectiveOperationException {
        Collection<Thread> threads = new ArrayList<>();
        for (Object loop : loops(pool)) {
            Thread thread = threadOf(new Reflected(loop));
            if (thread != null && thread.isAlive()) {
                threads.add(thread);
            }
        }
        return threads;
    }

    /** Null before it starts, while it is suspended, and for a loop that has no thread of its own. */
    private static Thread threadOf(Reflected loop) throws ReflectiveOperationException {
        return loop.hasField("thread") ? (Thread) loop.field("thread") : null;
    }

    /** The servers whose connections that loop accepts. */
    static List<Object> serversOn(Reflected loop) throws ReflectiveOperationException {
        List<Object> servers = new ArrayList<>();
        for (Object channel : channels(loop)) {
            // Its name is asked first: there may be thousands of connections. Those of clients accept nothing.
            if (channel.getClass().getName().contains("Server") && acceptor(new Reflected(channel)) != null) {
                servers.add(channel);
            }
        }
        return servers;
    }

    static String withPort(String name, Reflected channel) throws ReflectiveOperationException {
        Object address = channel.call("localAddress");
        return address instanceof InetSocketAddress ? name + "-" + ((InetSocketAddress) address).getPort() : name;
    }

    /** The handler that gives a server's new connections to its child group: Netty's own, or another framework's. */
    static Object acceptor(Reflected channel) throws ReflectiveOperationException {
        for (Object named : (Iterable<?>) channel.call("pipeline")) {
            Object handler = ((Map.Entry<?, ?>) named).getValue();
            if (new Reflected(handler).hasField("childGroup")) {
                return handler;
            }
        }
        return null;
    }

    /** A group iterates over its loops, of whatever class it is. */
    private static Iterable<?> loops(Reflected group) throws ReflectiveOperationException {
        Object object = group.get();
        if (object == null) {
            throw new ReflectiveOperationException("the pool is gone");
        }
        return (Iterable<?>) object;
    }

    /** The channels that are registered with a loop; with a selector, those of servers only. */
    private static List<Object> channels(Reflected loop) throws ReflectiveOperationException {
        // Since Netty 4.2 a loop leaves its channels to a handler of input and output.
        Reflected holder = loop.hasField("ioHandler") ? new Reflected(loop.field("ioHandler")) : loop;
        List<Object> channels = new ArrayList<>();
        if (holder.hasField("selector")) {
            for (Object registered : ServerSockets.attachedTo((Selector) holder.field("selector"))) {
                channels.add(channelOf(registered));
            }
            return channels;
        }
        // Netty's own transports: epoll, kqueue, io_uring.
        for (String table : new String[] {"channels", "registrations"}) {
            if (holder.hasField(table)) {
                for (Object registered : ((Map<?, ?>) holder.field(table)).values()) {
                    channels.add(channelOf(registered));
                }
            }
        }
        return channels;
    }

    /** What is registered is the channel, or since Netty 4.2 a registration of the channel's inner part. */
    private static Object channelOf(Object registered) throws ReflectiveOperationException {
        Reflected registration = new Reflected(registered);
        return registration.hasField("handle")
                ? new Reflected(registration.field("handle")).field("this$0")
                : registered;
    }
}
