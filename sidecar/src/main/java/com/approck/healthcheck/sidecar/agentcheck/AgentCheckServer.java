package com.approck.healthcheck.sidecar.agentcheck;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.approck.healthcheck.sidecar.config.ListenAddress;
import com.approck.healthcheck.sidecar.health.Verdict;
import com.approck.healthcheck.sidecar.net.BindFailedException;
import com.approck.healthcheck.sidecar.net.ListenSockets;
import com.approck.healthcheck.sidecar.text.RateLimitedLog;
import com.approck.healthcheck.sidecar.workers.Totals;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Listens for HAProxy's agent-checks. What a client sends is not read; an answer is smaller than any socket buffer. */
public final class AgentCheckServer implements AutoCloseable {
    /** Connections whose answer waits for the application; one more is closed without an answer. */
    static final int MAX_WAITING = 64;

    private static final int BACKLOG = 128;

    private final List<ServerSocket> sockets;
    private final Supplier<CompletableFuture<Verdict>> ready;
    private final Supplier<Totals> totals;
    private final RateLimitedLog failures;
    private final AtomicInteger waiting = new AtomicInteger();
    private volatile boolean closed;

    private AgentCheckServer(
            List<ServerSocket> sockets,
            Supplier<CompletableFuture<Verdict>> ready,
            Supplier<Totals> totals,
            RateLimitedLog failures) {
        this.sockets = sockets;
        this.ready = ready;
        this.totals = totals;
        this.failures = failures;
    }

    /**
     * Listens and answers from now on.
     *
     * @param where port 0 stands for one that is free
     * @param ready the verdict of the ready probe; never fails
     * @param totals of the same moment
     */
    public static AgentCheckServer start(
            ListenAddress where,
            Supplier<CompletableFuture<Verdict>> ready,
            Supplier<Totals> totals,
            RateLimitedLog failures)
            throws BindFailedException {
        List<ServerSocket> sockets =
                ListenSockets.all(where, "HAProxy's agent-check", AgentCheckServer::open, AgentCheckServer::address);
        AgentCheckServer server = new AgentCheckServer(sockets, ready, totals, failures);
        for (ServerSocket socket : sockets) {
            Thread thread = new Thread(() -> server.accept(socket), "agent-check");
            thread.setDaemon(true);
            thread.start();
        }
        return server;
    }

    /** At least one. */
    public List<InetSocketAddress> addresses() {
        return sockets.stream().map(AgentCheckServer::address).toList();
    }

    @Override
    public void close() {
        closed = true;
        for (ServerSocket socket : sockets) {
            close(socket);
        }
    }

    private static ServerSocket open(InetSocketAddress address) throws IOException {
        ServerSocket socket = new ServerSocket();
        try {
            socket.setReuseAddress(true);
            socket.bind(address, BACKLOG);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private static InetSocketAddress address(ServerSocket socket) {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    private void accept(ServerSocket socket) {
        while (!closed) {
            try {
                answer(socket.accept());
            } catch (IOException | RuntimeException e) {
                if (!closed) {
                    failures.warn("an agent-check could not be answered, the next will be", e);
                    pause();
                }
            }
        }
    }

    /** Out of file descriptors, say: to try again at once would take a core. */
    private static void pause() {
        try {
            Thread.sleep(10);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // It never fails.
    private void answer(Socket connection) {
        if (waiting.incrementAndGet() > MAX_WAITING) {
            waiting.decrementAndGet();
            close(connection);
            return;
        }
        ask().whenComplete((verdict, failure) -> {
            waiting.decrementAndGet();
            if (failure == null) {
                write(connection, verdict);
            }
            close(connection);
        });
    }

    private CompletableFuture<Verdict> ask() {
        try {
            return ready.get();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private void write(Socket connection, Verdict verdict) {
        Totals now = totals.get();
        try {
            connection
                    .getOutputStream()
                    .write(AgentCheckReply.of(verdict, now.able(), now.capacity())
                            .getBytes(US_ASCII));
        } catch (IOException gone) {
            // HAProxy did not wait for the answer. Its own check fails, and it asks again.
        }
    }

    private static void close(AutoCloseable socket) {
        try {
            socket.close();
        } catch (Exception alreadyGone) {
            // Nothing more was to be sent.
        }
    }
}
