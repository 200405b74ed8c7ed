package com.approck.healthcheck.agent.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.agent.pool.PoolStats;
import com.approck.healthcheck.agent.pool.ProgressSource;
import com.linecorp.armeria.common.HttpResponse;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** On Vert.x 5.2, gRPC 1.85 and Armeria 1.40, embedded. */
final class NettyFrameworksTest {
    private final FoundPools found = new FoundPools();

    @Test
    void vertx_isItsWorkerPool_idleThenStuck_untilItsServerCloses() throws Exception {
        Hang hang = new Hang(1);
        Vertx vertx = Vertx.vertx(new VertxOptions().setWorkerPoolSize(6));
        try {
            HttpServer server = vertx.createHttpServer()
                    .requestHandler(request -> vertx.executeBlocking(() -> {
                                hang.serve();
                                return null;
                            })
                            .onComplete(done -> request.response().end()))
                    .listen(0, "localhost")
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get();
            String name = "vertx-" + server.actualPort();
            assertTrue(found.findServers().contains(name), found.names()::toString);
            assertTrue(found.names().contains("netty-" + server.actualPort()), found.names()::toString);
            PoolStats stats = found.pool(name).read();
            assertEquals(6, stats.capacity());
            assertEquals(0, stats.queued());
            assertFalse(stats.isUnbounded());
            assertEquals(ProgressSource.COUNTER, found.pool(name).progressSource());
            found.assertStaysIdle(name, "able=6 stuck=0 capacity=6");

            try (Requests requests = Requests.send(1, server.actualPort())) {
                requests.awaitEntered(hang);
                found.awaitNumbers(name, "able=5 stuck=1 capacity=6");
                hang.release();
            }
            server.close().toCompletionStage().toCompletableFuture().get();
            assertFalse(found.names().contains(name));
        } finally {
            hang.release();
            vertx.close().toCompletionStage().toCompletableFuture().get();
        }
    }

    @Test
    void armeria_isItsBlockingExecutor_idleThenStuck_untilItsServerStops() throws Exception {
        Hang hang = new Hang(1);
        com.linecorp.armeria.server.Server server = com.linecorp.armeria.server.Server.builder()
                .http(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .blockingTaskExecutor(5)
                .serviceUnder("/", (context, request) -> {
                    context.blockingTaskExecutor().execute(hang::serve);
                    return HttpResponse.of(200);
                })
                .build();
        server.start().get();
        try {
            String name = "armeria-" + server.activeLocalPort();
            assertTrue(found.findServers().contains(name), found.names()::toString);
            assertTrue(found.names().contains("netty-" + server.activeLocalPort()), found.names()::toString);
            assertEquals(5, found.pool(name).read().capacity());
            assertEquals(0, found.pool(name).read().alive());
            assertEquals(ProgressSource.COUNTER, found.pool(name).progressSource());
            found.assertStaysIdle(name, "able=5 stuck=0 capacity=5");

            try (Requests requests = Requests.send(1, server.activeLocalPort())) {
                requests.awaitEntered(hang);
                found.awaitNumbers(name, "able=4 stuck=1 capacity=5");
                hang.release();
            }
            server.stop().get();
            assertFalse(found.names().contains(name));
        } finally {
            hang.release();
            server.stop().get();
        }
    }

    @Test
    void grpc_isItsExecutor_untilItsServerShutsDown() throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(4);
        Server server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .executor(executor)
                .build()
                .start();
        try {
            String name = "grpc-" + server.getPort();
            assertTrue(found.findServers().contains(name), found.names()::toString);
            assertTrue(found.names().contains("netty-" + server.getPort()), found.names()::toString);
            assertEquals(4, found.pool(name).read().capacity());
            assertEquals(0, found.pool(name).read().alive());
            assertEquals(ProgressSource.COUNTER, found.pool(name).progressSource());
            found.assertStaysIdle(name, "able=4 stuck=0 capacity=4");

            assertTrue(server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS));
            assertFalse(found.names().contains(name));
        } finally {
            server.shutdownNow();
            executor.shutdown();
        }
    }

    @Test
    void grpcThatServesOnTheEventLoop_hasNoExecutorToWatch() throws Exception {
        Server server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .directExecutor()
                .build()
                .start();
        try {
            assertTrue(found.findServers().contains("netty-" + server.getPort()), found.names()::toString);
            assertFalse(found.names().contains("grpc-" + server.getPort()));
            assertTrue(
                    found.skipped().stream()
                            .anyMatch(sentence -> sentence.endsWith(
                                    " of gRPC, not watched: its server runs requests on the event loop")),
                    found.skipped()::toString);
        } finally {
            assertTrue(server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS));
        }
    }
}
