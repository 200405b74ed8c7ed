package com.approck.healthcheck.sidecar.statsd;

import com.approck.healthcheck.sidecar.config.ListenAddress;
import com.approck.healthcheck.sidecar.metrics.Counter;
import com.approck.healthcheck.sidecar.metrics.Counters;
import com.approck.healthcheck.sidecar.net.BindFailedException;
import com.approck.healthcheck.sidecar.net.ListenSockets;
import com.approck.healthcheck.sidecar.text.Log;
import com.approck.healthcheck.sidecar.text.RateLimitedLog;
import com.approck.healthcheck.sidecar.text.Ticker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Reads every datagram of its sockets on one thread, with one buffer.
 *
 * <p>What goes wrong with one datagram is counted and logged, and the next is read. The loop ends when it is closed; or
 * after {@value #MAX_FAILURES} failures in a row, which it reports to its owner, because a receiver that cannot read
 * must not look like silence. It allocates nothing for a datagram; the JDK creates an address whenever the sender is
 * not that of the datagram before.
 */
public final class UdpReceiver implements AutoCloseable {
    static final int MAX_FAILURES = 100;

    private static final int MAX_DATAGRAM = 65_535;
    /** Asked for; what the kernel grants is in the start line. Unused buffer costs nothing. */
    private static final int RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;
    /**
     * No kernel charges a datagram less than this against the buffer: on Linux {@code SKB_TRUESIZE(0)} is 576 or more, on the BSDs
     * an mbuf is 256.
     */
    private static final int MIN_CHARGE_BYTES = 256;
    /** The most datagrams read from one socket before the next socket and the state get their turn. */
    private static final int BATCH = 256;

    /**
     * After each batch it waits this long for more datagrams, unless it is behind: to wake up for each datagram of a
     * stream costs more than to read it. In that time a sender at full speed fills a fifth of the smallest buffer that Linux grants by
     * default (net.core.rmem_max 212992, some 550 small datagrams).
     */
    private static final long COALESCE_NANOS = 200_000;

    private static final int BEHIND = BATCH / 2;

    private static final long SELECT_TIMEOUT_MILLIS = 250;
    private static final long PAUSE_NANOS = Duration.ofSeconds(1).toNanos();

    private final List<ListeningSocket> listening;
    private final Selector selector;
    private final DatagramHandler handler;
    private final CycleListener listener;
    private final Counters counters;
    private final Ticker ticker;
    private final RateLimitedLog failures;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(MAX_DATAGRAM);
    private final byte[] bytes = new byte[MAX_DATAGRAM];

    private int readInTurn;
    private int failuresInARow;
    private volatile long turns;
    private volatile boolean closed;

    private UdpReceiver(
            Sockets sockets,
            DatagramHandler handler,
            CycleListener listener,
            Counters counters,
            Ticker ticker,
            Log log) {
        this.listening = sockets.listening;
        this.selector = sockets.selector;
        this.handler = handler;
        this.listener = listener;
        this.counters = counters;
        this.ticker = ticker;
        this.failures = new RateLimitedLog(log, ticker);
    }

    /** Sockets that already collect datagrams, though nobody reads them yet. */
    public static final class Sockets implements AutoCloseable {
        private final List<ListeningSocket> listening;
        private final Selector selector;

        private Sockets(List<ListeningSocket> listening, Selector selector) {
            this.listening = listening;
            this.selector = selector;
        }

        /** Listens on all addresses of the host; a port of 0 is one that is free. */
        public static Sockets open(ListenAddress where, Ticker ticker) throws BindFailedException {
            List<ListeningSocket> listening = ListenSockets.all(
                    where, "StatsD", address -> new ListeningSocket(address, ticker.nanos()), socket -> socket.address);
            try {
                Selector selector = Selector.open();
                for (ListeningSocket socket : listening) {
                    socket.channel.register(selector, SelectionKey.OP_READ);
                }
                return new Sockets(listening, selector);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        public List<InetSocketAddress> addresses() {
            List<InetSocketAddress> addresses = new ArrayList<>();
            for (ListeningSocket socket : listening) {
                addresses.add(socket.address);
            }
            return addresses;
        }

        /** What the kernel granted to each socket. */
        public int receiveBufferBytes() {
            return listening.get(0).receiveBufferBytes;
        }

        /** Datagrams that the kernel dropped because the sockets were full; empty where it does not report them. Reads files. */
        public OptionalLong kernelDrops() {
            return KernelDrops.at(addresses());
        }

        @Override
        public void close() {
            try {
                for (ListeningSocket socket : listening) {
                    socket.close();
                }
                selector.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /**
     * Starts to read, on a thread of its own.
     *
     * @param broken called on that thread with the reason why it ended; not if it was closed
     */
    public static UdpReceiver start(
            Sockets sockets,
            DatagramHandler handler,
            CycleListener listener,
            Counters counters,
            Ticker ticker,
            Log log,
            Consumer<Throwable> broken) {
        UdpReceiver receiver = new UdpReceiver(sockets, handler, listener, counters, ticker, log);
        Thread thread = new Thread(() -> receiver.run(broken), "receiver");
        thread.setDaemon(true);
        thread.start();
        return receiver;
    }

    /** Grows at least four times a second as long as the receiver works. */
    public long turns() {
        return turns;
    }

    /** Moves with each turn and with each datagram in it, however slowly a starved machine lets it: still is dead. */
    public long progress() {
        return turns + counters.get(Counter.DATAGRAMS);
    }

    @Override
    public void close() {
        closed = true;
        selector.wakeup();
    }

    private void run(Consumer<Throwable> broken) {
        try {
            listen();
        } catch (Throwable e) {
            // Whatever it was, silence would be taken for the application's.
            if (!closed) {
                broken.accept(e);
            }
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // One writer.
    private void listen() throws IOException {
        long last = ticker.nanos();
        while (!closed) {
            await();
            long now = ticker.nanos();
            if (now - last > PAUSE_NANOS) {
                listener.onPause(now - last);
            }
            last = now;
            turns++;
            readInTurn = 0;
            try {
                listener.onCycleEnd(now, readAll(now));
            } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
                failed(e);
            }
        }
    }

    /** Waits for a datagram; or, where the last turn had some, for company to come. */
    private void await() throws IOException {
        if (readInTurn == 0) {
            selector.select(SELECT_TIMEOUT_MILLIS);
        } else if (readInTurn < BEHIND) {
            LockSupport.parkNanos(this, COALESCE_NANOS);
        }
    }

    /** Returns up to when everything was read. */
    private long readAll(long now) throws IOException {
        long through = now;
        for (int i = 0; i < listening.size(); i++) {
            ListeningSocket socket = listening.get(i);
            read(socket, now);
            if (socket.watermark.nanos() - through < 0) {
                through = socket.watermark.nanos();
            }
        }
        return through;
    }

    private void read(ListeningSocket socket, long now) throws IOException {
        for (int count = 0; count < BATCH; count++) {
            if (!readOne(socket.channel)) {
                socket.watermark.recordEmpty(now);
                return;
            }
        }
        socket.watermark.recordRead(BATCH, now);
    }

    /** Whether there was one. */
    private boolean readOne(DatagramChannel channel) throws IOException {
        try {
            InetSocketAddress sender = (InetSocketAddress) channel.receive(buffer.clear());
            if (sender == null) {
                return false;
            }
            readInTurn++;
            int length = buffer.position();
            buffer.get(0, bytes, 0, length);
            if (handler.datagram(bytes, length, sender)) {
                failuresInARow = 0;
            }
            // Last, so that who sees it counted sees what it changed.
            counters.add(Counter.DATAGRAMS);
        } catch (ClosedChannelException | ClosedSelectorException e) {
            throw e;
        } catch (Exception | LinkageError | OutOfMemoryError | StackOverflowError e) {
            failed(e);
        }
        return true;
    }

    private void failed(Throwable e) {
        counters.add(Counter.FAILURES);
        failuresInARow++;
        if (failuresInARow >= MAX_FAILURES) {
            throw new IllegalStateException(
                    failuresInARow + " failures and no datagram handled between them; the last: " + e, e);
        }
        failures.warn("a datagram could not be handled", e);
    }

    /** One socket. */
    private static final class ListeningSocket implements AutoCloseable {
        final DatagramChannel channel;
        final InetSocketAddress address;
        final int receiveBufferBytes;
        final ReadWatermark watermark;

        ListeningSocket(InetSocketAddress wanted, long now) throws IOException {
            channel = DatagramChannel.open(
                    wanted.getAddress() instanceof Inet6Address
                            ? StandardProtocolFamily.INET6
                            : StandardProtocolFamily.INET);
            try {
                channel.configureBlocking(false);
                channel.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER_BYTES);
                receiveBufferBytes = channel.getOption(StandardSocketOptions.SO_RCVBUF);
                channel.bind(wanted);
                address = (InetSocketAddress) channel.getLocalAddress();
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
            // Linux doubles what it is asked for, and the JDK halves what Linux reports.
            watermark = new ReadWatermark(2L * receiveBufferBytes / MIN_CHARGE_BYTES + BATCH, now);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
