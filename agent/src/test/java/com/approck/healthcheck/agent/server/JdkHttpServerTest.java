package com.approck.healthcheck.agent.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.approck.healthcheck.agent.pool.PoolStats;
import com.approck.healthcheck.agent.pool.ProgressSource;
import com.approck.healthcheck.agent.reflect.ModuleOpener;
import com.approck.healthcheck.agent.reflect.ReflectedObject;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** On the HTTP server of the JDK that runs the test. */
final class JdkHttpServerTest {
    private final FoundPools found = new FoundPools();
    private final ExecutorService fixed = Executors.newFixedThreadPool(3);
    private HttpServer server;
    private String name;

    @BeforeEach
    void create() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        name = "httpserver-" + server.getAddress().getPort();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        fixed.shutdown();
    }

    @Test
    void serverWithoutAnExecutor_isAPoolOfOne() throws Exception {
        server.start();
        PoolStats stats = find();
        assertEquals(1, stats.capacity());
        assertEquals(1, stats.alive());
        assertEquals(1, found.pool(name).threads().size());
        found.assertStaysIdle(name, "able=1 stuck=0 capacity=1");
        server.stop(0);
        assertFalse(found.names().contains(name));
    }

    @Test
    void boundedExecutor_isThePool() throws Exception {
        server.setExecutor(fixed);
        server.start();
        PoolStats stats = find();
        assertEquals(3, stats.capacity());
        assertEquals(0, stats.alive());
        assertFalse(stats.isUnbounded());
        server.stop(0);
        assertFalse(found.names().contains(name), "seen at a sample, without a hook");
        FoundPools afterwards = new FoundPools();
        assertEquals(List.of(), afterwards.started(implementationOf(server)));
        assertEquals(
                List.of("found sun.net.httpserver.ServerImpl of JDK HttpServer, not watched: it is not running"),
                afterwards.skipped());
    }

    @Test
    void executorWithoutABound_leavesTheServerAsAnUnboundedPool() throws Exception {
        ExecutorService cached = Executors.newCachedThreadPool();
        server.setExecutor(cached);
        server.start();
        PoolStats stats = find();
        assertTrue(stats.isUnbounded());
        assertEquals(PoolStats.UNBOUNDED_CAPACITY, stats.capacity());
        assertFalse(stats.isVirtual());
        cached.shutdown();
    }

    @Test
    void executorOfVirtualThreads_isSeenAsSuch() throws Exception {
        assumeTrue(Runtime.version().feature() >= 21, "virtual threads came with Java 21");
        ExecutorService virtual = (ExecutorService)
                Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        server.setExecutor(virtual);
        server.start();
        PoolStats stats = find();
        assertTrue(stats.isUnbounded());
        assertTrue(stats.isVirtual());
        virtual.shutdown();
    }

    @Test
    void hookedMethods_existInThisVersion() {
        server.start();
        FoundPools.assertHasHookedMethods(new JdkHttpServer(), 3);
    }

    private static Object implementationOf(HttpServer server) throws ReflectiveOperationException {
        return new ReflectedObject(server, new ModuleOpener(null)).field("server");
    }

    private PoolStats find() throws ReflectiveOperationException {
        assertTrue(found.findServers().contains(name), found.names()::toString);
        assertEquals(ProgressSource.HOOK, found.pool(name).progressSource());
        return found.pool(name).read();
    }
}
