package com.approck.healthcheck.agent.server;

import com.approck.healthcheck.agent.consumer.ConsumerGroups;
import com.approck.healthcheck.agent.pool.ServerSupport;
import com.approck.healthcheck.agent.reflect.ModuleOpener;
import com.approck.healthcheck.agent.reflect.ReflectedObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The servers that are supported. */
public final class Servers {
    /** Has the executors of the application's own to which servers give requests. */
    public static final ServerSupport REQUEST_EXECUTORS = new RequestExecutors();

    /**
     * Every supported server, and every supported library of consumers. To support another server, add its file to this package
     * and a line here.
     */
    public static final List<ServerSupport> ALL = withConsumers(
            new Jetty(),
            new Tomcat(),
            new Undertow(),
            new JdkHttpServer(),
            new Helidon(),
            new Grizzly(),
            new OpenLiberty(),
            Netty.PLAIN,
            Netty.IN_GRPC,
            NettyFrameworks.VERTX,
            NettyFrameworks.GRPC,
            NettyFrameworks.GRPC_SHADED,
            NettyFrameworks.ARMERIA,
            NettyFrameworks.PLAY,
            NettyFrameworks.PLAY_ON_AKKA,
            new KtorNetty(),
            new KtorCio(),
            PekkoHttp.PEKKO,
            PekkoHttp.AKKA,
            new ModuleFrameworks(),
            REQUEST_EXECUTORS,
            new JdkExecutors(),
            new Quartz());

    private Servers() {}

    /** Returns the executor that does the work of an executor, inside any wrappers. */
    public static Object executorInside(Object executor, ModuleOpener opener) throws ReflectiveOperationException {
        return ExecutorAdapter.unwrap(new ReflectedObject(executor, opener));
    }

    private static List<ServerSupport> withConsumers(ServerSupport... servers) {
        List<ServerSupport> all = new ArrayList<>(Arrays.asList(servers));
        all.addAll(ConsumerGroups.libraries());
        return Collections.unmodifiableList(all);
    }

    /** Returns the executors that only wrap another, with the field that holds it: those of all servers. */
    static Map<String, String> executorWrappers() {
        return Wrappers.FIELD_BY_CLASS;
    }

    /** Initialised only when the first executor is read. */
    private static final class Wrappers {
        static final Map<String, String> FIELD_BY_CLASS = new HashMap<>();

        static {
            for (ServerSupport server : ALL) {
                FIELD_BY_CLASS.putAll(server.executorWrappers());
            }
        }
    }
}
