package com.approck.healthcheck.sidecar.statsd;

import com.approck.healthcheck.sidecar.metrics.Counter;
import com.approck.healthcheck.sidecar.metrics.Counters;
import com.approck.healthcheck.sidecar.net.HostAddresses;
import com.approck.healthcheck.sidecar.net.Resolver;
import com.approck.healthcheck.sidecar.text.Format;
import com.approck.healthcheck.sidecar.text.Log;
import com.approck.healthcheck.sidecar.text.Ticker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Forwards every datagram that is not empty, unchanged, before it is handled here.
 *
 * <p>On the receiver thread, by a socket that never blocks: a datagram that cannot be sent at once is dropped and counted. While nobody listens there
 * (the kernel says so), one datagram in {@value #RETRY_MILLIS} ms is tried. The kernel reports a refused datagram only with the
 * next one, so the count of those sent on includes some that were lost.
 *
 * <p>The name is looked up on a thread of its own, {@code forward}, by the rule of {@link HostAddresses}: at once after a refusal, and every
 * few seconds. Each change of the address is a new socket, of which there is one at a time and at most one a second.
 */
public final class StatsdRelay implements DatagramHandler, AutoCloseable {
    static final long RETRY_MILLIS = 100;

    private static final int MAX_DATAGRAM_BYTES = 65_535;
    private static final long RETRY_NANOS = Duration.ofMillis(RETRY_MILLIS).toNanos();
    private static final long MOVE_NANOS = Duration.ofSeconds(1).toNanos();
    /** The receiver is back once no datagram has been refused for this time. */
    private static final long BACK_NANOS = Duration.ofSeconds(10).toNanos();

    private final InetSocketAddress to;
    private final List<InetSocketAddress> ours;
    private final DatagramHandler next;
    private final Counters counters;
    private final Ticker ticker;
    private final Log log;
    private final HostAddresses addresses;
    private final long lookupNanos;
    private final Thread thread;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(MAX_DATAGRAM_BYTES);

    /** Null as long as there is no address. */
    private volatile DatagramChannel channel;

    private volatile boolean closed;
    /** Set by the receiver thread: the present address refused. */
    private volatile boolean refused;
    /** Of the looking-up thread: its last sentence, so that none is said twice in a row. */
    private String said = "";

    /** The rest is of the receiver thread. */
    private boolean away;

    private long refusedAt;

    private StatsdRelay(
            InetSocketAddress to,
            List<InetSocketAddress> ours,
            DatagramHandler next,
            Counters counters,
            Ticker ticker,
            Log log,
            Resolver resolver,
            Duration lookupInterval) {
        this.to = to;
        this.ours = ours;
        this.next = next;
        this.counters = counters;
        this.ticker = ticker;
        this.log = log;
        this.addresses = new HostAddresses(to.getHostString(), resolver, Ticker.system(), lookupInterval);
        this.lookupNanos = lookupInterval.toNanos();
        this.thread = new Thread(this::lookUp, "forward");
        thread.setDaemon(true);
    }

    /**
     * Begins to look for {@code to}; what comes before it is found is dropped and counted.
     *
     * @param to a name or an address, not looked up yet
     * @param ours where we listen ourselves: nothing is sent there
     * @param next who takes each datagram after it was sent on
     */
    public static StatsdRelay start(
            InetSocketAddress to,
            List<InetSocketAddress> ours,
            DatagramHandler next,
            Counters counters,
            Ticker ticker,
            Log log) {
        return start(to, ours, next, counters, ticker, log, Resolver.system(), HostAddresses.LOOKUP_INTERVAL);
    }

    static StatsdRelay start(
            InetSocketAddress to,
            List<InetSocketAddress> ours,
            DatagramHandler next,
            Counters counters,
            Ticker ticker,
            Log log,
            Resolver resolver,
            Duration lookupInterval) {
        StatsdRelay forward = new StatsdRelay(to, ours, next, counters, ticker, log, resolver, lookupInterval);
        forward.thread.start();
        return forward;
    }

    @Override
    public boolean datagram(byte[] bytes, int length, InetSocketAddress sender) {
        send(bytes, length);
        return next.datagram(bytes, length, sender);
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        close(channel);
    }

    /** Never throws an I/O error, never blocks. */
    private void send(byte[] bytes, int length) {
        if (length == 0) {
            return;
        }
        DatagramChannel open = channel;
        if (open == null) {
            counters.add(Counter.FORWARD_DROPPED_UNRESOLVED);
            return;
        }
        if (away && ticker.nanos() - refusedAt < RETRY_NANOS) {
            counters.add(Counter.FORWARD_DROPPED_UNREACHABLE);
            return;
        }
        try {
            buffer.clear().put(bytes, 0, length).flip();
            if (open.write(buffer) < length) {
                counters.add(Counter.FORWARD_DROPPED_SOCKET_FULL);
                return;
            }
            counters.add(Counter.FORWARDED);
            if (away && ticker.nanos() - refusedAt > BACK_NANOS) {
                away = false;
                log.info("forward: " + name() + " accepts datagrams again; "
                        + counters.get(Counter.FORWARD_DROPPED_UNREACHABLE) + " datagrams were dropped so far");
            }
        } catch (IOException e) {
            counters.add(Counter.FORWARD_DROPPED_UNREACHABLE);
            refusedAt = ticker.nanos();
            if (!refused && open == channel) {
                refused = true;
                LockSupport.unpark(thread);
            }
            if (!away && !closed && open == channel) {
                away = true;
                log.warn("forward: " + name() + " refuses datagrams (" + reason(e)
                        + "); they are dropped and counted until it accepts them");
            }
        }
    }

    private void lookUp() {
        InetSocketAddress current = null;
        long movedAt = System.nanoTime() - MOVE_NANOS;
        while (!closed) {
            if (refused && System.nanoTime() - movedAt >= MOVE_NANOS) {
                refused = false;
                movedAt = System.nanoTime();
                if (current != null) {
                    addresses.failed(current.getAddress());
                }
            }
            InetSocketAddress found = choose(current);
            if (found != null && !found.equals(current)) {
                current = connect(found) ? found : null;
            }
            await(current == null ? Math.min(MOVE_NANOS, lookupNanos) : lookupNanos, movedAt);
        }
    }

    /** Waits until the name is to be looked up again, or the present address refused and may be left. */
    private void await(long nanos, long movedAt) {
        long since = System.nanoTime();
        while (!closed && System.nanoTime() - since < nanos) {
            if (refused && System.nanoTime() - movedAt >= MOVE_NANOS) {
                return;
            }
            LockSupport.parkNanos(this, refused ? MOVE_NANOS / 10 : nanos);
        }
    }

    /** The address to send to: the first that is not ours; the current one while the name cannot be looked up. */
    private InetSocketAddress choose(InetSocketAddress current) {
        try {
            for (InetAddress address : addresses.inOrder()) {
                InetSocketAddress candidate = new InetSocketAddress(address, to.getPort());
                if (!isOurs(candidate)) {
                    return candidate;
                }
                warn("forward: " + name() + " is " + Format.of(candidate)
                        + ", where the sidecar itself listens; nothing is sent there: give --statsd-forward the"
                        + " address of another server");
            }
            return null;
        } catch (UnknownHostException e) {
            warn("forward: the host '" + to.getHostString() + "' is unknown; "
                    + (current == null
                            ? "datagrams are dropped and counted until it resolves"
                            : "its last address is used"));
            return current;
        }
    }

    private boolean connect(InetSocketAddress address) {
        DatagramChannel before = channel;
        try {
            channel = open(address);
            said = "";
            log.info("forward: to " + name() + " at " + Format.of(address));
            return true;
        } catch (IOException e) {
            warn("forward: cannot send to " + Format.of(address) + " (" + reason(e) + ")");
            addresses.failed(address.getAddress());
            return false;
        } finally {
            if (before != channel) {
                close(before);
            }
        }
    }

    private static DatagramChannel open(InetSocketAddress address) throws IOException {
        DatagramChannel open = DatagramChannel.open(
                address.getAddress() instanceof Inet6Address
                        ? StandardProtocolFamily.INET6
                        : StandardProtocolFamily.INET);
        try {
            open.configureBlocking(false);
            // Connected, because the kernel reports a refusal only to a connected socket.
            open.connect(address);
            return open;
        } catch (IOException | RuntimeException e) {
            open.close();
            throw e;
        }
    }

    private boolean isOurs(InetSocketAddress address) {
        for (InetSocketAddress our : ours) {
            if (our.getPort() == address.getPort()
                    && (our.getAddress().equals(address.getAddress())
                            || (our.getAddress().isAnyLocalAddress() && isOfThisMachine(address.getAddress())))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOfThisMachine(InetAddress address) {
        try {
            return address.isLoopbackAddress()
                    || address.isAnyLocalAddress()
                    || NetworkInterface.getByInetAddress(address) != null;
        } catch (IOException e) {
            return false;
        }
    }

    private void warn(String sentence) {
        if (!sentence.equals(said)) {
            said = sentence;
            log.warn(sentence);
        }
    }

    private String name() {
        return to.getHostString() + ":" + to.getPort();
    }

    private static String reason(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    private static void close(DatagramChannel open) {
        try {
            if (open != null) {
                open.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
