package com.approck.healthcheck.agent.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import com.approck.healthcheck.agent.pool.OwnedPool;
import com.approck.healthcheck.agent.reflect.ModuleOpener;
import com.approck.healthcheck.agent.reflect.ReflectedObject;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Executors that servers give requests to, and the hooks in Undertow 2.4 and Vert.x 5. */
final class RequestExecutorsTest {
    private static final ModuleOpener OPENER = new ModuleOpener(null);

    private final RequestExecutors executors = new RequestExecutors();

    @Test
    void hookedMethods_existInTheseVersions() {
        FoundPools.assertHasHookedMethods(executors, 3);
    }

    @Test
    void boundedExecutor_isAPoolOnceItHasAThread() throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(2, task -> new Thread(task, "calls-1"));
        try {
            ReflectedObject owner = new ReflectedObject(executor, OPENER);
            assertEquals("it has no thread, yet", executors.poolOf(owner).reason());
            Future<?> ran = executor.submit(() -> {});
            ran.get();

            OwnedPool pool = executors.poolOf(owner);
            assertSame(executor, pool.pool());
            assertEquals("calls", executors.nameOf(owner));
            assertEquals(2, executors.read(owner, List.of(executor)).capacity());
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void executorWithoutABound_isNone() throws Exception {
        ExecutorService executor = Executors.newCachedThreadPool();
        try {
            assertSame(
                    null,
                    executors.poolOf(new ReflectedObject(executor, OPENER)).pool());
        } finally {
            executor.shutdownNow();
        }
    }

    /** A deployment of Undertow's without an executor of its own. */
    @Test
    void holderWithoutAnExecutor_hasNone() throws Exception {
        assertEquals(
                "it holds no executor",
                executors.poolOf(new ReflectedObject(new Object(), OPENER)).reason());
    }

    @Test
    void instrumentedExecutorOfMicronaut_isTheOneInside() throws Exception {
        ExecutorService inside = Executors.newFixedThreadPool(1);
        try {
            assertSame(inside, Servers.executorInside(new Instrumented(new Instrumented(inside)), OPENER));
        } finally {
            inside.shutdownNow();
        }
    }

    /** As an implementation of Micronaut's InstrumentedExecutor. */
    static final class Instrumented implements Executor {
        private final Executor target;

        Instrumented(Executor target) {
            this.target = target;
        }

        public Executor getTarget() {
            return target;
        }

        @Override
        public void execute(Runnable task) {
            target.execute(task);
        }
    }
}
