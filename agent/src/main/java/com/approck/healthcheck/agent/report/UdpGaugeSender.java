package com.approck.healthcheck.agent.report;

import com.approck.healthcheck.agent.log.Log;
import com.timgroup.statsd.NonBlockingStatsDClient;
import java.net.InetAddress;
import java.net.PortUnreachableException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.locks.LockSupport;

/**
 * GaugeSender by the StatsD client, which writes them on a thread of its own. For one thread.
 *
 * <p>The client's constructor throws where the host is unknown, it never resolves a name again, and its queue has no
 * bound; so it is made when an address is known, made anew when the address has changed, and given nothing while it has
 * not sent what it got before.
 */
public final class UdpGaugeSender implements GaugeSender {
    /** So often is a name resolved again: as long as the JVM caches an answer. */
    private static final long RESOLVE_AGAIN_NANOS = 30_000_000_000L;

    /** So many samples may wait in the client before what follows is dropped. */
    private static final int MAX_SAMPLES_WAITING = 5;

    private final String host;
    private final int port;
    private final String prefix;
    private final ThreadGroup group;
    private final Log log;
    private final boolean resolvesAtOnce;

    private volatile boolean broken;
    private volatile InetAddress resolved;
    private volatile boolean resolving;
    private boolean everResolved;
    private long resolvedNanos;

    private InetAddress address;
    private NonBlockingStatsDClient client;
    private int samplesWaiting;
    private boolean dropping;

    /**
     * @param prefix what stands before every name: nothing, or something with a dot at its end
     * @param group the thread group of the caller's thread, in which the client's thread is found again
     */
    public UdpGaugeSender(String host, int port, String prefix, ThreadGroup group, Log log) {
        this.host = host;
        this.port = port;
        this.prefix = prefix;
        this.group = group;
        this.log = log;
        this.resolvesAtOnce = host.equalsIgnoreCase("localhost") || isLiteralAddress(host);
    }

    /** To be called before each sample: decides whether the gauges that follow are sent or dropped. Never blocks. */
    public void beginSample(long nowNanos) {
        resolve(nowNanos);
        InetAddress newest = resolved;
        if (newest != null && (broken || !newest.equals(address))) {
            connect(newest);
        }
        Thread sender = senderThread();
        // A client whose thread waits has an empty queue; if the thread can't be found the queue is trusted.
        boolean idle = sender == null || sender.getState() == Thread.State.WAITING;
        samplesWaiting = idle ? 0 : samplesWaiting + 1;
        dropping = client == null || samplesWaiting > MAX_SAMPLES_WAITING;
    }

    @Override
    public void gauge(String name, long value) {
        if (!dropping) {
            client.recordGaugeValue(prefix + name, value);
        }
    }

    /**
     * Waits until the client has sent what it was given, or the time is over. There is no word from the client for it: its
     * thread waits again when its queue is empty, but also for the moment before it wakes up, so it is looked at twice.
     */
    public void flush(long withinNanos) {
        Thread sender = senderThread();
        if (dropping || sender == null) {
            return;
        }
        long begun = System.nanoTime();
        int timesIdle = 0;
        while (timesIdle < 3 && System.nanoTime() - begun < withinNanos) {
            LockSupport.parkNanos(this, 1_000_000L);
            timesIdle = sender.getState() == Thread.State.WAITING ? timesIdle + 1 : 0;
        }
    }

    private void connect(InetAddress newest) {
        if (client != null && samplesWaiting == 0) {
            // Waits for an empty queue, so not at all.
            client.stop();
        }
        try {
            broken = false;
            client = new NonBlockingStatsDClient("", newest.getHostAddress(), port, this::failed);
            log.debug("sending to " + newest.getHostAddress() + ":" + port);
        } catch (RuntimeException e) {
            // Not the client's own exception: to verify this method, the JVM would load it where no pool ever comes.
            client = null;
            log.complain("can't open a UDP socket to " + newest + ":" + port + ": "
                    + (e.getCause() == null ? e : e.getCause()) + "; will try again");
            return;
        }
        address = newest;
    }

    /**
     * On the client's thread. Nobody listens (yet), or the network is away: then the next gauge is as good, and to give up
     * would be a healthy application called dead. But an interrupt of the client's thread closes its channel for good.
     */
    void failed(Exception e) {
        if (e instanceof ClosedChannelException) {
            broken = true;
        } else if (!(e instanceof PortUnreachableException)) {
            log.complain("can't send to " + host + ":" + port + ", what follows is sent all the same: ", e);
        }
    }

    private void resolve(long nowNanos) {
        boolean recent = everResolved && nowNanos - resolvedNanos < RESOLVE_AGAIN_NANOS;
        boolean forGood = resolvesAtOnce && resolved != null;
        if (resolving || recent || forGood) {
            return;
        }
        everResolved = true;
        resolvedNanos = nowNanos;
        if (resolvesAtOnce) {
            lookUp();
            return;
        }
        resolving = true;
        try {
            Thread thread = new Thread(group, this::lookUp, "healthcheck-resolve");
            thread.setDaemon(true);
            thread.start();
        } catch (OutOfMemoryError noThread) {
            resolving = false;
        }
    }

    private void lookUp() {
        try {
            resolved = InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            log.complain("can't resolve the StatsD host '" + host + "' (setting host, or STATSD_HOST); nothing is sent,"
                    + " and it is looked up again every " + RESOLVE_AGAIN_NANOS / 1_000_000_000L + " s");
        } finally {
            resolving = false;
        }
    }

    /** The client's thread: the one in our group that it named. Renamed, so that a thread dump tells whose it is. */
    private Thread senderThread() {
        Thread[] threads = new Thread[8];
        int count = group.enumerate(threads, false);
        for (int i = 0; i < count; i++) {
            if (threads[i].getName().startsWith("StatsD-")) {
                threads[i].setName("healthcheck-statsd");
            }
            if (threads[i].getName().equals("healthcheck-statsd")) {
                return threads[i];
            }
        }
        return null;
    }

    private static boolean isLiteralAddress(String host) {
        return host.indexOf(':') >= 0 || host.matches("[0-9.]+");
    }
}
