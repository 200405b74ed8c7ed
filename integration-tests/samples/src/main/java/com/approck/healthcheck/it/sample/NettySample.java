package com.approck.healthcheck.it.sample;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.locks.LockSupport;

/**
 * Netty with its default of event loops, whose handler serves on them; {@code pool=client}: only a client; {@code
 * pool=parking}: after a request for {@code /park} the loop that accepts hangs at the next connection.
 */
@SuppressWarnings("deprecation") // NioEventLoopGroup: what Netty 4.2 has instead is not in 4.1.
public final class NettySample implements Program.Server {

    private final EventLoopGroup acceptor = new NioEventLoopGroup(1);
    private final EventLoopGroup loops = new NioEventLoopGroup();
    private final Faults faults = new Faults(() -> Program.stop(this));
    private final int port;
    private final boolean isClient;
    private final boolean isParking;
    private volatile boolean parks;
    private Channel channel;

    private NettySample(Options options) {
        port = options.port();
        isClient = options.pool().equals("client");
        isParking = options.pool().equals("parking");
    }

    public static void main(String[] args) throws Exception {
        Options options = new Options(args);
        Program.run(options, new NettySample(options));
    }

    @Override
    public void start() throws InterruptedException {
        if (isClient) {
            startClient();
            return;
        }
        ServerBootstrap bootstrap = new ServerBootstrap();
        if (isParking) {
            bootstrap.handler(new ParkingHandler());
        }
        channel = bootstrap
                .group(acceptor, loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel connection) {
                        connection
                                .pipeline()
                                .addLast(new HttpServerCodec(), new HttpObjectAggregator(1 << 16), new Handler());
                    }
                })
                .bind("localhost", port)
                .sync()
                .channel();
    }

    /** Knows the class of servers, as frameworks that are both do, and connects to the port. */
    private void startClient() throws InterruptedException {
        System.out.println("no " + NioServerSocketChannel.class.getName());
        channel = new Bootstrap()
                .group(loops)
                .channel(NioSocketChannel.class)
                .handler(new HttpClientCodec())
                .connect("localhost", port)
                .sync()
                .channel();
    }

    @Override
    public int port() {
        return isClient ? port : ((InetSocketAddress) channel.localAddress()).getPort();
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // Nobody waits for the loops' end.
    public void stop() throws InterruptedException {
        channel.close().sync();
        acceptor.shutdownGracefully();
        loops.shutdownGracefully();
    }

    /** Before the one that gives a new connection to the loops. */
    private final class ParkingHandler extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext context, Object connection) {
            while (parks) {
                LockSupport.park(this);
            }
            context.fireChannelRead(connection);
        }
    }

    private final class Handler extends SimpleChannelInboundHandler<FullHttpRequest> {

        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) throws IOException {
            URI uri = URI.create(request.uri());
            parks |= isParking && uri.getPath().equals("/park");
            faults.serve(uri.getPath(), uri.getQuery(), new BufferedReply((status, body) -> {
                FullHttpResponse response = new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), Unpooled.wrappedBuffer(body));
                response.headers().set("Content-Length", body.length);
                response.headers().set("Connection", "close");
                context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
            }));
        }
    }
}
