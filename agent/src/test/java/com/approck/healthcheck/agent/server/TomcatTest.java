package com.approck.healthcheck.agent.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.approck.healthcheck.agent.pool.MonitoredPool;
import com.approck.healthcheck.agent.pool.PoolStats;
import com.approck.healthcheck.agent.pool.ProgressSource;
import com.approck.healthcheck.agent.reflect.ModuleOpener;
import com.approck.healthcheck.agent.reflect.ReflectedObject;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.apache.catalina.connector.Connector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On an embedded Tomcat 11. */
final class TomcatTest {
    private final FoundPools found = new FoundPools();
    private final org.apache.catalina.startup.Tomcat tomcat = new org.apache.catalina.startup.Tomcat();
    private final Connector connector = new Connector();

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        tomcat.setBaseDir(folder.toString());
        connector.setPort(0);
        connector.setProperty("maxThreads", "12");
        connector.setProperty("minSpareThreads", "3");
        tomcat.setConnector(connector);
        tomcat.start();
    }

    @AfterEach
    void stop() throws Exception {
        tomcat.stop();
        tomcat.destroy();
    }

    @Test
    void endpoint_hasItsExecutorsMaximum_untilItStops() throws Exception {
        List<String> names = found.findServers();
        String name = names.stream()
                .filter(each -> each.startsWith("http-nio-auto-"))
                .findFirst()
                .orElseThrow(() -> new AssertionError(names.toString()));
        MonitoredPool pool = found.pool(name);
        PoolStats stats = pool.read();
        assertEquals(12, stats.capacity());
        assertEquals(3, stats.alive());
        assertEquals(0, stats.queued());
        assertFalse(stats.isUnbounded());
        Collection<Thread> workers = pool.threads();
        assertEquals(3, workers.size());
        assertEquals(ProgressSource.HOOK, pool.progressSource());
        assertNull(pool.deadIoThread());
        found.assertStaysIdle(name, "able=12 stuck=0 capacity=12");

        connector.stop();
        // The executor has terminated a moment before its threads have.
        for (Thread worker : workers) {
            worker.join(10_000);
        }
        assertTrue(pool.threads().isEmpty());
        assertFalse(found.names().contains(name), "seen at a sample, without a hook");
    }

    @Test
    void virtualThreads_leaveTheEndpointAsAnUnboundedPool() throws Exception {
        assumeTrue(Runtime.version().feature() >= 21, "virtual threads came with Java 21");
        connector.stop();
        connector.setProperty("useVirtualThreads", "true");
        connector.start();
        Object endpoint =
                new ReflectedObject(connector.getProtocolHandler(), new ModuleOpener(null)).call("getEndpoint");
        PoolStats stats = found.pool(found.started(endpoint).get(0)).read();
        assertTrue(stats.isUnbounded());
        assertTrue(stats.isVirtual());
    }

    @Test
    void ioThreads_areTheAcceptorAndThePoller() throws Exception {
        ReflectedObject endpoint =
                new ReflectedObject(connector.getProtocolHandler(), new ModuleOpener(null)).callObject("getEndpoint");
        assertEquals(2, new Tomcat().ioThreads(endpoint).size());
    }

    @Test
    void hookedMethods_existInThisVersion() {
        FoundPools.assertHasHookedMethods(new Tomcat(), 3);
    }
}
