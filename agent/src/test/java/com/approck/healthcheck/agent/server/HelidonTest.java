package com.approck.healthcheck.agent.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.agent.pool.PoolStats;
import io.helidon.webserver.ServerListener;
import java.util.List;
import org.junit.jupiter.api.Test;

/** On an object of the shape of Helidon 4's listener: the library needs Java 21 to compile against. */
final class HelidonTest {
    private final FoundPools found = new FoundPools();
    private final ServerListener listener = new ServerListener();

    @Test
    void listener_isAnUnboundedPool_whileItsThreadAccepts() throws Exception {
        listener.set(true, Thread.currentThread());
        assertEquals(List.of("helidon-8081"), found.started(listener));
        PoolStats stats = found.pool("helidon-8081").read();
        assertTrue(stats.isUnbounded());
        assertTrue(stats.isVirtual());
        assertEquals(PoolStats.UNBOUNDED_CAPACITY, stats.capacity());
        assertEquals(0, stats.alive());
        assertEquals(0, stats.queued());

        listener.set(true, new Thread(() -> {}, "died"));
        assertEquals(List.of(), found.names());
    }

    @Test
    void listenerThatDoesNotRun_isNotWatched() {
        listener.set(false, Thread.currentThread());
        assertEquals(List.of(), found.started(listener));
        assertEquals(
                List.of(
                        "found io.helidon.webserver.ServerListener of Helidon, not watched: it does not accept connections"),
                found.skipped());
    }
}
