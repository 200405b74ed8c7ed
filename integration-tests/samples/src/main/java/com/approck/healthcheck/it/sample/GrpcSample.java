package com.approck.healthcheck.it.sample;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.URI;
import java.util.concurrent.Executors;

/**
 * gRPC with its executor, or with {@code pool=fixed} one of four threads, on Netty or on gRPC's relocated Netty, whichever
 * is on the class path. A front that speaks HTTP makes one call for each request, on plain threads.
 */
public final class GrpcSample implements Program.Server {

    private static final MethodDescriptor<String, String> SERVE = MethodDescriptor.<String, String>newBuilder()
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName("Sample/serve")
            .setRequestMarshaller(new Text())
            .setResponseMarshaller(new Text())
            .build();

    private final Faults faults = new Faults(() -> Program.stop(this));
    private final ServerSocket front;
    private final Server server;
    private ManagedChannel channel;

    private GrpcSample(Options options) throws IOException, ReflectiveOperationException {
        front = new ServerSocket(options.port(), 50, InetAddress.getLoopbackAddress());
        ServerBuilder<?> builder = builderFor(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        if (options.pool().equals("fixed")) {
            builder.executor(Executors.newFixedThreadPool(4));
        }
        server = builder.addService(ServerServiceDefinition.builder("Sample")
                        .addMethod(SERVE, ServerCalls.asyncUnaryCall(this::serve))
                        .build())
                .build();
    }

    /** By reflection, because the class has one name with a relocated Netty and another without. */
    private static ServerBuilder<?> builderFor(SocketAddress address) throws ReflectiveOperationException {
        Class<?> builder;
        try {
            builder = Class.forName("io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder");
        } catch (ClassNotFoundException e) {
            builder = Class.forName("io.grpc.netty.NettyServerBuilder");
        }
        return (ServerBuilder<?>)
                builder.getMethod("forAddress", SocketAddress.class).invoke(null, address);
    }

    public static void main(String[] args) throws Exception {
        Options options = new Options(args);
        Program.run(options, new GrpcSample(options));
    }

    private void serve(String request, StreamObserver<String> response) {
        URI uri = URI.create(request);
        try {
            faults.serve(uri.getPath(), uri.getQuery(), new BufferedReply((status, body) -> {
                response.onNext("HTTP/1.1 " + status + " Said\r\nConnection: close\r\nContent-Length: " + body.length
                        + "\r\n\r\n" + new String(body, UTF_8));
                response.onCompleted();
            }));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void start() throws IOException {
        server.start();
        channel = ManagedChannelBuilder.forAddress("localhost", server.getPort())
                .usePlaintext()
                .build();
        daemon("front", this::acceptAll);
    }

    private void acceptAll() {
        try {
            while (true) {
                Socket socket = front.accept();
                daemon("front of " + socket.getPort(), () -> call(socket));
            }
        } catch (IOException closed) {
            // The end.
        }
    }

    private void call(Socket socket) {
        try (socket;
                BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8))) {
            String path = in.readLine().split(" ", -1)[1];
            for (String header = in.readLine(); !header.isEmpty(); header = in.readLine()) {
                // None matters.
            }
            String answer = ClientCalls.blockingUnaryCall(channel, SERVE, CallOptions.DEFAULT, path);
            socket.getOutputStream().write(answer.getBytes(UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public int port() {
        return front.getLocalPort();
    }

    @Override
    public void stop() throws InterruptedException {
        server.shutdown().awaitTermination();
    }

    private static final class Text implements MethodDescriptor.Marshaller<String> {

        @Override
        public InputStream stream(String value) {
            return new ByteArrayInputStream(value.getBytes(UTF_8));
        }

        @Override
        public String parse(InputStream stream) {
            try {
                return new String(stream.readAllBytes(), UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
