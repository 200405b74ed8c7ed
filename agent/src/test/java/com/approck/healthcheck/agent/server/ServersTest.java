package com.approck.healthcheck.agent.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.agent.pool.MethodHook;
import com.approck.healthcheck.agent.pool.ServerSupport;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What holds for every supported server. */
final class ServersTest {
    @Test
    void everyServer_hasANameAndAtLeastOneKindOfPool() {
        for (ServerSupport server : Servers.ALL) {
            assertFalse(server.name().isEmpty());
            assertEquals(server instanceof ModuleFrameworks, server.adapters().isEmpty(), server.name());
            assertEquals(server.adapters(), server.adapters(), "the same adapters at each call: " + server.name());
        }
    }

    @Test
    void noMethod_isHookedByTwoServers() {
        Set<String> seen = new HashSet<>();
        List<String> twice = new ArrayList<>();
        for (ServerSupport server : Servers.ALL) {
            for (MethodHook hook : server.hooks()) {
                String method = hook.className() + "." + hook.method() + hook.argumentTypes();
                if (!seen.add(method)) {
                    twice.add(method);
                }
            }
        }
        assertEquals(List.of(), twice);
        assertTrue(seen.size() > 30, () -> seen.size() + " methods");
    }

    @Test
    void executorWrappers_areThoseOfAllServers() {
        assertEquals(
                Set.of(
                        "org.apache.catalina.core.StandardThreadExecutor",
                        "org.glassfish.grizzly.threadpool.GrizzlyExecutorService",
                        "java.util.concurrent.Executors$DelegatedExecutorService",
                        "com.linecorp.armeria.common.util.DefaultBlockingTaskExecutor",
                        "com.linecorp.armeria.server.UnstoppableScheduledExecutorService",
                        "io.micrometer.core.instrument.internal.TimedScheduledExecutorService",
                        "io.quarkus.runtime.util.NoopShutdownScheduledExecutorService",
                        "io.vertx.core.internal.WorkerPool",
                        "io.vertx.core.impl.WorkerPool",
                        "io.undertow.servlet.core.DeploymentImpl",
                        "io.undertow.servlet.api.DeploymentInfo"),
                Servers.executorWrappers().keySet());
    }
}
