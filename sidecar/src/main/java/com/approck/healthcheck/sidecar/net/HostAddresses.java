package com.approck.healthcheck.sidecar.net;

import com.approck.healthcheck.sidecar.text.Ticker;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The addresses of one host, by one rule for all that the sidecar connects to:
 *
 * <ul>
 *   <li>the present address is kept as long as the name has it and it works;
 *   <li>after it failed, the name is looked up anew, at most once a second, and the next address is tried;
 *   <li>otherwise it is looked up anew from time to time; while that fails, the known addresses are kept.
 * </ul>
 *
 * <p>{@code localhost} always has 127.0.0.1 and ::1, whatever its hosts file leaves out. For one thread at a time.
 */
public final class HostAddresses {
    /** How long what was found is used, unless it fails: a move that nothing refuses is noticed after that. */
    public static final Duration LOOKUP_INTERVAL = Duration.ofSeconds(5);

    private static final long RETRY_NANOS = Duration.ofSeconds(1).toNanos();
    private static final int MAX_ADDRESSES = 16;

    private final String host;
    private final Resolver resolver;
    private final Ticker ticker;
    private final long lookupNanos;

    /** The present address comes first. */
    private List<InetAddress> addresses = List.of();

    private boolean failed;
    private boolean lookedUp;
    private long lookedUpAt;

    /**
     * Looks nothing up yet.
     *
     * @param lookupInterval {@link #LOOKUP_INTERVAL}, or less in a test
     */
    public HostAddresses(String host, Resolver resolver, Ticker ticker, Duration lookupInterval) {
        this.host = host;
        this.resolver = resolver;
        this.ticker = ticker;
        this.lookupNanos = lookupInterval.toNanos();
    }

    /**
     * The addresses to try, in this order. May take as long as a look-up.
     *
     * @return at least one
     * @throws UnknownHostException if the name has none and never had
     */
    public List<InetAddress> inOrder() throws UnknownHostException {
        long since = ticker.nanos() - lookedUpAt;
        if (!lookedUp || since >= lookupNanos || ((failed || addresses.isEmpty()) && since >= RETRY_NANOS)) {
            lookUp();
        }
        if (addresses.isEmpty()) {
            throw new UnknownHostException(host);
        }
        return addresses;
    }

    /** Whether {@link #inOrder} would look the name up now because an address failed. */
    public boolean canRetry() {
        return failed && ticker.nanos() - lookedUpAt >= RETRY_NANOS;
    }

    /** The address took what was sent: it is the present one from now on. */
    public void worked(InetAddress address) {
        failed = false;
        moveToFront(address);
    }

    /** The address refused or could not be reached. If it is the present one, the next takes its place. */
    public void failed(InetAddress address) {
        failed = true;
        if (!addresses.isEmpty() && addresses.get(0).equals(address)) {
            List<InetAddress> turned = new ArrayList<>(addresses.subList(1, addresses.size()));
            turned.add(address);
            addresses = turned;
        }
    }

    private void lookUp() throws UnknownHostException {
        lookedUp = true;
        lookedUpAt = ticker.nanos();
        List<InetAddress> before = addresses;
        List<InetAddress> found = new ArrayList<>();
        try {
            for (InetAddress address : resolver.resolve(host)) {
                if (!found.contains(address) && found.size() < MAX_ADDRESSES) {
                    found.add(address);
                }
            }
        } catch (UnknownHostException e) {
            if (before.isEmpty() && !isLocalhost()) {
                throw e;
            }
            found.addAll(before);
        } finally {
            lookedUpAt = ticker.nanos();
        }
        if (isLocalhost()) {
            addLoopback(found, new byte[] {127, 0, 0, 1});
            addLoopback(found, new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
        }
        // The order that trying has brought about holds for those that are still there; new ones come behind.
        List<InetAddress> ordered = new ArrayList<>(before);
        ordered.retainAll(found);
        found.removeAll(ordered);
        if (failed) {
            // One that was not tried yet is more likely than those that failed.
            ordered.addAll(0, found);
        } else {
            ordered.addAll(found);
        }
        addresses = ordered;
    }

    private boolean isLocalhost() {
        return host.equalsIgnoreCase("localhost");
    }

    private void addLoopback(List<InetAddress> found, byte[] bytes) throws UnknownHostException {
        InetAddress address = InetAddress.getByAddress(host, bytes);
        if (!found.contains(address)) {
            found.add(address);
        }
    }

    private void moveToFront(InetAddress address) {
        if (addresses.size() > 1 && !addresses.get(0).equals(address)) {
            List<InetAddress> moved = new ArrayList<>(addresses);
            moved.remove(address);
            moved.add(0, address);
            addresses = moved;
        }
    }
}
