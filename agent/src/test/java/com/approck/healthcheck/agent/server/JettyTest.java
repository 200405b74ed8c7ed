package com.approck.healthcheck.agent.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.approck.healthcheck.agent.pool.MonitoredPool;
import com.approck.healthcheck.agent.pool.PoolStats;
import com.approck.healthcheck.agent.pool.ProgressSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.VirtualThreadPool;
import org.junit.jupiter.api.Test;

/** On an embedded Jetty 12.1. */
final class JettyTest {
    private static final String NAME = "jetty-under-test";

    private final FoundPools found = new FoundPools();

    @Test
    void server_isItsPoolLessTheThreadsOfItsConnector_untilItStops() throws Exception {
        Server server = new Server(pool(NAME, 20));
        ServerConnector connector = new ServerConnector(server, 1, 2);
        server.addConnector(connector);
        server.start();
        try {
            assertTrue(found.findServers().contains(NAME), found.names()::toString);
            assertEquals(found.names(), found.started(server), "its own pool, found by its threads before");
            MonitoredPool pool = found.pool(NAME);
            PoolStats stats = pool.read();
            assertEquals(20 - 3, stats.capacity());
            assertEquals(3, stats.nonServing());
            assertTrue(stats.alive() >= 3, () -> stats.alive() + " threads");
            assertEquals(0, stats.queued());
            assertFalse(stats.isUnbounded());
            assertEquals(ProgressSource.HOOK, pool.progressSource());
            assertTrue(pool.isListening());
            found.assertStaysIdle(NAME, "able=17 stuck=0 capacity=17");
        } finally {
            server.stop();
        }
        assertFalse(found.names().contains(NAME));
    }

    @Test
    void serverWhoseConnectorsStillStart_isWatchedOnceAllThreadsAreLeased() throws Exception {
        CountDownLatch starting = new CountDownLatch(1);
        CountDownLatch letGo = new CountDownLatch(1);
        Server server = new Server(pool(NAME, 20));
        server.addConnector(new ServerConnector(server, 1, 2));
        server.addConnector(new ServerConnector(server, 1, 1) {
            @Override
            protected void doStart() throws Exception {
                starting.countDown();
                letGo.await();
                super.doStart();
            }
        });
        FutureTask<Void> started = new FutureTask<>(() -> {
            server.start();
            return null;
        });
        new Thread(started, "starts").start();
        try {
            starting.await();
            assertFalse(found.findServers().contains(NAME), found.names()::toString);
            assertFalse(found.started(server).contains(NAME), found.names()::toString);
            letGo.countDown();
            started.get();
            assertTrue(found.started(server).contains(NAME), found.names()::toString);
            assertEquals(20 - 5, found.pool(NAME).read().capacity());
        } finally {
            letGo.countDown();
            started.get();
            server.stop();
        }
    }

    @Test
    void permitsOfVirtualThreads_standForThePoolThatServesNobody() throws Exception {
        assumeTrue(Runtime.version().feature() >= 21, "virtual threads came with Java 21");
        QueuedThreadPool platform = pool(NAME, 20);
        VirtualThreadPool permits = new VirtualThreadPool(7);
        platform.setVirtualThreadsExecutor(permits);
        Server server = new Server(platform);
        server.addConnector(new ServerConnector(server, 1, 2));
        server.start();
        try {
            found.findServers();
            found.started(server);
            found.started(permits);
            assertEquals(1, found.names().size(), found.names()::toString);
            PoolStats stats = found.pool(found.names().get(0)).read();
            assertEquals(7, stats.capacity());
            assertEquals(0, stats.nonServing());
            assertEquals(0, stats.queued());
            assertTrue(stats.isVirtual());
        } finally {
            server.stop();
        }
        assertEquals(List.of(), found.names());
    }

    @Test
    void acceptorsAndSelectorsOnPermits_doNotServe() throws Exception {
        assumeTrue(Runtime.version().feature() >= 21, "virtual threads came with Java 21");
        VirtualThreadPool permits = new VirtualThreadPool(9);
        permits.setName(NAME);
        Server server = new Server(permits);
        server.addConnector(new ServerConnector(server, 1, 2));
        server.start();
        try {
            assertTrue(found.started(server).contains(NAME), found.names()::toString);
            PoolStats stats = found.pool(NAME).read();
            assertEquals(9, stats.capacity());
            assertEquals(3, stats.nonServing());
            assertTrue(stats.isVirtual());
        } finally {
            server.stop();
        }
    }

    @Test
    void poolOfAClient_isNotWatched() throws Exception {
        QueuedThreadPool client = pool("HttpClient@1f2e3d", 10);
        client.start();
        try {
            assertFalse(found.findServers().contains("HttpClient_1f2e3d"));
            assertEquals(
                    List.of("found " + QueuedThreadPool.class.getName()
                            + " of Jetty, not watched: no server that has started leases threads of it"),
                    found.skipped());
            found.findServers();
            assertEquals(1, found.skipped().size(), "each reason once");
        } finally {
            client.stop();
        }
    }

    @Test
    void hookedMethods_existInThisVersion() {
        FoundPools.assertHasHookedMethods(new Jetty(), 5);
    }

    private static QueuedThreadPool pool(String name, int maxThreads) {
        QueuedThreadPool pool = new QueuedThreadPool(maxThreads);
        pool.setName(name);
        return pool;
    }
}
