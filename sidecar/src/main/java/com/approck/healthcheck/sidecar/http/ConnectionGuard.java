package com.approck.healthcheck.sidecar.http;

import com.approck.healthcheck.sidecar.count.ConnectionStats;
import com.approck.healthcheck.sidecar.log.RateLimitedLog;
import com.approck.healthcheck.sidecar.time.Ticker;
import io.undertow.server.HttpServerExchange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.xnio.ChannelListener;
import org.xnio.StreamConnection;
import org.xnio.XnioIoThread;

/**
 * Limits what one client can cost, where Undertow has no option for it. On the I/O thread only.
 *
 * <p>A request must be complete {@link #REQUEST_NANOS} after its first byte, or after the connection was opened; a response must be
 * taken after {@link #SEND_NANOS}; a connection may be idle for {@link #IDLE_NANOS}. When there are too many connections, or requests
 * that are not complete hold too much memory, the connection that got no response for the longest time is closed: clients that only
 * hold connections cannot keep a prober out.
 */
final class ConnectionGuard {
    static final long REQUEST_NANOS = Duration.ofSeconds(5).toNanos();
    static final long SEND_NANOS = Duration.ofSeconds(5).toNanos();
    static final long LINGER_NANOS = Duration.ofSeconds(5).toNanos();
    /** Envoy and the kubelet reuse a connection each 60 seconds. */
    static final long IDLE_NANOS = Duration.ofSeconds(75).toNanos();
    /** Bytes of all requests that are not complete; Undertow keeps about twice as much. */
    static final int MAX_INCOMPLETE_BYTES = 1 << 20;

    private static final Response FAILED =
            Response.text(500, "The sidecar failed to answer this request; its log says why.");

    /** How late a timeout may be noticed. */
    private static final long SWEEP_MILLIS = 1000;

    private static final long SWEEP_NANOS = Duration.ofMillis(SWEEP_MILLIS).toNanos();

    private final ChannelListener<StreamConnection> undertow;
    private final Ticker ticker;
    private final ConnectionStats stats;
    private final int maxConnections;
    private final RateLimitedLog failures;
    private final Consumer<Throwable> broken;
    /** The connection that got no response for the longest time comes first. */
    private final LinkedHashSet<GuardedConnection> connections = new LinkedHashSet<>();

    private int incompleteBytes;
    private long sweptAt;
    private boolean sweepScheduled;

    /**
     * @param undertow takes each connection
     * @param broken is given what made the guard itself fail
     */
    ConnectionGuard(
            ChannelListener<StreamConnection> undertow,
            Ticker ticker,
            ConnectionStats stats,
            int maxConnections,
            RateLimitedLog failures,
            Consumer<Throwable> broken) {
        this.undertow = undertow;
        this.ticker = ticker;
        this.stats = stats;
        this.maxConnections = maxConnections;
        this.failures = failures;
        this.broken = broken;
    }

    /** Lets Undertow serve a connection that was just accepted. */
    void accept(StreamConnection channel) {
        sweepIfDue();
        while (connections.size() >= maxConnections) {
            evict(connections.iterator().next());
        }
        GuardedConnection connection = new GuardedConnection(this, channel, now());
        channel.getSourceChannel().setConduit(connection);
        connections.add(connection);
        stats.setOpen(connections.size());
        scheduleSweep(channel.getIoThread());
        undertow.handleEvent(channel);
        connection.forgetWhenClosed();
    }

    /** Sends a 500 and logs why. */
    void fail(HttpServerExchange exchange, Throwable cause) {
        failures.warn("a request could not be answered", cause);
        FAILED.send(exchange);
    }

    long now() {
        return ticker.nanos();
    }

    /** Takes note that the connection got a response: from now on it is the last to be evicted. */
    void answered(GuardedConnection connection) {
        if (connections.remove(connection)) {
            connections.add(connection);
        }
    }

    void forget(GuardedConnection connection) {
        connection.releaseIncompleteBytes();
        connections.remove(connection);
        stats.setOpen(connections.size());
    }

    /** Adds to what incomplete requests hold, and closes some of their connections if that is too much. */
    void addIncompleteBytes(int bytes) {
        incompleteBytes += bytes;
        while (incompleteBytes > MAX_INCOMPLETE_BYTES) {
            Optional<GuardedConnection> eldest = connections.stream()
                    .filter(connection -> connection.incompleteBytes() > 0)
                    .findFirst();
            if (eldest.isEmpty()) {
                return;
            }
            evict(eldest.get());
        }
    }

    private void evict(GuardedConnection connection) {
        stats.addEvicted();
        connection.close();
        forget(connection);
    }

    private void scheduleSweep(XnioIoThread thread) {
        if (!sweepScheduled) {
            sweepScheduled = true;
            thread.executeAfter(() -> scheduledSweep(thread), SWEEP_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void scheduledSweep(XnioIoThread thread) {
        sweepScheduled = false;
        sweepIfDue();
        if (!connections.isEmpty()) {
            scheduleSweep(thread);
        }
    }

    /** Closes the connections whose time is over. */
    private void sweepIfDue() {
        try {
            long now = now();
            if (now - sweptAt < SWEEP_NANOS) {
                return;
            }
            sweptAt = now;
            List<GuardedConnection> overdue = new ArrayList<>();
            for (GuardedConnection connection : connections) {
                if (connection.isOverdue(now)) {
                    overdue.add(connection);
                }
            }
            for (GuardedConnection connection : overdue) {
                stats.addTimedOut();
                connection.close();
            }
        } catch (Throwable e) {
            // XNIO would log it and go on without timeouts.
            broken.accept(e);
            throw e;
        }
    }
}
