package com.approck.healthcheck.agent.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.agent.pool.PoolStats;
import com.approck.healthcheck.agent.pool.ProgressSource;
import com.approck.healthcheck.agent.reflect.ReflectedObject;
import com.approck.healthcheck.agent.server.NettyShapesTest.FakeServerChannel;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** On objects of a framework's shape: a channel's handler that leads to a server, which has an executor. */
final class NettyFrameworksShapesTest {
    private static final String HERE = NettyFrameworksShapesTest.class.getName();

    private final NettyFrameworks framework =
            new NettyFrameworks("Frame", Netty.PLAIN, "frame", HERE, Server.class.getName(), "workers", "executor");
    private final ExecutorService four = Executors.newFixedThreadPool(4);
    private final ForkJoinPool three = new ForkJoinPool(3);
    private final FakeServerChannel channel = new FakeServerChannel();
    private final Server server = new Server();

    @AfterEach
    void shutDown() {
        four.shutdown();
        three.shutdown();
    }

    @Test
    void executor_isFoundThroughWhatTheFrameworkHolds() throws ReflectiveOperationException {
        server.workers = new Workers(four);
        for (Object way : List.of(server, List.of(server), Map.of("key", server), new AtomicReference<>(server))) {
            handledBy(new Handler(new Handler(way)));
            assertSame(four, framework.poolOf(NettyShapesTest.reflect(channel)).pool());
        }
        assertEquals("frame-8080", framework.nameOf(NettyShapesTest.reflect(channel)));

        channel.open = false;
        assertNull(framework.poolOf(NettyShapesTest.reflect(channel)).pool());
    }

    @Test
    void executor_isFoundThroughTheChannelsHandlersIfThereIsNoAcceptor() throws ReflectiveOperationException {
        server.workers = new Workers(four);
        channel.pipeline.put("logging", new Object());
        assertNull(framework.poolOf(NettyShapesTest.reflect(channel)).pool());
        channel.pipeline.put("publisher", new Handler(server));
        assertSame(four, framework.poolOf(NettyShapesTest.reflect(channel)).pool());
    }

    @Test
    void executorInsideAnother_isTheOneThatWorks() throws ReflectiveOperationException {
        server.workers = new Workers(new Wrapper(four));
        handledBy(server);
        assertSame(four, framework.poolOf(NettyShapesTest.reflect(channel)).pool());
    }

    @Test
    void serverWithoutAnExecutor_hasNoPool() throws ReflectiveOperationException {
        handledBy(new Handler(server));
        assertNull(framework.poolOf(NettyShapesTest.reflect(channel)).pool(), "not started yet");
        server.workers = new Workers(null);
        assertNull(framework.poolOf(NettyShapesTest.reflect(channel)).pool(), "not started yet");
        server.workers = new Workers(new DirectExecutor());
        assertNull(framework.poolOf(NettyShapesTest.reflect(channel)).pool(), "works on the event loop");
    }

    @Test
    void serverOfAnotherFramework_hasNoPool() throws ReflectiveOperationException {
        server.workers = new Workers(four);
        handledBy(new Object[] {server});
        assertNull(framework.poolOf(NettyShapesTest.reflect(channel)).pool());
        assertNull(framework
                .poolOf(NettyShapesTest.reflect(new FakeServerChannel()))
                .pool());
    }

    @Test
    void executorsOfTheJdk_countForThemselves() throws ReflectiveOperationException {
        ReflectedObject fixed = NettyShapesTest.reflect(four);
        assertEquals(ProgressSource.COUNTER, framework.progressSource(fixed));
        assertEquals(4, read(fixed).capacity());
        assertFalse(read(fixed).isUnbounded());

        ReflectedObject forkJoin = NettyShapesTest.reflect(three);
        assertEquals(ProgressSource.STACK, framework.progressSource(forkJoin));
        assertEquals(3, read(forkJoin).capacity());
        assertEquals(Map.of(), framework.progress(forkJoin));
        assertEquals(List.of(), List.copyOf(framework.threads(forkJoin)));
    }

    @Test
    void executorOfAnotherKind_isAbleAsFarAsIsKnown() throws ReflectiveOperationException {
        ReflectedObject unknown = NettyShapesTest.reflect(new DirectExecutor());
        assertEquals(ProgressSource.HOOK, framework.progressSource(unknown));
        assertTrue(read(unknown).isUnbounded());
        assertEquals(Runtime.getRuntime().availableProcessors(), read(unknown).capacity());
        assertEquals(0, read(unknown).alive());
        assertEquals(0, read(unknown).queued());
    }

    private PoolStats read(ReflectedObject executor) throws ReflectiveOperationException {
        return framework.read(executor, List.of(channel));
    }

    private void handledBy(Object handler) {
        channel.pipeline.put("acceptor", new Acceptor(handler));
    }

    @SuppressWarnings("unused") // read by name
    private static final class Acceptor {
        private final Object childGroup = List.of();
        private final Object childHandler;

        Acceptor(Object childHandler) {
            this.childHandler = childHandler;
        }
    }

    @SuppressWarnings("unused") // read by name
    private static final class Handler {
        private static final Object NOT_FOLLOWED = new Server();
        private final Handler self = this;
        private final int number = 7;
        private final Object next;

        Handler(Object next) {
            this.next = next;
        }
    }

    private static final class Server {
        @SuppressWarnings("unused") // read by name
        private Workers workers;
    }

    static final class Workers {
        private final Executor delegate;

        Workers(Executor delegate) {
            this.delegate = delegate;
        }

        public Executor executor() {
            return delegate;
        }
    }

    static final class Wrapper implements Executor {
        private final ExecutorService inside;

        Wrapper(ExecutorService inside) {
            this.inside = inside;
        }

        public ExecutorService getThreadPoolExecutor() {
            return inside;
        }

        @Override
        public void execute(Runnable task) {
            inside.execute(task);
        }
    }

    private static final class DirectExecutor implements Executor {
        @Override
        public void execute(Runnable task) {
            task.run();
        }
    }
}
