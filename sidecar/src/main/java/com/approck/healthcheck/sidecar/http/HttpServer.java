package com.approck.healthcheck.sidecar.http;

import com.approck.healthcheck.sidecar.bind.Bind;
import com.approck.healthcheck.sidecar.bind.CouldNotBindException;
import com.approck.healthcheck.sidecar.config.ListenAddress;
import com.approck.healthcheck.sidecar.count.Connections;
import com.approck.healthcheck.sidecar.log.Failures;
import com.approck.healthcheck.sidecar.log.Log;
import com.approck.healthcheck.sidecar.time.Ticker;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/**
 * Reads requests of all connections and writes the answers, on one thread.
 *
 * <p>Limits: {@value #MOST_CONNECTIONS} connections, where each further one takes the place of the one that has been without an answer longest; a
 * request complete 5 s after its first byte, or after the connection was made; an answer taken within 5 s; a connection idle for 60 s.
 * What a client does costs it its own connection and nothing else.
 */
public final class HttpServer implements AutoCloseable {
    public static final int MOST_CONNECTIONS = 4096;
    static final long REQUEST_NANOS = Duration.ofSeconds(5).toNanos();
    static final long SEND_NANOS = Duration.ofSeconds(5).toNanos();
    static final long LINGER_NANOS = Duration.ofSeconds(5).toNanos();
    static final long IDLE_NANOS = Duration.ofSeconds(60).toNanos();
    static final int MOST_DISCARDED_BYTES = 64 * 1024;
    /** Of one client at a time; a probe's request has 100 to 200. */
    static final int READ_BYTES = 1024;

    private static final int BACKLOG = 1024;
    /** Otherwise the kernel keeps megabytes for each who asks for a long answer and does not read. */
    private static final int SEND_BUFFER_BYTES = 64 * 1024;
    /** New connections before those that are there get their turn. */
    private static final int ACCEPT_BATCH = 64;
    /** How late a deadline may be noticed. */
    private static final long LOOK_MILLIS = 1000;

    private static final long LOOK_NANOS = Duration.ofMillis(LOOK_MILLIS).toNanos();

    private final Selector selector;
    private final List<ServerSocketChannel> acceptors;
    private final Handler handler;
    private final Ticker ticker;
    private final Failures failures;
    private final Connections counts;
    private final int mostConnections;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(READ_BYTES);
    /** Who has been without an answer longest comes first. */
    private final LinkedHashSet<Connection> connections = new LinkedHashSet<>();

    private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
    private Thread thread;
    private long lookedAt;
    private boolean accepting = true;
    private volatile boolean closed;

    private HttpServer(
            Selector selector,
            List<ServerSocketChannel> acceptors,
            Handler handler,
            Ticker ticker,
            Log log,
            Connections counts,
            int mostConnections) {
        this.selector = selector;
        this.acceptors = acceptors;
        this.handler = handler;
        this.ticker = ticker;
        this.failures = new Failures(log, ticker);
        this.counts = counts;
        this.mostConnections = mostConnections;
    }

    /**
     * Begins to answer, on all addresses of {@code host}; a port of 0 is one that is free.
     *
     * @param mostConnections {@link #MOST_CONNECTIONS}, but for a test
     * @param broken told, on the HTTP thread, why it ended; not if it was closed
     */
    public static HttpServer start(
            ListenAddress where,
            Handler handler,
            Ticker ticker,
            Log log,
            Connections counts,
            int mostConnections,
            Consumer<Throwable> broken)
            throws CouldNotBindException {
        List<ServerSocketChannel> acceptors = Bind.all(where, "HTTP", HttpServer::open, HttpServer::address);
        try {
            Selector selector = Selector.open();
            for (ServerSocketChannel acceptor : acceptors) {
                acceptor.register(selector, SelectionKey.OP_ACCEPT);
            }
            HttpServer server = new HttpServer(selector, acceptors, handler, ticker, log, counts, mostConnections);
            server.thread = new Thread(() -> server.run(broken), "http");
            server.thread.setDaemon(true);
            server.thread.start();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public List<InetSocketAddress> addresses() {
        List<InetSocketAddress> addresses = new ArrayList<>();
        for (ServerSocketChannel acceptor : acceptors) {
            addresses.add(address(acceptor));
        }
        return addresses;
    }

    /** Hangs up on all. Returns when nothing is left open, or after a second. */
    @Override
    public void close() {
        closed = true;
        selector.wakeup();
        try {
            thread.join(LOOK_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    long now() {
        return ticker.nanos();
    }

    /** Has it answered; never throws what the handler throws. */
    void handle(Exchange exchange) {
        try {
            handler.handle(exchange);
        } catch (RuntimeException | LinkageError | OutOfMemoryError | StackOverflowError e) {
            exchange.fail(e);
        }
    }

    /** Takes an answer to the HTTP thread. Any thread; never blocks. */
    void answer(Connection connection, Exchange exchange, Response response) {
        answers.add(new Answer(connection, exchange, response));
        if (Thread.currentThread() != thread) {
            selector.wakeup();
        }
    }

    void answered(Connection connection) {
        connections.remove(connection);
        connections.add(connection);
    }

    void forget(Connection connection) {
        connections.remove(connection);
        counts.open(connections.size());
    }

    private void run(Consumer<Throwable> broken) {
        try {
            while (!closed) {
                turn();
            }
        } catch (Throwable e) {
            // Whatever it was, a server that does not answer must not live on.
            if (!closed) {
                broken.accept(e);
            }
        } finally {
            hangUp();
        }
    }

    private void turn() throws IOException {
        selector.select(connections.isEmpty() && accepting ? 0 : LOOK_MILLIS);
        Set<SelectionKey> ready = selector.selectedKeys();
        for (SelectionKey key : ready) {
            if (key.attachment() instanceof Connection connection) {
                attempt(connection, () -> connection.ready(buffer));
            } else {
                accept((ServerSocketChannel) key.channel());
            }
        }
        ready.clear();
        for (Answer answer = answers.poll(); answer != null; answer = answers.poll()) {
            Answer next = answer;
            attempt(next.connection, () -> next.connection.answer(next.exchange, next.response));
        }
        look();
    }

    private void accept(ServerSocketChannel acceptor) {
        for (int count = 0; count < ACCEPT_BATCH; count++) {
            SocketChannel channel;
            try {
                channel = acceptor.accept();
            } catch (IOException e) {
                // No file descriptor is left, most likely.
                failed("a connection could not be accepted", e);
                if (!hangUpOnOne()) {
                    accept(false);
                    return;
                }
                continue;
            }
            if (channel == null) {
                return;
            }
            open(channel);
        }
    }

    private void open(SocketChannel channel) {
        if (connections.size() >= mostConnections) {
            hangUpOnOne();
        }
        try {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.setOption(StandardSocketOptions.SO_SNDBUF, SEND_BUFFER_BYTES);
            SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
            Connection connection = new Connection(this, channel, key);
            key.attach(connection);
            connections.add(connection);
            counts.open(connections.size());
            // The request is there already, most likely.
            attempt(connection, () -> connection.ready(buffer));
        } catch (IOException e) {
            close(channel);
        }
    }

    /** Whether there was one. */
    private boolean hangUpOnOne() {
        Iterator<Connection> eldest = connections.iterator();
        if (!eldest.hasNext()) {
            return false;
        }
        counts.crowdedOut();
        eldest.next().close();
        return true;
    }

    /** Once a second: who is late, and whether connections can be accepted again. */
    private void look() {
        long now = now();
        if (now - lookedAt < LOOK_NANOS) {
            return;
        }
        lookedAt = now;
        List<Connection> overdue = new ArrayList<>();
        for (Connection connection : connections) {
            if (connection.isOverdue(now)) {
                overdue.add(connection);
            }
        }
        for (Connection connection : overdue) {
            counts.late();
            connection.close();
        }
        if (!accepting) {
            accept(true);
        }
    }

    private void accept(boolean now) {
        accepting = now;
        for (ServerSocketChannel acceptor : acceptors) {
            acceptor.keyFor(selector).interestOps(now ? SelectionKey.OP_ACCEPT : 0);
        }
    }

    /** Does one thing for one client, whose connection ends if that fails. */
    private void attempt(Connection connection, Step step) {
        try {
            step.run();
        } catch (IOException e) {
            // It hung up, or its network is gone.
            connection.close();
        } catch (RuntimeException | LinkageError | OutOfMemoryError | StackOverflowError e) {
            failed("a connection failed", e);
            connection.close();
        }
    }

    /** Something that may find the client gone. */
    @FunctionalInterface
    private interface Step {
        void run() throws IOException;
    }

    void failed(String what, Throwable cause) {
        failures.add(what, cause);
    }

    private void hangUp() {
        for (Connection connection : List.copyOf(connections)) {
            connection.close();
        }
        for (ServerSocketChannel acceptor : acceptors) {
            close(acceptor);
        }
        // Which is when the kernel lets go of the ports.
        close(selector);
    }

    private static void close(Closeable open) {
        try {
            open.close();
        } catch (IOException e) {
            // Nothing waits in it that could be lost.
        }
    }

    private static ServerSocketChannel open(InetSocketAddress wanted) throws IOException {
        ServerSocketChannel acceptor = ServerSocketChannel.open(
                wanted.getAddress() instanceof Inet6Address
                        ? StandardProtocolFamily.INET6
                        : StandardProtocolFamily.INET);
        try {
            acceptor.configureBlocking(false);
            acceptor.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            return acceptor.bind(wanted, BACKLOG);
        } catch (IOException | RuntimeException e) {
            acceptor.close();
            throw e;
        }
    }

    private static InetSocketAddress address(ServerSocketChannel acceptor) {
        try {
            return (InetSocketAddress) acceptor.getLocalAddress();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** On its way to the HTTP thread. */
    private record Answer(Connection connection, Exchange exchange, Response response) {}
}
