package com.approck.healthcheck.agent.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.approck.healthcheck.agent.Await;
import com.approck.healthcheck.agent.pool.MonitoredPool;
import com.approck.healthcheck.agent.pool.PoolStats;
import com.approck.healthcheck.agent.pool.ProgressSource;
import io.undertow.server.handlers.BlockingHandler;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

/** On an embedded Undertow 2.4. */
final class UndertowTest {
    private final FoundPools found = new FoundPools();

    @Test
    void worker_isItsTaskPoolAndItsIoThreads_untilItStops() throws Exception {
        Hang hang = new Hang(1);
        io.undertow.Undertow server = io.undertow.Undertow.builder()
                .addHttpListener(0, "localhost", exchange -> hang.serve())
                .setWorkerThreads(7)
                .setIoThreads(3)
                .build();
        server.start();
        try {
            List<String> names = found.findServers().stream()
                    .filter(name -> name.startsWith("XNIO-"))
                    .sorted()
                    .toList();
            assertEquals(2, names.size(), found.names()::toString);
            MonitoredPool tasks = found.pool(names.get(0));
            PoolStats stats = tasks.read();
            assertEquals(7, stats.capacity());
            assertEquals(0, stats.alive(), "its threads start with the first task");
            assertEquals(0, stats.queued());
            assertEquals(ProgressSource.HOOK, tasks.progressSource());

            assertEquals(names.get(0) + "-io", names.get(1));
            MonitoredPool io = found.pool(names.get(1));
            assertEquals(3, io.read().capacity());
            assertEquals(3, io.read().alive());
            assertEquals(ProgressSource.STACK, io.progressSource());
            found.assertStaysIdle(names.get(1), "able=3 stuck=0 capacity=3");

            int port = ((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort();
            try (Requests requests = Requests.send(1, port)) {
                requests.awaitEntered(hang);
                found.awaitNumbers(names.get(1), "able=2 stuck=1 capacity=3");
                hang.release();
            }
        } finally {
            hang.release();
            server.stop();
        }
        assertFalse(found.names().stream().anyMatch(name -> name.startsWith("XNIO-")), found.names()::toString);
    }

    @Test
    void requestsThatWaitForAWorker_areQueued() throws Exception {
        Hang hang = new Hang(1);
        io.undertow.Undertow server = io.undertow.Undertow.builder()
                .addHttpListener(0, "localhost", new BlockingHandler(exchange -> hang.serve()))
                .setWorkerThreads(1)
                .setIoThreads(1)
                .build();
        server.start();
        try {
            String name = found.findServers().stream()
                    .filter(each -> each.matches("XNIO-\\d+"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(found.names().toString()));
            int port = ((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort();
            try (Requests requests = Requests.send(6, port)) {
                requests.awaitEntered(hang);
                Await.until("five wait", () -> queued(name) == 5);
                hang.release();
                Await.until("none waits", () -> queued(name) == 0);
            }
        } finally {
            hang.release();
            server.stop();
        }
    }

    private int queued(String name) {
        try {
            return found.pool(name).read().queued();
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }

    @Test
    void hookedMethods_existInThisVersion() {
        FoundPools.assertHasHookedMethods(new Undertow(), 3);
    }
}
