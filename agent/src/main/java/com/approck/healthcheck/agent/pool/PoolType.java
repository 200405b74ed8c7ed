package com.approck.healthcheck.agent.pool;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * One row of the table of pools: which methods of a server tell that a pool starts or stops and that a task runs, and how
 * its pool is read. To add a server is to add a row. Immutable.
 */
public final class PoolType {
    /** What a hooked method means. */
    public enum HookKind {
        /** The pool, or its owner, has started once the method returns. */
        POOL_STARTED,
        /** The pool, or its owner, has stopped once the method ends, however it ends. */
        POOL_STOPPED,
        /** The thread is on a request while the method runs. */
        TASK,
        /** A class loader looks for a class: it is made to find the hook, for the classes that it loads. */
        BOOT_DELEGATION
    }

    /** A method to be hooked: by exact class, name and argument types. Immutable. */
    public static final class MethodHook {
        private final String className;
        private final String method;
        private final List<String> argumentTypes;
        private final HookKind kind;
        private boolean optional;

        /** Names are binary names, of argument types as of classes. */
        public MethodHook(HookKind kind, String className, String method, String... argumentTypes) {
            this.kind = kind;
            this.className = className;
            this.method = method;
            this.argumentTypes = Collections.unmodifiableList(Arrays.asList(argumentTypes));
        }

        /** The same method, of which it is no news that some versions of the class do not have it. */
        MethodHook inSomeVersions() {
            MethodHook copy = new MethodHook(kind, className, method, argumentTypes.toArray(new String[0]));
            copy.optional = true;
            return copy;
        }

        /** Whether some versions of the class do not have the method. */
        public boolean isOptional() {
            return optional;
        }

        /** The binary name of the class that declares the method. */
        public String className() {
            return className;
        }

        /** The method's name. */
        public String method() {
            return method;
        }

        /** The binary names of the method's argument types. */
        public List<String> argumentTypes() {
            return argumentTypes;
        }

        /** What its call means. */
        public HookKind kind() {
            return kind;
        }
    }

    private static final String JETTY = "org.eclipse.jetty.server.Server";
    private static final String JETTY_WEBSOCKET = "org.eclipse.jetty.websocket.";
    private static final String JETTY_THREADS = "org.eclipse.jetty.util.thread.";
    private static final String TOMCAT = "org.apache.tomcat.util.net.AbstractEndpoint";
    private static final String XNIO_WORKER = "org.xnio.XnioWorker";
    private static final String JDK_HTTP_SERVER = "sun.net.httpserver.ServerImpl";
    private static final String HELIDON_LISTENER = "io.helidon.webserver.ServerListener";
    private static final String GRIZZLY_SERVER = "org.glassfish.grizzly.nio.transport.TCPNIOServerConnection";
    private static final String LIBERTY_PORT = "com.ibm.ws.tcpchannel.internal.TCPPort";
    private static final PoolType NETTY = netty("");
    private static final PoolType NETTY_OF_GRPC = netty("io.grpc.netty.shaded.");
    private static final PoolReader VERTX = new NettyExecutorReader(
            "vertx", "io.vertx.", "io.vertx.core.impl.VertxImpl", Arrays.asList("workerPool", "executor"));
    private static final PoolReader GRPC = new NettyExecutorReader(
            "grpc", "io.grpc.", "io.grpc.internal.ServerImpl", Collections.singletonList("executor"));

    /**
     * Every pool that is found without configuration. The methods and capacities are those of the servers' own sources;
     * each reader names the versions it was read from.
     */
    public static final List<PoolType> SERVERS = Collections.unmodifiableList(Arrays.asList(
            // HandlerInvoker.run (Jetty 12) and HttpChannel.handle (before) span one request; the pool's own runJob
            // does
            // not: acceptors and selectors sit in one for ever, and a selector may run a request inside its own.
            new PoolType(
                            "Jetty",
                            JETTY,
                            new JettyReader(),
                            new MethodHook(HookKind.POOL_STARTED, JETTY, "doStart"),
                            new MethodHook(HookKind.POOL_STOPPED, JETTY, "doStop"),
                            new MethodHook(HookKind.POOL_STOPPED, JETTY_THREADS + "QueuedThreadPool", "doStop"),
                            new MethodHook(HookKind.POOL_STOPPED, JETTY_THREADS + "ExecutorThreadPool", "doStop"),
                            new MethodHook(HookKind.POOL_STOPPED, JETTY_THREADS + "VirtualThreadPool", "doStop"),
                            new MethodHook(
                                    HookKind.TASK,
                                    "org.eclipse.jetty.server.internal.HttpChannelState$HandlerInvoker",
                                    "run"),
                            new MethodHook(HookKind.TASK, "org.eclipse.jetty.server.HttpChannel", "handle"),
                            // From Jetty 12 on what a request does later, when it is dispatched again or its body can
                            // be
                            // read on, is outside the handler.
                            new MethodHook(HookKind.TASK, "org.eclipse.jetty.ee11.servlet.ServletChannel", "handle"),
                            new MethodHook(HookKind.TASK, "org.eclipse.jetty.ee10.servlet.ServletChannel", "handle"),
                            new MethodHook(HookKind.TASK, "org.eclipse.jetty.ee9.nested.HttpChannel", "handle"),
                            new MethodHook(HookKind.TASK, "org.eclipse.jetty.ee8.nested.HttpChannel", "handle"),
                            // The messages of WebSockets, in Jetty 12, in 10 and 11, and in 9.4.
                            new MethodHook(HookKind.TASK, JETTY_WEBSOCKET + "core.WebSocketConnection", "onFillable"),
                            new MethodHook(HookKind.TASK, JETTY_WEBSOCKET + "core.WebSocketConnection", "run"),
                            new MethodHook(
                                    HookKind.TASK, JETTY_WEBSOCKET + "core.internal.WebSocketConnection", "onFillable"),
                            new MethodHook(HookKind.TASK, JETTY_WEBSOCKET + "core.internal.WebSocketConnection", "run"),
                            new MethodHook(
                                    HookKind.TASK,
                                    JETTY_WEBSOCKET + "common.io.AbstractWebSocketConnection",
                                    "onFillable"))
                    .foundAs(
                            JETTY_THREADS + "QueuedThreadPool",
                            JETTY_THREADS + "ExecutorThreadPool",
                            JETTY_THREADS + "VirtualThreadPool")
                    .listedIn("org.eclipse.jetty.server.ShutdownMonitor$Holder"),
            // The endpoint owns the pool: with an external executor it has no pool of its own, and its start tells of
            // both. SocketProcessorBase.run is final and runs on whatever thread serves the request; Tomcat 8.5.0 has a
            // run in each of the classes below it.
            new PoolType(
                    "Tomcat",
                    TOMCAT,
                    new TomcatReader(),
                    new MethodHook(HookKind.POOL_STARTED, TOMCAT, "start"),
                    new MethodHook(HookKind.POOL_STOPPED, TOMCAT, "stop"),
                    new MethodHook(HookKind.TASK, "org.apache.tomcat.util.net.SocketProcessorBase", "run"),
                    new MethodHook(HookKind.TASK, "org.apache.tomcat.util.net.NioEndpoint$SocketProcessor", "run")
                            .inSomeVersions(),
                    new MethodHook(HookKind.TASK, "org.apache.tomcat.util.net.Nio2Endpoint$SocketProcessor", "run")
                            .inSomeVersions(),
                    new MethodHook(HookKind.TASK, "org.apache.tomcat.util.net.AprEndpoint$SocketProcessor", "run")
                            .inSomeVersions()),
            // The server's socket is what makes a worker one of a server. Before jboss-threads 3.2 a task has no run.
            new PoolType(
                    "Undertow",
                    XNIO_WORKER,
                    new XnioReader(),
                    new MethodHook(
                            HookKind.POOL_STARTED,
                            XNIO_WORKER,
                            "createStreamConnectionServer",
                            "java.net.SocketAddress",
                            "org.xnio.ChannelListener",
                            "org.xnio.OptionMap"),
                    new MethodHook(HookKind.POOL_STOPPED, XNIO_WORKER, "taskPoolTerminated"),
                    new MethodHook(HookKind.TASK, "org.jboss.threads.EnhancedQueueExecutor$Task", "run")
                            .inSomeVersions()),
            new PoolType("Undertow", XNIO_WORKER, new XnioLoopsReader()),
            new PoolType(
                    "JDK HttpServer",
                    JDK_HTTP_SERVER,
                    new JdkHttpServerReader(),
                    new MethodHook(HookKind.POOL_STARTED, JDK_HTTP_SERVER, "start"),
                    new MethodHook(HookKind.POOL_STOPPED, JDK_HTTP_SERVER, "stop", "int"),
                    new MethodHook(HookKind.TASK, JDK_HTTP_SERVER + "$Exchange", "run")),
            new PoolType(
                    "Helidon",
                    HELIDON_LISTENER,
                    new HelidonReader(),
                    new MethodHook(HookKind.POOL_STARTED, HELIDON_LISTENER, "start"),
                    new MethodHook(HookKind.POOL_STOPPED, HELIDON_LISTENER, "stop")),
            // Nothing leads from its workers to its sockets, but the threads of its selectors wait in them.
            new PoolType(
                            "Grizzly",
                            GRIZZLY_SERVER,
                            new GrizzlyReader(),
                            new MethodHook(HookKind.POOL_STARTED, GRIZZLY_SERVER, "listen"),
                            new MethodHook(HookKind.POOL_STOPPED, GRIZZLY_SERVER, "preClose"))
                    .foundThrough("java.nio.channels.Selector"),
            // A port that is opened before the server has started is bound once it has.
            new PoolType(
                            "Open Liberty",
                            LIBERTY_PORT,
                            new LibertyReader(),
                            new MethodHook(HookKind.POOL_STARTED, LIBERTY_PORT, "initServerSocket"),
                            new MethodHook(HookKind.POOL_STARTED, LIBERTY_PORT, "finishInitServerSocket")
                                    .inSomeVersions(),
                            new MethodHook(HookKind.POOL_STOPPED, LIBERTY_PORT, "destroyServerSocket"))
                    .foundThrough("java.nio.channels.Selector"),
            NETTY,
            NETTY_OF_GRPC,
            // What these give work to is found behind the channels of Netty's servers.
            NETTY.withExecutor("Vert.x", VERTX),
            NETTY.withExecutor("gRPC", GRPC),
            NETTY_OF_GRPC.withExecutor("gRPC", GRPC)));

    /**
     * The executors of java.util.concurrent and Quartz's, watched where the names of their threads match a setting. Nothing
     * is hooked: advice in these classes would run in every corner of the JVM, and a ForkJoinPool schedules its virtual
     * threads.
     */
    public static final List<PoolType> EXECUTORS = Collections.unmodifiableList(Arrays.asList(
            new PoolType(
                    "java.util.concurrent", "java.util.concurrent.ThreadPoolExecutor", new ThreadPoolExecutorReader()),
            new PoolType("java.util.concurrent", "java.util.concurrent.ForkJoinPool", new ForkJoinPoolReader()),
            new PoolType("Quartz", "org.quartz.simpl.SimpleThreadPool", new QuartzReader())));

    private final String server;
    private final String ownerClass;
    private final PoolReader reader;
    private final List<MethodHook> hooked;
    private final List<String> foundClasses;
    private final String wayClass;
    private final String listClass;

    /** @param ownerClass the binary name of the class whose objects are the pool, or own it: those that start and stop */
    PoolType(String server, String ownerClass, PoolReader reader, MethodHook... hooked) {
        this(server, ownerClass, reader, Arrays.asList(hooked), Collections.emptyList(), "", "");
    }

    private PoolType(
            String server,
            String ownerClass,
            PoolReader reader,
            List<MethodHook> hooked,
            List<String> foundClasses,
            String wayClass,
            String listClass) {
        this.server = server;
        this.ownerClass = ownerClass;
        this.reader = reader;
        this.hooked = Collections.unmodifiableList(hooked);
        this.foundClasses = foundClasses;
        this.wayClass = wayClass;
        this.listClass = listClass;
    }

    /** The server's channels are the owners, and they are what Netty's clients don't have. */
    private static PoolType netty(String relocated) {
        String channel = relocated + "io.netty.channel.";
        List<String> servers = new ArrayList<>();
        List<MethodHook> hooked = new ArrayList<>();
        for (String server : new String[] {
            "socket.nio.NioServerSocketChannel",
            "socket.nio.NioServerDomainSocketChannel",
            "epoll.EpollServerSocketChannel",
            "epoll.EpollServerDomainSocketChannel",
            "kqueue.KQueueServerSocketChannel",
            "kqueue.KQueueServerDomainSocketChannel",
            "uring.IoUringServerSocketChannel"
        }) {
            servers.add(channel + server);
            hooked.add(new MethodHook(HookKind.POOL_STARTED, channel + server, "doBind", "java.net.SocketAddress"));
        }
        // The others close where connections do; that they have is seen with the next sample.
        hooked.add(new MethodHook(HookKind.POOL_STOPPED, servers.get(0), "doClose"));
        return new PoolType("Netty", servers.get(0), new NettyReader(), hooked.toArray(new MethodHook[0]))
                .foundAs(servers.toArray(new String[0]))
                .foundThrough(channel + "SingleThreadEventLoop");
    }

    /** The same row, with further classes whose objects own pools or, where no thread leads to owners, are pools. */
    private PoolType foundAs(String... ownerClasses) {
        return new PoolType(server, ownerClass, reader, hooked, Arrays.asList(ownerClasses), wayClass, listClass);
    }

    /** The row of a framework whose servers are those of this row, which hooks them, and have an executor besides. */
    private PoolType withExecutor(String framework, PoolReader executorReader) {
        return new PoolType(
                framework, ownerClass, executorReader, Collections.emptyList(), foundClasses, wayClass, listClass);
    }

    /** The same row, with a class whose objects lead from threads to owners in a way that the reader alone knows. */
    private PoolType foundThrough(String className) {
        return new PoolType(server, ownerClass, reader, hooked, foundClasses, className, listClass);
    }

    /** The same row, with a class in whose static fields the server keeps a list of owners that the reader can read. */
    private PoolType listedIn(String className) {
        return new PoolType(server, ownerClass, reader, hooked, foundClasses, wayClass, className);
    }

    /** The server's name, for people. */
    public String server() {
        return server;
    }

    /** The methods to hook. */
    public List<MethodHook> hooked() {
        return hooked;
    }

    PoolReader reader() {
        return reader;
    }

    /** Whether objects of that class own pools of this type. */
    boolean isOwner(Class<?> type) {
        if (isOrExtends(type, ownerClass)) {
            return true;
        }
        for (String found : foundClasses) {
            if (isOrExtends(type, found)) {
                return true;
            }
        }
        return false;
    }

    /** Whether the reader knows the way from objects of that class to owners. */
    boolean leadsToOwners(Class<?> type) {
        return isOrExtends(type, wayClass);
    }

    /** The class in whose static fields the reader can read a list of owners; empty if there is none. */
    String listClass() {
        return listClass;
    }

    /** The methods that run one request each, as {@code class.method} of a stack's frame. */
    Set<String> taskMethods() {
        Set<String> methods = new HashSet<>();
        for (MethodHook one : hooked) {
            if (one.kind == HookKind.TASK) {
                methods.add(one.className + "." + one.method);
            }
        }
        return methods;
    }

    /** Whether objects of that class are tasks of such a pool. */
    boolean isTask(Class<?> type) {
        for (MethodHook one : hooked) {
            if (one.kind == HookKind.TASK && isOrExtends(type, one.className)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOrExtends(Class<?> type, String className) {
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            if (c.getName().equals(className)) {
                return true;
            }
        }
        return false;
    }
}
