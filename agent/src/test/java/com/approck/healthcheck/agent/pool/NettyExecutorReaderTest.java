package com.approck.healthcheck.agent.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.agent.pool.NettyReaderTest.FakeServerChannel;
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
final class NettyExecutorReaderTest {
    private static final String HERE = NettyExecutorReaderTest.class.getName();

    private final PoolReader reader =
            new NettyExecutorReader("frame", HERE, Server.class.getName(), List.of("workers", "executor"));
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
            assertSame(four, reader.poolOf(new Reflected(channel)));
        }
        assertEquals("frame-8080", reader.nameOf(new Reflected(channel)));

        channel.open = false;
        assertNull(reader.poolOf(new Reflected(channel)));
    }

    @Test
    void executorInsideAnother_isTheOneThatWorks() throws ReflectiveOperationException {
        server.workers = new Workers(new Wrapper(four));
        handledBy(server);
        assertSame(four, reader.poolOf(new Reflected(channel)));
    }

    @Test
    void serverWithoutAnExecutor_hasNoPool() throws ReflectiveOperationException {
        handledBy(new Handler(server));
        assertNull(reader.poolOf(new Reflected(channel)), "not started yet");
        server.workers = new Workers(null);
        assertNull(reader.poolOf(new Reflected(channel)), "not started yet");
        server.workers = new Workers(new DirectExecutor());
        assertNull(reader.poolOf(new Reflected(channel)), "works on the event loop");
    }

    @Test
    void serverOfAnotherFramework_hasNoPool() throws ReflectiveOperationException {
        server.workers = new Workers(four);
        handledBy(new Object[] {server});
        assertNull(reader.poolOf(new Reflected(channel)));
        assertNull(reader.poolOf(new Reflected(new FakeServerChannel())));
    }

    @Test
    void executorsOfTheJdk_countForThemselves() throws ReflectiveOperationException {
        Reflected fixed = new Reflected(four);
        assertEquals(Watch.COUNTER, reader.watch(fixed));
        assertEquals(4, reader.capacity(fixed));
        assertFalse(reader.isBoundless(fixed));

        Reflected forkJoin = new Reflected(three);
        assertEquals(Watch.STACK, reader.watch(forkJoin));
        assertEquals(3, reader.capacity(forkJoin));
        assertEquals(Map.of(), reader.progress(forkJoin));
        assertEquals(List.of(), List.copyOf(reader.threads(forkJoin)));
    }

    @Test
    void executorOfAnotherKind_isAbleAsFarAsIsKnown() throws ReflectiveOperationException {
        Reflected unknown = new Reflected(new DirectExecutor());
        assertEquals(Watch.HOOK, reader.watch(unknown));
        assertTrue(reader.isBoundless(unknown));
        assertEquals(Runtime.getRuntime().availableProcessors(), reader.capacity(unknown));
        assertEquals(0, reader.alive(unknown));
        assertEquals(0, reader.queued(unknown));
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
