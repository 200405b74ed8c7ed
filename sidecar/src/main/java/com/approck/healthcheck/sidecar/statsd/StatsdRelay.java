package com.approck.healthcheck.sidecar.statsd;

import com.approck.healthcheck.sidecar.metrics.Counter;
import com.approck.healthcheck.sidecar.metrics.Counters;
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

/**
 * Sends every datagram that is not empty on, unchanged, before it is handled here.
 *
 * <p>On the receiver thread, by a socket that never blocks: what cannot go at once is dropped and counted. While nobody listens there
 * (the kernel says so), one datagram in {@value #RETRY_MILLIS} ms is tried. The kernel tells of a datagram that nobody took only with the
 * next one, so the count of those sent on has some in it that were lost.
 *
 * <p>The name is looked up on a thread of its own, {@code forward}, every {@value #LOOKUP_MILLIS} ms: an address that is no longer among
 * those of the name is left for one that is.
 */
public final class StatsdRelay implements DatagramHandler, AutoCloseable {
    static final long RETRY_MILLIS = 100;
    static final long LOOKUP_MILLIS = 5_000;

    private static final int LARGEST_DATAGRAM = 65_535;
    private static final long RETRY_NANOS = Duration.ofMillis(RETRY_MILLIS).toNanos();
    /** So long without a refusal is "back". */
    private static final long BACK_NANOS = Duration.ofSeconds(10).toNanos();

    private final InetSocketAddress to;
    private final List<InetSocketAddress> ours;
    private final DatagramHandler next;
    private final Counters counters;
    private final Ticker ticker;
    private final Log log;
    private final Resolver resolver;
    private final long lookUpMillis;
    private final Thread thread;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(LARGEST_DATAGRAM);

    /** Null as long as there is no address. */
    private volatile DatagramChannel channel;

    private volatile boolean closed;
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
            long lookUpMillis) {
        this.to = to;
        this.ours = ours;
        this.next = next;
        this.counters = counters;
        this.ticker = ticker;
        this.log = log;
        this.resolver = resolver;
        this.lookUpMillis = lookUpMillis;
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
        return start(
                to, ours, next, counters, ticker, log, host -> List.of(InetAddress.getAllByName(host)), LOOKUP_MILLIS);
    }

    static StatsdRelay start(
            InetSocketAddress to,
            List<InetSocketAddress> ours,
            DatagramHandler next,
            Counters counters,
            Ticker ticker,
            Log log,
            Resolver resolver,
            long lookUpMillis) {
        StatsdRelay forward = new StatsdRelay(to, ours, next, counters, ticker, log, resolver, lookUpMillis);
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
        thread.interrupt();
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
            if (!away && !closed && open == channel) {
                away = true;
                log.warn("forward: " + name() + " refuses datagrams (" + reason(e)
                        + "); they are dropped and counted until it accepts them");
            }
        }
    }

    private void lookUp() {
        InetSocketAddress current = null;
        while (!closed) {
            InetSocketAddress found = choose(current);
            if (found != null && !found.equals(current)) {
                current = connect(found) ? found : null;
            }
            try {
                Thread.sleep(lookUpMillis);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** The address to send to; the current one for as long as the name has it, and while it cannot be looked up. */
    private InetSocketAddress choose(InetSocketAddress current) {
        try {
            InetSocketAddress first = null;
            for (InetAddress address : resolver.resolve(to.getHostString())) {
                InetSocketAddress candidate = new InetSocketAddress(address, to.getPort());
                if (isOurs(candidate)) {
                    warn("forward: " + name() + " is " + Format.of(candidate)
                            + ", where the sidecar itself listens; nothing is sent there: give --statsd-forward the"
                            + " address of another server");
                } else if (candidate.equals(current)) {
                    return current;
                } else if (first == null) {
                    first = candidate;
                }
            }
            return first;
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
            // Connected, since the kernel tells only such a socket that nobody listens there.
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
