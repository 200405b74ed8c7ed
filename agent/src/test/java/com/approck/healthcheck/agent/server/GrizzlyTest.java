package com.approck.healthcheck.agent.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.agent.pool.MonitoredPool;
import com.approck.healthcheck.agent.pool.PoolStats;
import com.approck.healthcheck.agent.pool.ProgressSource;
import org.glassfish.grizzly.http.server.HttpHandler;
import org.glassfish.grizzly.http.server.HttpServer;
import org.glassfish.grizzly.http.server.NetworkListener;
import org.glassfish.grizzly.http.server.Request;
import org.glassfish.grizzly.http.server.Response;
import org.junit.jupiter.api.Test;

/** On an embedded Grizzly 4.0: 5.0 needs Java 21 to compile against. */
final class GrizzlyTest {
    private final FoundPools found = new FoundPools();

    @Test
    void workerPool_isFoundIdleThenStuck_untilTheServerStops() throws Exception {
        Hang hang = new Hang(1);
        HttpServer server = new HttpServer();
        NetworkListener listener = new NetworkListener("test", "localhost", 0);
        server.addListener(listener);
        server.getServerConfiguration()
                .addHttpHandler(
                        new HttpHandler() {
                            @Override
                            public void service(Request request, Response response) {
                                hang.serve();
                            }
                        },
                        "/");
        server.start();
        String name = "grizzly-" + listener.getPort();
        try {
            assertTrue(found.findServers().contains(name), found.names()::toString);
            MonitoredPool pool = found.pool(name);
            PoolStats stats = pool.read();
            int capacity = listener.getTransport().getWorkerThreadPoolConfig().getMaxPoolSize();
            assertEquals(capacity, stats.capacity());
            assertEquals(stats.alive(), pool.threads().size());
            assertEquals(0, stats.queued());
            assertEquals(ProgressSource.STACK, pool.progressSource());
            found.assertStaysIdle(name, "able=" + capacity + " stuck=0 capacity=" + capacity);

            try (Requests requests = Requests.send(1, listener.getPort())) {
                requests.awaitEntered(hang);
                found.awaitNumbers(name, "able=" + (capacity - 1) + " stuck=1 capacity=" + capacity);
                hang.release();
            }
        } finally {
            hang.release();
            server.shutdownNow();
        }
        assertFalse(found.names().contains(name));
    }

    @Test
    void hookedMethods_existInThisVersion() {
        FoundPools.assertHasHookedMethods(new Grizzly(), 2);
    }
}
