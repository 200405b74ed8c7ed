package com.approck.healthcheck.agent.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.agent.pool.PoolStats;
import com.approck.healthcheck.agent.reflect.ModuleOpener;
import com.approck.healthcheck.agent.reflect.ReflectedObject;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** On objects of Netty's shape, in its versions: channels, pipelines, loops, and what a loop has registered. */
final class NettyShapesTest {
    private static final ModuleOpener OPENER = new ModuleOpener(null);

    private final Netty netty = Netty.PLAIN;
    private final Group group = new Group();
    private final FakeServerChannel server = new FakeServerChannel();

    @Test
    void serversPool_isTheChildGroupOfItsAcceptorWhileItIsOpen() throws ReflectiveOperationException {
        server.pipeline.put("logging", new Object());
        server.pipeline.put("acceptor", new Acceptor(group));

        assertSame(group, netty.poolOf(reflect(server)).pool());
        server.open = false;
        assertNull(netty.poolOf(reflect(server)).pool());
    }

    @Test
    void poolOfAServerWithoutAnAcceptor_isTheGroupOfItsOwnLoopOnceItIsBound() throws ReflectiveOperationException {
        server.pipeline.put("publisher", new Object());
        server.eventLoop = new Loop();
        server.eventLoop.parent = group;

        assertNull(netty.poolOf(reflect(server)).pool(), "its acceptor may come");
        server.bound = true;
        assertSame(group, netty.poolOf(reflect(server)).pool());
        server.eventLoop.parent = null;
        assertSame(server.eventLoop, netty.poolOf(reflect(server)).pool());
        server.open = false;
        assertNull(netty.poolOf(reflect(server)).pool());
    }

    @Test
    void connectionsOfAServer_areHandledByTheAcceptorsHandler_orByAllIfThereIsNoAcceptor()
            throws ReflectiveOperationException {
        server.pipeline.put("logging", "logger");
        server.pipeline.put("publisher", "publisher");
        assertEquals(List.of("logger", "publisher"), List.copyOf(netty.handlersOf(reflect(server))));
        server.pipeline.put("acceptor", new Acceptor(group));
        assertEquals(List.of(), List.copyOf(netty.handlersOf(reflect(server))), "not known");
    }

    @Test
    void name_isThatOfThePort() throws ReflectiveOperationException {
        assertEquals("netty-8080", netty.nameOf(reflect(server)));
        server.localAddress = new SocketAddress() {
            private static final long serialVersionUID = 1L;
        };
        assertEquals("netty", netty.nameOf(reflect(server)));
    }

    @Test
    void loops_areAbleBeforeTheirThreadsStartAndNoMoreOnceTheyHaveEnded() throws ReflectiveOperationException {
        ReflectedObject pool = reflect(group);
        group.loops.addAll(List.of(new Loop(), new Loop(), new Loop()));
        group.loops.get(0).thread = Thread.currentThread();
        group.loops.get(1).thread = new Thread(() -> {}, "not started");

        PoolStats stats = netty.read(pool, List.of());
        assertEquals(3, stats.capacity());
        assertEquals(1, stats.alive());
        assertEquals(0, stats.queued());
        assertEquals(Set.of(Thread.currentThread()), netty.progress(pool).keySet());
        assertEquals(List.of(Thread.currentThread()), List.copyOf(netty.threads(pool)));
        group.loops.get(2).terminated = true;
        assertEquals(2, netty.read(pool, List.of()).capacity());
    }

    @Test
    void loopThatAccepts_isKnownWhoseGroupEverItIs() throws ReflectiveOperationException {
        ReflectedObject pool = reflect(group);
        group.loops.add(new Loop());
        server.eventLoop = group.loops.get(0);
        assertEquals(List.of(), acceptingThreads(pool));

        server.eventLoop.thread = Thread.currentThread();
        assertEquals(List.of(List.of(Thread.currentThread())), acceptingThreads(pool));
        server.eventLoop = new Loop();
        server.eventLoop.thread = new Thread(() -> {}, "acceptor of its own");
        assertEquals(List.of(List.of(server.eventLoop.thread)), acceptingThreads(pool));
        server.open = false;
        assertEquals(List.of(), acceptingThreads(pool));
    }

    @Test
    void pool_endsWithTheLastServerThatIsOpen() throws ReflectiveOperationException {
        FakeServerChannel other = new FakeServerChannel();

        assertFalse(netty.isStopped(reflect(group), List.of(server, other)));
        server.open = false;
        assertFalse(netty.isStopped(reflect(group), List.of(server, other)));
        assertTrue(netty.isStopped(reflect(group), List.of(server)));
        assertTrue(netty.isStopped(reflect(group), List.of()), "its channel has been collected");
    }

    @Test
    void serversOfALoopWithASelector_areFoundAndConnectionsAreNot() throws Exception {
        server.pipeline.put("acceptor", new Acceptor(group));
        try (Selector selector = Selector.open();
                ServerSocketChannel listening = ServerSocketChannel.open();
                SocketChannel connection = SocketChannel.open()) {
            register(connection, selector, new FakeServerChannel());
            SelectionKey key = register(listening, selector, server);
            Loop loop = new SelectorLoop(selector);
            assertEquals(List.of(server), List.copyOf(netty.ownersReachableFrom(reflect(loop))));

            key.attach(server.registration());
            loop = new LoopWithIoHandler(new SelectorLoop(selector));
            assertEquals(List.of(server), List.copyOf(netty.ownersReachableFrom(reflect(loop))));
        }
    }

    @Test
    void serversOfANativeLoop_areFoundAndConnectionsAreNot() throws ReflectiveOperationException {
        server.pipeline.put("acceptor", new Acceptor(group));
        NativeLoop loop = new NativeLoop();
        loop.channels.put(7, server);
        loop.channels.put(8, new FakeServerChannel());
        loop.channels.put(9, new Object());
        assertEquals(List.of(server), List.copyOf(netty.ownersReachableFrom(reflect(loop))));

        NativeIoHandler handler = new NativeIoHandler();
        handler.registrations.put(7, server.registration());
        assertEquals(List.of(server), List.copyOf(netty.ownersReachableFrom(reflect(new LoopWithIoHandler(handler)))));
    }

    @Test
    void loopOfAnotherKind_leadsNowhere() throws ReflectiveOperationException {
        assertEquals(List.of(), List.copyOf(netty.ownersReachableFrom(reflect(new Loop()))));
    }

    private List<Collection<Thread>> acceptingThreads(ReflectedObject pool) throws ReflectiveOperationException {
        return List.copyOf(netty.read(pool, List.of(server)).acceptingThreads());
    }

    static ReflectedObject reflect(Object object) {
        return new ReflectedObject(object, OPENER);
    }

    private static SelectionKey register(
            java.nio.channels.SelectableChannel channel, Selector selector, Object attachment) throws IOException {
        channel.configureBlocking(false);
        return channel.register(selector, 0, attachment);
    }

    /** What is public in Netty's channels; without an acceptor that of a client or of one connection. */
    static final class FakeServerChannel {
        final Map<String, Object> pipeline = new LinkedHashMap<>();
        boolean open = true;
        boolean bound;
        Loop eventLoop;
        SocketAddress localAddress = InetSocketAddress.createUnresolved("localhost", 8080);

        public boolean isOpen() {
            return open;
        }

        public boolean isActive() {
            return bound;
        }

        public Loop eventLoop() {
            return eventLoop;
        }

        public SocketAddress localAddress() {
            return localAddress;
        }

        public Iterable<Map.Entry<String, Object>> pipeline() {
            return pipeline.entrySet();
        }

        /** As since Netty 4.2. */
        Object registration() {
            return new Registration(new Unsafe());
        }

        final class Unsafe {
            @Override
            public String toString() {
                // Keeps the reference to the channel, which the compiler drops where it is not used.
                return "unsafe of " + isOpen();
            }
        }
    }

    @SuppressWarnings("unused") // read by name
    private static final class Registration {
        private final Object handle;

        Registration(Object handle) {
            this.handle = handle;
        }
    }

    @SuppressWarnings("unused") // read by name
    private static final class Acceptor {
        private final Object childGroup;

        Acceptor(Object childGroup) {
            this.childGroup = childGroup;
        }
    }

    static final class Group implements Iterable<Loop> {
        final List<Loop> loops = new ArrayList<>();

        @Override
        public Iterator<Loop> iterator() {
            return loops.iterator();
        }
    }

    static class Loop {
        @SuppressWarnings("unused") // read by name
        private volatile Thread thread;

        Group parent;
        boolean terminated;

        public Group parent() {
            return parent;
        }

        public boolean isTerminated() {
            return terminated;
        }
    }

    @SuppressWarnings("unused") // read by name
    private static final class SelectorLoop extends Loop {
        private final Selector selector;

        SelectorLoop(Selector selector) {
            this.selector = selector;
        }
    }

    @SuppressWarnings("unused") // read by name
    private static final class LoopWithIoHandler extends Loop {
        private final Object ioHandler;

        LoopWithIoHandler(Object ioHandler) {
            this.ioHandler = ioHandler;
        }
    }

    private static final class NativeLoop extends Loop {
        private final Map<Integer, Object> channels = new LinkedHashMap<>();
    }

    private static final class NativeIoHandler {
        private final Map<Integer, Object> registrations = new LinkedHashMap<>();
    }
}
