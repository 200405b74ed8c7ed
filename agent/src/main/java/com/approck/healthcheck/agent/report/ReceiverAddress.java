package com.approck.healthcheck.agent.report;

import com.approck.healthcheck.agent.log.Log;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Which address of the StatsD host to send to, by this rule:
 *
 * <ul>
 *   <li>the present address is kept as long as the name has it and it works;
 *   <li>after it refused, the name is looked up anew and the next address is tried, each at most once a second;
 *   <li>otherwise the name is looked up anew every 30 s; while that fails, the known addresses are kept.
 * </ul>
 *
 * <p>{@code localhost} always has 127.0.0.1 and ::1, whatever its hosts file leaves out. Other names are looked up on a
 * thread of their own, {@code healthcheck-resolve}, past the JVM's cache. Thread-safe; no method waits for a look-up.
 */
final class ReceiverAddress {
    private static final long LOOKUP_NANOS = 30_000_000_000L;
    private static final long RETRY_NANOS = 1_000_000_000L;
    private static final int MAX_ADDRESSES = 16;

    private final String host;
    private final Resolver resolver;
    private final ThreadGroup group;
    private final Log log;
    private final boolean isLocalhost;
    private final boolean isFixed;

    /** The present address comes first. */
    private List<InetAddress> addresses = Collections.emptyList();

    /** Since the last look-up that found something. */
    private boolean failed;

    private boolean moved;
    private long movedNanos;
    private boolean lookedUp;
    private long lookedUpNanos;
    private boolean lookingUp;

    /** Looks a name up, and may take long. */
    interface Resolver {
        InetAddress[] resolve(String host) throws UnknownHostException;
    }

    /** @param group in which the thread that looks the name up is made */
    ReceiverAddress(String host, Resolver resolver, ThreadGroup group, Log log) {
        this.host = host;
        this.resolver = resolver;
        this.group = group;
        this.log = log;
        this.isLocalhost = host.equalsIgnoreCase("localhost");
        this.isFixed = isLocalhost || host.indexOf(':') >= 0 || host.matches("[0-9.]+");
    }

    /** The address to send to, or null while none is known. Starts a look-up when one is due. */
    synchronized InetAddress present(long nowNanos) {
        boolean due = nowNanos - lookedUpNanos >= (addresses.isEmpty() || failed ? RETRY_NANOS : LOOKUP_NANOS);
        if (!lookedUp || (due && !isFixed)) {
            startLookUp(nowNanos);
        }
        return addresses.isEmpty() ? null : addresses.get(0);
    }

    /** Whether there is no other address to try. */
    synchronized boolean isOnlyOne() {
        return addresses.size() == 1;
    }

    /** An address refused, or cannot be reached. Does nothing if it is not the present one any more. */
    synchronized void failed(InetAddress address, long nowNanos) {
        boolean isPresent = !addresses.isEmpty() && addresses.get(0).equals(address);
        if (!isPresent || (moved && nowNanos - movedNanos < RETRY_NANOS)) {
            return;
        }
        failed = true;
        moved = true;
        movedNanos = nowNanos;
        List<InetAddress> turned = new ArrayList<>(addresses.subList(1, addresses.size()));
        turned.add(address);
        addresses = turned;
        if (!isFixed && nowNanos - lookedUpNanos >= RETRY_NANOS) {
            startLookUp(nowNanos);
        }
    }

    private void startLookUp(long nowNanos) {
        if (lookingUp) {
            return;
        }
        lookedUp = true;
        lookedUpNanos = nowNanos;
        if (isFixed) {
            lookUp();
            return;
        }
        lookingUp = true;
        try {
            Thread thread = new Thread(group, this::lookUp, "healthcheck-resolve");
            thread.setDaemon(true);
            thread.start();
        } catch (OutOfMemoryError noThread) {
            lookingUp = false;
        }
    }

    private void lookUp() {
        try {
            found(isLocalhost ? loopback() : resolver.resolve(host));
        } catch (UnknownHostException e) {
            log.warn("can't resolve the StatsD host '" + host + "' (setting host, HEALTHCHECK_STATSD_HOST or"
                    + " STATSD_HOST); " + (hasAddress() ? "its last address is used" : "nothing is sent")
                    + ", and it is looked up again");
        } finally {
            synchronized (this) {
                lookingUp = false;
            }
        }
    }

    private synchronized boolean hasAddress() {
        return !addresses.isEmpty();
    }

    private synchronized void found(InetAddress[] all) {
        List<InetAddress> fresh = new ArrayList<>();
        for (InetAddress address : all) {
            if (!fresh.contains(address) && fresh.size() < MAX_ADDRESSES) {
                fresh.add(address);
            }
        }
        // The order that trying has brought about holds for those that are still there.
        List<InetAddress> ordered = new ArrayList<>(addresses);
        ordered.retainAll(fresh);
        fresh.removeAll(ordered);
        // One that was not tried yet is more likely than one that failed.
        ordered.addAll(failed ? 0 : ordered.size(), fresh);
        addresses = ordered;
        failed = false;
    }

    private InetAddress[] loopback() throws UnknownHostException {
        List<InetAddress> both = new ArrayList<>(Arrays.asList(InetAddress.getAllByName(host)));
        both.add(InetAddress.getByAddress(host, new byte[] {127, 0, 0, 1}));
        both.add(InetAddress.getByAddress(host, new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}));
        return both.toArray(new InetAddress[0]);
    }
}
