package com.approck.healthcheck.agent.server;

import com.approck.healthcheck.agent.pool.Discovery;
import com.approck.healthcheck.agent.pool.HookKind;
import com.approck.healthcheck.agent.pool.MethodHook;
import com.approck.healthcheck.agent.pool.OwnedPool;
import com.approck.healthcheck.agent.pool.PoolAdapter;
import com.approck.healthcheck.agent.pool.ServerSupport;
import com.approck.healthcheck.agent.reflect.ReflectedObject;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;

/**
 * Executors of the application's own to which a server gives requests: by Undertow's {@code exchange.dispatch(executor, …)},
 * which is also how a servlet deployment uses the executor that was set for it, and the one for asynchronous requests, or by
 * {@code exchange.setDispatchExecutor(executor)} before a dispatch; the named worker pools of Vert.x; and the named executors
 * of Micronaut ({@code @ExecuteOn}, {@code thread-selection}). Each is a pool, from soon after the first such request until it
 * has ended. Read from Undertow 2.0.0, 2.2.41 and 2.4.4, from Vert.x 4.0.0, 4.5.13 and 5.2.3, and from Micronaut 4.0.0, 4.7.0
 * and 5.2.23.
 *
 * <p>Jetty, Tomcat, Vert.x, gRPC, Armeria, Grizzly and the JDK's server know the executor that they were given; there it is the
 * pool of the server.
 */
final class RequestExecutors implements ServerSupport, ExecutorAdapter {
    private static final String WORKER_POOL = "io.vertx.core.internal.WorkerPool";
    private static final String WORKER_POOL_OF_VERTX_4 = "io.vertx.core.impl.WorkerPool";

    private static final String EXCHANGE = "io.undertow.server.HttpServerExchange";

    /** A servlet deployment. It gives out the executor for asynchronous requests, which {@code execute} is called on. */
    private static final String DEPLOYMENT = "io.undertow.servlet.core.DeploymentImpl";

    private static final String EXECUTOR = "java.util.concurrent.Executor";
    private static final String SUPPLIER = "java.util.function.Supplier";

    /** The threads on which Vert.x reads files and looks up names. */
    private static final String INTERNAL = "vert.x-internal-blocking";

    @Override
    public String name() {
        return "the application";
    }

    /**
     * Those of Micronaut are static methods of interfaces. Whatever gives a request to an executor calls one of them. An executor
     * that was set for an exchange of Undertow's may never get a request, so the setter has no hook: the server calls the getter
     * once a request has been dispatched.
     */
    @Override
    public List<MethodHook> hooks() {
        return Arrays.asList(
                new MethodHook(HookKind.REQUEST_EXECUTOR, EXCHANGE, "dispatch", EXECUTOR, "java.lang.Runnable"),
                new MethodHook(HookKind.REQUEST_EXECUTOR_GETTER, EXCHANGE, "getDispatchExecutor"),
                new MethodHook(HookKind.REQUEST_EXECUTOR_HOLDER, DEPLOYMENT, "getAsyncExecutor"),
                new MethodHook(
                        HookKind.REQUEST_EXECUTOR,
                        "io.micronaut.core.execution.ExecutionFlow",
                        "async",
                        EXECUTOR,
                        SUPPLIER),
                new MethodHook(
                        HookKind.REQUEST_EXECUTOR,
                        "io.micronaut.http.reactive.execution.ReactiveExecutionFlow",
                        "async",
                        EXECUTOR,
                        SUPPLIER),
                new MethodHook(HookKind.REQUEST_EXECUTOR_HOLDER, WORKER_POOL, "executor"),
                new MethodHook(HookKind.REQUEST_EXECUTOR_HOLDER, WORKER_POOL_OF_VERTX_4, "executor"));
    }

    @Override
    public Map<String, String> executorWrappers() {
        Map<String, String> holders = new HashMap<>();
        holders.put(WORKER_POOL, "executor");
        holders.put(WORKER_POOL_OF_VERTX_4, "pool");
        holders.put(DEPLOYMENT, "deploymentInfo");
        holders.put("io.undertow.servlet.api.DeploymentInfo", "asyncExecutor");
        return holders;
    }

    /** By the hook alone. */
    @Override
    public Discovery discovery() {
        return Discovery.ofOwners();
    }

    @Override
    public List<PoolAdapter> adapters() {
        return Collections.singletonList(this);
    }

    /** The owner is the executor itself, inside any wrappers. It has no name before it has a thread. */
    @Override
    public OwnedPool poolOf(ReflectedObject owner) throws ReflectiveOperationException {
        if (!(owner.get() instanceof Executor)) {
            return OwnedPool.none("it holds no executor");
        }
        if (ExecutorAdapter.maxThreads(owner) == UNBOUNDED) {
            return OwnedPool.none("it has no bound, so a request that hangs there takes nothing from the others");
        }
        if (hasEnded(owner)) {
            return OwnedPool.none("it has ended");
        }
        String name = nameOf(owner);
        if (name.isEmpty()) {
            return OwnedPool.none("it has no thread, yet");
        }
        return name.equals(INTERNAL) ? OwnedPool.none("it serves Vert.x itself") : OwnedPool.of(owner.get());
    }

    @Override
    public String nameOf(ReflectedObject owner) throws ReflectiveOperationException {
        return ThreadNames.common(threads(owner), "");
    }

    @Override
    public boolean isStopped(ReflectedObject pool, List<Object> owners) {
        return hasEnded(pool);
    }

    private static boolean hasEnded(ReflectedObject executor) {
        Object object = executor.get();
        return object == null || (object instanceof ExecutorService && ((ExecutorService) object).isTerminated());
    }
}
