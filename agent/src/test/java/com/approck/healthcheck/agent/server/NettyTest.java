package com.approck.healthcheck.agent.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.agent.pool.MonitoredPool;
import com.approck.healthcheck.agent.pool.PoolStats;
import com.approck.healthcheck.agent.pool.ProgressSource;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** On an embedded Netty 4.2. */
final class NettyTest {
    private final FoundPools found = new FoundPools();
    private final Hang hang = new Hang(1);
    private final EventLoopGroup acceptor = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(3, NioIoHandler.newFactory());

    @AfterEach
    void shutDown() {
        hang.release();
        acceptor.shutdownGracefully(0, 0, TimeUnit.SECONDS).syncUninterruptibly();
        loops.shutdownGracefully(0, 0, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @Test
    void childGroup_isFoundIdleThenStuck_untilItsServerCloses() throws Exception {
        Channel server = bind(acceptor);
        int port = ((InetSocketAddress) server.localAddress()).getPort();
        String name = "netty-" + port;
        assertTrue(found.findServers().contains(name), found.names()::toString);
        MonitoredPool pool = found.pool(name);
        PoolStats stats = pool.read();
        assertEquals(3, stats.capacity());
        assertEquals(0, stats.alive(), "loops start their threads late");
        assertEquals(0, stats.queued());
        assertEquals(1, stats.acceptingThreads().size(), "the acceptor, which is another group's");
        assertEquals(ProgressSource.STACK, pool.progressSource());

        try (Requests requests = Requests.send(1, port)) {
            requests.awaitEntered(hang);
            found.awaitNumbers(name, "able=2 stuck=1 capacity=3");
            hang.release();
        }
        found.assertStaysIdle(name, "able=3 stuck=0 capacity=3");

        server.close().sync();
        assertFalse(found.names().contains(name));
    }

    @Test
    void groupThatAcceptsAsWell_isKnownByItsAcceptingWorker() throws Exception {
        Channel server = bind(loops);
        String name = "netty-" + ((InetSocketAddress) server.localAddress()).getPort();
        assertTrue(found.findServers().contains(name), found.names()::toString);
        assertEquals(1, found.pool(name).read().acceptingThreads().size());
        server.close().sync();
    }

    /** As Play does it. */
    @Test
    void serverWithoutAChildGroup_isTheGroupThatAccepts_untilItCloses() throws Exception {
        Channel server = new Bootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .handler(new Registering(loops, hang))
                .bind("localhost", 0)
                .sync()
                .channel();
        int port = ((InetSocketAddress) server.localAddress()).getPort();
        String name = "netty-" + port;
        assertTrue(found.findServers().contains(name), found.names()::toString);
        assertEquals(3, found.pool(name).read().capacity());
        assertEquals(1, found.pool(name).read().acceptingThreads().size());
        found.assertStaysIdle(name, "able=3 stuck=0 capacity=3");

        try (Requests requests = Requests.send(1, port)) {
            requests.awaitEntered(hang);
            found.awaitNumbers(name, "able=2 stuck=1 capacity=3");
            hang.release();
        }
        server.close().sync();
        assertFalse(found.names().contains(name));
    }

    @Test
    void hookedMethods_existInThisVersion() {
        FoundPools.assertHasHookedMethods(Netty.PLAIN, 2);
    }

    private Channel bind(EventLoopGroup accepting) throws InterruptedException {
        return new ServerBootstrap()
                .group(accepting, loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new Handler(hang))
                .bind("localhost", 0)
                .sync()
                .channel();
    }

    /** Gives new connections to the loops of a group by itself. */
    private static final class Registering extends ChannelInboundHandlerAdapter {
        private final EventLoopGroup loops;
        private final Hang hang;

        Registering(EventLoopGroup loops, Hang hang) {
            this.loops = loops;
            this.hang = hang;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            Channel connection = (Channel) message;
            connection.pipeline().addLast(new Handler(hang));
            // Not the loop that accepts, which must go on to accept.
            EventLoop loop = loops.next();
            ChannelFuture unused = (loop == context.channel().eventLoop() ? loops.next() : loop).register(connection);
        }
    }

    @Sharable
    private static final class Handler extends ChannelInboundHandlerAdapter {
        private final Hang hang;

        Handler(Hang hang) {
            this.hang = hang;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            hang.serve();
        }
    }
}
