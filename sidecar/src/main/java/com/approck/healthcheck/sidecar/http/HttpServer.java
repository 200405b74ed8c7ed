package com.approck.healthcheck.sidecar.http;

import com.approck.healthcheck.sidecar.bind.Bind;
import com.approck.healthcheck.sidecar.bind.CouldNotBindException;
import io.undertow.UndertowOptions;
import io.undertow.server.DefaultByteBufferPool;
import io.undertow.server.HttpHandler;
import io.undertow.server.protocol.http.HttpOpenListener;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.xnio.ChannelListeners;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.StreamConnection;
import org.xnio.Xnio;
import org.xnio.XnioWorker;
import org.xnio.channels.AcceptingChannel;

/**
 * Undertow, made of its parts: one acceptor for each address, {@value #IO_THREADS} I/O threads, no pool of workers. What {@code
 * Undertow.builder()} would add are things that we do not use and that cost a third of the start.
 *
 * <p>Limits: {@value #MOST_CONNECTIONS} connections (the next wait in the backlog), headers of {@value #MOST_HEADER_BYTES} bytes,
 * a request complete (a body too) within {@value #PARSE_MILLIS} ms, a connection idle for {@value #IDLE_MILLIS} ms.
 */
public final class HttpServer implements AutoCloseable {
    static final int IO_THREADS = 2;
    private static final int SLOW_THREADS = 2;
    static final int MOST_CONNECTIONS = 4096;
    static final int MOST_HEADER_BYTES = 16 * 1024;
    static final int PARSE_MILLIS = 5_000;
    static final int IDLE_MILLIS = 60_000;

    private static final int BACKLOG = 1024;
    /** Otherwise the kernel keeps megabytes for each who asks for a long answer and does not read. */
    private static final int SEND_BUFFER_BYTES = 64 * 1024;

    private static final int BUFFER_BYTES = 4 * 1024;
    private static final long MOST_BODY_BYTES = 64 * 1024;

    private final XnioWorker worker;
    private final ExecutorService slow;
    private final HttpOpenListener connections;
    private List<AcceptingChannel<StreamConnection>> acceptors = List.of();

    private HttpServer(XnioWorker worker, ExecutorService slow) {
        this.worker = worker;
        this.slow = slow;
        this.connections = new HttpOpenListener(
                new DefaultByteBufferPool(true, BUFFER_BYTES, 256, 4),
                OptionMap.builder()
                        .set(UndertowOptions.MAX_HEADER_SIZE, MOST_HEADER_BYTES)
                        .set(UndertowOptions.MAX_HEADERS, 100)
                        .set(UndertowOptions.MAX_PARAMETERS, 100)
                        .set(UndertowOptions.MAX_ENTITY_SIZE, MOST_BODY_BYTES)
                        .set(UndertowOptions.REQUEST_PARSE_TIMEOUT, PARSE_MILLIS)
                        .set(UndertowOptions.NO_REQUEST_TIMEOUT, IDLE_MILLIS)
                        .set(UndertowOptions.ALWAYS_SET_DATE, false)
                        .set(UndertowOptions.RECORD_REQUEST_START_TIME, true)
                        .getMap());
    }

    /** Threads, but no socket yet. */
    public static HttpServer create() {
        ThreadPoolExecutor slow = new ThreadPoolExecutor(
                SLOW_THREADS, SLOW_THREADS, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(LongBodies.MOST), task -> {
                    Thread thread = new Thread(task, "http-slow");
                    thread.setDaemon(true);
                    return thread;
                });
        slow.allowCoreThreadTimeOut(true);
        XnioWorker worker = Xnio.getInstance(HttpServer.class.getClassLoader())
                .createWorkerBuilder()
                .setWorkerName("http")
                .setWorkerIoThreads(IO_THREADS)
                .setDaemon(true)
                // Given one of ours, XNIO does not build its own, which is most of what it loads.
                .setExternalExecutorService(slow)
                .build();
        return new HttpServer(worker, slow);
    }

    /** Runs what is not for an I/O thread, two at a time; rejects what would wait behind too many. */
    public ExecutorService slow() {
        return slow;
    }

    /** Begins to answer, on all addresses of {@code host}; a port of 0 is one that is free. */
    public void listen(String host, int port, HttpHandler handler) throws CouldNotBindException {
        connections.setRootHandler(handler);
        acceptors = Bind.all(host, port, "HTTP", "--", this::open, HttpServer::address);
        for (AcceptingChannel<StreamConnection> acceptor : acceptors) {
            acceptor.resumeAccepts();
        }
    }

    public List<InetSocketAddress> addresses() {
        List<InetSocketAddress> addresses = new ArrayList<>();
        for (AcceptingChannel<StreamConnection> acceptor : acceptors) {
            addresses.add(address(acceptor));
        }
        return addresses;
    }

    @Override
    public void close() {
        for (AcceptingChannel<StreamConnection> acceptor : acceptors) {
            IoUtils.safeClose(acceptor);
        }
        worker.shutdownNow();
        slow.shutdownNow();
    }

    private AcceptingChannel<StreamConnection> open(InetSocketAddress address) throws IOException {
        return worker.createStreamConnectionServer(
                address,
                ChannelListeners.openListenerAdapter(connections),
                OptionMap.builder()
                        .set(Options.TCP_NODELAY, true)
                        .set(Options.REUSE_ADDRESSES, true)
                        .set(Options.BACKLOG, BACKLOG)
                        .set(Options.SEND_BUFFER, SEND_BUFFER_BYTES)
                        .set(Options.CONNECTION_HIGH_WATER, MOST_CONNECTIONS)
                        .set(Options.CONNECTION_LOW_WATER, MOST_CONNECTIONS)
                        .getMap());
    }

    private static InetSocketAddress address(AcceptingChannel<StreamConnection> acceptor) {
        return acceptor.getLocalAddress(InetSocketAddress.class);
    }
}
