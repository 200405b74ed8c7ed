package com.approck.healthcheck.agent.server;

import com.approck.healthcheck.agent.reflect.LiveThreads;
import com.approck.healthcheck.agent.reflect.ModuleOpener;
import com.approck.healthcheck.agent.reflect.ReflectedObject;
import com.sun.net.httpserver.HttpServer;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Collection;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.apache.catalina.connector.Connector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.glassfish.grizzly.http.server.NetworkListener;
import org.glassfish.grizzly.nio.NIOConnection;
import org.glassfish.grizzly.nio.SelectorHandler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What accepts the connections of each embedded server hangs, while all its workers are idle. */
final class AcceptorsTest {
    private final FoundPools found = new FoundPools();
    private final Hang hang = new Hang(1);

    @AfterEach
    void release() {
        hang.release();
    }

    @Test
    void nettysBossLoop() throws Exception {
        EventLoopGroup boss = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(3, NioIoHandler.newFactory());
        Channel server = new ServerBootstrap()
                .group(boss, loops)
                .channel(NioServerSocketChannel.class)
                .handler(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext context, Object connection) {
                        hang.serve();
                        context.fireChannelRead(connection);
                    }
                })
                .childHandler(new ChannelInboundHandlerAdapter())
                .bind("localhost", 0)
                .sync()
                .channel();
        try {
            int port = ((InetSocketAddress) server.localAddress()).getPort();
            assertHangIsSeen("netty-" + port, 3, () -> Requests.send(1, port));
        } finally {
            hang.release();
            server.close().sync();
            boss.shutdownGracefully(0, 0, TimeUnit.SECONDS).sync();
            loops.shutdownGracefully(0, 0, TimeUnit.SECONDS).sync();
        }
    }

    @Test
    void vertxsAcceptor() throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            int port = vertx.createHttpServer()
                    .requestHandler(request -> request.response().end())
                    .listen(0, "localhost")
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get()
                    .actualPort();
            EventLoopGroup acceptor = (EventLoopGroup) reflect(vertx).call("acceptorEventLoopGroup");
            assertHangIsSeen("netty-" + port, 1, () -> acceptor.next().execute(hang::serve));
        } finally {
            hang.release();
            vertx.close().toCompletionStage().toCompletableFuture().get();
        }
    }

    @Test
    void grpcsBossLoop() throws Exception {
        io.grpc.Server server = NettyServerBuilder.forAddress(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .build()
                .start();
        try {
            String name = "netty-" + server.getPort();
            found.findServers();
            int capacity = found.pool(name).read().capacity();
            Executor boss = (Executor) ((Iterable<?>)
                            reflect(server).fieldObject("transportServer").field("bossGroup"))
                    .iterator()
                    .next();
            assertHangIsSeen(name, capacity, () -> boss.execute(hang::serve));
        } finally {
            hang.release();
            server.shutdownNow().awaitTermination();
        }
    }

    @Test
    void undertowsAcceptThread() throws Exception {
        io.undertow.Undertow server = io.undertow.Undertow.builder()
                .addHttpListener(0, "localhost", exchange -> {})
                .setWorkerThreads(7)
                .setIoThreads(3)
                .build();
        server.start();
        try {
            String name = server.getWorker().getName();
            Executor accepting = (Executor) LiveThreads.list().stream()
                    .filter(thread -> thread.getName().equals(name + " Accept"))
                    .findFirst()
                    .orElseThrow();
            assertHangIsSeen(name, 7, () -> accepting.execute(hang::serve));
            found.awaitNumbers(name + "-io", "able=3 stuck=0 capacity=3");
        } finally {
            hang.release();
            server.stop();
        }
    }

    @Test
    void tomcatsPoller_asItsExecutorDoesNotReturn(@TempDir Path folder) throws Exception {
        org.apache.catalina.startup.Tomcat tomcat = new org.apache.catalina.startup.Tomcat();
        tomcat.setBaseDir(folder.toString());
        Connector connector = new Connector();
        connector.setPort(0);
        connector.getProtocolHandler().setExecutor(task -> hang.serve());
        tomcat.setConnector(connector);
        tomcat.start();
        try {
            String name = found.findServers().stream()
                    .filter(each -> each.startsWith("http-nio-auto-"))
                    .findFirst()
                    .orElseThrow();
            int capacity = found.pool(name).read().capacity();
            assertHangIsSeen(name, capacity, () -> Requests.send(1, connector.getLocalPort()));
        } finally {
            hang.release();
            tomcat.stop();
            tomcat.destroy();
        }
    }

    @Test
    void jettysAcceptor() throws Exception {
        QueuedThreadPool pool = new QueuedThreadPool(20);
        pool.setName("jetty-that-accepts");
        Server server = new Server(pool);
        ServerConnector connector = new ServerConnector(server, 1, 1) {
            @Override
            public void accept(int acceptor) throws IOException {
                super.accept(acceptor);
                hang.serve();
            }
        };
        connector.setHost("localhost");
        server.addConnector(connector);
        server.start();
        try {
            found.started(server);
            assertHangIsSeen("jetty-that-accepts", 18, () -> Requests.send(1, connector.getLocalPort()));
        } finally {
            hang.release();
            server.stop();
        }
    }

    @Test
    void jdksDispatcher_asItsExecutorDoesNotReturn() throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(task -> hang.serve());
        server.start();
        try {
            int port = server.getAddress().getPort();
            found.findServers();
            int capacity = found.pool("httpserver-" + port).read().capacity();
            assertHangIsSeen("httpserver-" + port, capacity, () -> Requests.send(1, port));
        } finally {
            hang.release();
            server.stop(0);
        }
    }

    @Test
    void grizzlysSelector() throws Exception {
        org.glassfish.grizzly.http.server.HttpServer server = new org.glassfish.grizzly.http.server.HttpServer();
        NetworkListener listener = new NetworkListener("test", "localhost", 0);
        server.addListener(listener);
        server.start();
        try {
            NIOConnection accepting = (NIOConnection)
                    ((Collection<?>) reflect(listener.getTransport()).field("serverConnections"))
                            .iterator()
                            .next();
            SelectorHandler.Task task = () -> {
                hang.serve();
                return true;
            };
            int capacity = listener.getTransport().getWorkerThreadPoolConfig().getMaxPoolSize();
            assertHangIsSeen(
                    "grizzly-" + listener.getPort(),
                    capacity,
                    () -> listener.getTransport()
                            .getSelectorHandler()
                            .enque(accepting.getSelectorRunner(), task, null));
        } finally {
            hang.release();
            server.shutdownNow();
        }
    }

    /** Makes what accepts hang, sooner or later. */
    private interface Step {
        void begin() throws Exception;
    }

    private void assertHangIsSeen(String name, int capacity, Step step) throws Exception {
        found.findServers();
        found.assertStaysIdle(name, "able=" + capacity + " stuck=0 capacity=" + capacity);
        step.begin();
        hang.awaitEntered();
        found.awaitNumbers(name, "able=0 stuck=0 capacity=" + capacity);
        hang.release();
        found.awaitNumbers(name, "able=" + capacity + " stuck=0 capacity=" + capacity);
    }

    private static ReflectedObject reflect(Object object) {
        return new ReflectedObject(object, new ModuleOpener(null));
    }
}
