package com.approck.healthcheck.sidecar.http;

import com.approck.healthcheck.sidecar.config.ListenAddress;
import com.approck.healthcheck.sidecar.metrics.ConnectionStats;
import com.approck.healthcheck.sidecar.net.BindFailedException;
import com.approck.healthcheck.sidecar.net.ListenSockets;
import com.approck.healthcheck.sidecar.text.Log;
import com.approck.healthcheck.sidecar.text.RateLimitedLog;
import com.approck.healthcheck.sidecar.text.Ticker;
import io.undertow.UndertowOptions;
import io.undertow.server.DefaultByteBufferPool;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpOpenListener;
import io.undertow.util.Protocols;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.xnio.ChannelListeners;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.StreamConnection;
import org.xnio.Xnio;
import org.xnio.XnioIoThread;
import org.xnio.XnioWorker;
import org.xnio.channels.AcceptingChannel;

/**
 * Undertow, assembled from its parts: an accept thread, one I/O thread, HTTP/1.0 and 1.1.
 *
 * <p>{@code Undertow.builder()} would also load HTTP/2, TLS and AJP, which the sidecar does not use. The limits that
 * Undertow has no option for are those of {@link ConnectionGuard}.
 */
public final class HttpServer implements AutoCloseable {
    public static final int MAX_CONNECTIONS = 2048;
    /** The request line and all headers of one request; a probe's have 100 to 200 bytes. */
    static final int MAX_HEAD_BYTES = 16 * 1024;

    private static final int MAX_HEADERS = 64;
    private static final int MAX_PARAMETERS = 64;
    private static final int BUFFER_BYTES = 1024;
    private static final int MAX_POOLED_BUFFERS = 64;
    private static final int BACKLOG = 1024;
    /** Without a limit the kernel keeps megabytes for each client that asks for a long response and does not read it. */
    private static final int SEND_BUFFER_BYTES = 64 * 1024;

    /** Clients that ask for one response at a time are rarely more. */
    static final int MAX_ACCEPTED_IN_A_ROW = 32;
    /** The least that XNIO can wait. */
    private static final long ACCEPT_PAUSE_MILLIS = 1;

    private static final long CLOSE_MILLIS = 1000;

    private static final OptionMap OPTIONS = OptionMap.builder()
            .set(UndertowOptions.MAX_HEADER_SIZE, MAX_HEAD_BYTES)
            .set(UndertowOptions.MAX_HEADERS, MAX_HEADERS)
            .set(UndertowOptions.MAX_PARAMETERS, MAX_PARAMETERS)
            .set(UndertowOptions.DECODE_URL, false)
            .set(UndertowOptions.ENABLE_HTTP2, false)
            .set(UndertowOptions.ALWAYS_SET_DATE, false)
            .set(UndertowOptions.ALWAYS_SET_KEEP_ALIVE, false)
            .getMap();

    private final XnioWorker worker;
    private final ConnectionGuard guard;
    private final HttpHandler handler;
    private final RateLimitedLog failures;
    private List<AcceptingChannel<StreamConnection>> acceptors = List.of();
    /** Connections since the last pause. On the I/O thread only. */
    private int acceptedInARow;

    private HttpServer(
            HttpHandler handler,
            Ticker ticker,
            Log log,
            ConnectionStats stats,
            int maxConnections,
            Consumer<Throwable> broken) {
        this.handler = handler;
        this.failures = new RateLimitedLog(log, ticker);
        LibraryLoggers.logTo(failures);
        HttpOpenListener undertow =
                new HttpOpenListener(new DefaultByteBufferPool(true, BUFFER_BYTES, MAX_POOLED_BUFFERS, 4), OPTIONS);
        undertow.setRootHandler(this::handle);
        this.guard = new ConnectionGuard(undertow, ticker, stats, maxConnections, failures, broken);
        this.worker = Xnio.getInstance(HttpServer.class.getClassLoader())
                .createWorkerBuilder()
                .setWorkerName("http")
                .setWorkerIoThreads(1)
                .setDaemon(true)
                .setThreadGroup(new HttpThreads(broken))
                // Never used, but without one XNIO makes its own.
                .setExternalExecutorService(ForkJoinPool.commonPool())
                .build();
    }

    /**
     * Starts to serve, on all addresses of the host; port 0 stands for a free port.
     *
     * @param maxConnections {@link #MAX_CONNECTIONS}, or fewer in a test
     * @param broken is given the reason if the server ends or cannot keep its limits; not if it was closed
     */
    public static HttpServer start(
            ListenAddress where,
            HttpHandler handler,
            Ticker ticker,
            Log log,
            ConnectionStats stats,
            int maxConnections,
            Consumer<Throwable> broken)
            throws BindFailedException {
        HttpServer server = new HttpServer(handler, ticker, log, stats, maxConnections, broken);
        try {
            server.acceptors = ListenSockets.all(where, "HTTP", server::open, HttpServer::address);
        } catch (BindFailedException e) {
            server.close();
            throw e;
        }
        server.resumeAccepts();
        return server;
    }

    public List<InetSocketAddress> addresses() {
        List<InetSocketAddress> addresses = new ArrayList<>();
        for (AcceptingChannel<StreamConnection> acceptor : acceptors) {
            addresses.add(address(acceptor));
        }
        return addresses;
    }

    /** Closes all sockets. Returns when that is done, or after a second. */
    @Override
    public void close() {
        for (AcceptingChannel<StreamConnection> acceptor : acceptors) {
            IoUtils.safeClose(acceptor);
        }
        Thread thread = worker.getIoThread();
        worker.shutdown();
        try {
            thread.join(CLOSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void handle(HttpServerExchange exchange) {
        try {
            GuardedConnection.of(exchange).requestComplete(exchange);
            if (!exchange.isHttp10()) {
                // Undertow would repeat any version that the client made up.
                exchange.setProtocol(Protocols.HTTP_1_1);
            }
            handler.handleRequest(exchange);
        } catch (Exception | LinkageError | OutOfMemoryError | StackOverflowError e) {
            guard.fail(exchange, e);
        }
    }

    /**
     * Serves a new connection, and pauses the accept thread after each {@value #MAX_ACCEPTED_IN_A_ROW}. On the I/O thread.
     *
     * <p>XNIO's I/O thread does not look which connections are ready before it has run all its tasks, and each new connection is a
     * task. Without the pause, clients that connect as fast as they can keep it from all connections that it has: requests that were not
     * there at once wait for seconds, and connections that clients have closed stay open by the thousand.
     */
    private void accept(StreamConnection connection) {
        acceptedInARow++;
        // A few more come after it, because the accept thread takes up to 128 before it looks at its own tasks.
        if (acceptedInARow == MAX_ACCEPTED_IN_A_ROW) {
            pauseAccepts(connection.getIoThread());
        }
        guard.accept(connection);
    }

    private void pauseAccepts(XnioIoThread thread) {
        acceptors.forEach(AcceptingChannel::suspendAccepts);
        // The first delayed task runs once there is no other; before the second, the thread looks at its connections.
        thread.executeAfter(
                () -> thread.executeAfter(this::resumeAccepts, ACCEPT_PAUSE_MILLIS, TimeUnit.MILLISECONDS),
                ACCEPT_PAUSE_MILLIS,
                TimeUnit.MILLISECONDS);
    }

    private void resumeAccepts() {
        acceptedInARow = 0;
        acceptors.forEach(AcceptingChannel::resumeAccepts);
    }

    private AcceptingChannel<StreamConnection> open(InetSocketAddress address) throws IOException {
        return worker.createStreamConnectionServer(
                address,
                ChannelListeners.openListenerAdapter(this::accept),
                OptionMap.builder()
                        .set(Options.TCP_NODELAY, true)
                        .set(Options.REUSE_ADDRESSES, true)
                        .set(Options.BACKLOG, BACKLOG)
                        .set(Options.SEND_BUFFER, SEND_BUFFER_BYTES)
                        .getMap());
    }

    private static InetSocketAddress address(AcceptingChannel<StreamConnection> acceptor) {
        return acceptor.getLocalAddress(InetSocketAddress.class);
    }

    /** The threads of XNIO: none of them ends by itself unless something is wrong with it. */
    private static final class HttpThreads extends ThreadGroup {
        private final Consumer<Throwable> broken;

        HttpThreads(Consumer<Throwable> broken) {
            super("http");
            this.broken = broken;
        }

        @Override
        public void uncaughtException(Thread thread, Throwable cause) {
            broken.accept(cause);
        }
    }
}
