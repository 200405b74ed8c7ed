package com.approck.healthcheck.sidecar.net;

import com.approck.healthcheck.sidecar.config.ListenAddress;
import com.approck.healthcheck.sidecar.text.Format;
import java.io.IOException;
import java.net.BindException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Listens on every address that a host name stands for, all on one port.
 *
 * <p>{@code localhost} is 127.0.0.1 to one program and ::1 to another, on the same machine: who asks for the name gets
 * both, where the machine has both. {@code localhost} always means the two, whatever its hosts file leaves out.
 *
 * <p>{@code 0.0.0.0} and {@code ::} both mean every address of both families. On Linux a socket at {@code ::} takes IPv4
 * too, because Java switches IPV6_V6ONLY off; where the kernel has no IPv6, 0.0.0.0 is all that there is.
 */
public final class ListenSockets {
    private static final int TRIES = 5;
    private static final int MAX_ADDRESSES = 8;

    private ListenSockets() {}

    /** Opens one listening socket. */
    @FunctionalInterface
    public interface Opener<S extends AutoCloseable> {
        S open(InetSocketAddress address) throws IOException;
    }

    /** Returns the address on which a socket listens. */
    @FunctionalInterface
    public interface Locator<S> {
        InetSocketAddress address(S socket);
    }

    /**
     * Opens a socket for each address of {@code host}.
     *
     * @param where a port of 0 is one that is free, the same on all addresses
     * @param what for the message, {@code StatsD}
     * @return at least one
     * @throws BindFailedException for an unknown host, a port in use or not allowed, an address that is not ours
     */
    public static <S extends AutoCloseable> List<S> all(
            ListenAddress where, String what, Opener<S> opener, Locator<S> locator) throws BindFailedException {
        List<InetAddress> addresses = addresses(where, what);
        for (int attempt = 1; ; attempt++) {
            try {
                return once(addresses, where.port(), opener, locator);
            } catch (RefusedException e) {
                // A port that is free on one address may be taken on the next: ask for another.
                if (where.port() != 0 || attempt >= TRIES || !e.isInUse()) {
                    throw failure(e, where, what);
                }
            }
        }
    }

    private static List<InetAddress> addresses(ListenAddress where, String what) throws BindFailedException {
        String host = where.host();
        if (host.equals("localhost")) {
            byte[] one = new byte[16];
            one[15] = 1;
            return List.of(address(host, new byte[] {127, 0, 0, 1}), address(host, one));
        }
        Set<InetAddress> addresses = new LinkedHashSet<>();
        try {
            addresses.addAll(Arrays.asList(InetAddress.getAllByName(host)));
        } catch (UnknownHostException e) {
            throw new BindFailedException(
                    "could not listen for " + what + ": the host '" + host + "' is unknown; " + where.hostAdvice(), e);
        }
        if (addresses.stream().anyMatch(InetAddress::isAnyLocalAddress)) {
            return List.of(address(null, new byte[16]), address(null, new byte[4]));
        }
        List<InetAddress> some = new ArrayList<>(addresses);
        return some.size() > MAX_ADDRESSES ? some.subList(0, MAX_ADDRESSES) : some;
    }

    private static InetAddress address(String host, byte[] bytes) {
        try {
            return InetAddress.getByAddress(host, bytes);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static <S extends AutoCloseable> List<S> once(
            List<InetAddress> addresses, int port, Opener<S> opener, Locator<S> locator) throws RefusedException {
        List<S> sockets = new ArrayList<>();
        InetSocketAddress refused = null;
        Exception refusal = null;
        int chosen = port;
        for (InetAddress address : addresses) {
            InetSocketAddress wanted = new InetSocketAddress(address, chosen);
            try {
                S socket = opener.open(wanted);
                sockets.add(socket);
                chosen = locator.address(socket).getPort();
                if (address.isAnyLocalAddress()) {
                    // The other one is included.
                    break;
                }
            } catch (IOException | RuntimeException e) {
                if (isInUse(e)) {
                    close(sockets);
                    throw new RefusedException(wanted, e);
                }
                // A machine without IPv6, say. That the name has another address is enough.
                if (refusal == null || address instanceof Inet4Address) {
                    refused = wanted;
                    refusal = e;
                }
            }
        }
        if (sockets.isEmpty()) {
            throw new RefusedException(refused, refusal);
        }
        return List.copyOf(sockets);
    }

    private static boolean isInUse(Throwable e) {
        return e instanceof BindException && String.valueOf(e.getMessage()).contains("in use");
    }

    private static BindFailedException failure(RefusedException e, ListenAddress where, String what) {
        String reason = String.valueOf(e.getCause().getMessage());
        String why;
        if (e.isInUse()) {
            why = "the port is in use; end what uses it or " + where.portAdvice();
        } else if (reason.contains("ermission")) {
            why = reason + "; " + where.portAdvice();
        } else {
            why = reason + "; " + where.hostAdvice();
        }
        return new BindFailedException(
                "could not listen for " + what + " on " + Format.of(e.address) + ": " + why, e.getCause());
    }

    private static void close(List<? extends AutoCloseable> sockets) {
        for (AutoCloseable socket : sockets) {
            try {
                socket.close();
            } catch (Exception ignored) {
                // It has just been opened and carried nothing: there is nothing to lose.
            }
        }
    }

    /** An address at which we cannot listen. */
    private static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;

        final transient InetSocketAddress address;

        RefusedException(InetSocketAddress address, Throwable cause) {
            super(cause);
            this.address = address;
        }

        boolean isInUse() {
            return ListenSockets.isInUse(getCause());
        }
    }
}
