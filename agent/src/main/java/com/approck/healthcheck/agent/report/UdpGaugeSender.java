package com.approck.healthcheck.agent.report;

import com.approck.healthcheck.agent.log.Log;
import com.approck.healthcheck.agent.reflect.ModuleOpener;
import com.timgroup.statsd.NonBlockingUdpSender;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.PortUnreachableException;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Gauges by the sender of the StatsD client, which writes them on a thread of its own. For one thread, but for
 * {@link #senderEnded}.
 *
 * <p>The sender's constructor throws where the host is unknown, and it never resolves a name again; so it is made when an
 * address is known, and made anew when {@link ReceiverAddress} has another. Its queue has no bound; so it is given nothing more while
 * {@link #MAX_SAMPLES_WAITING} samples have not left.
 *
 * <p>What has left is known by the one thing that the sender reports, an exception, in the order of what it was given: each
 * sample ends with a message that is null, for which it hands a NullPointerException to its error handler once all that
 * came before has been written (NonBlockingUdpSender.blockingSend, 3.1.0). To stop the sender would wait for its queue as
 * well, but closes its socket, and to the receiver the next socket is another source.
 */
public final class UdpGaugeSender implements GaugeSender {
    /** The most samples that wait in the sender; what follows is dropped. */
    private static final int MAX_SAMPLES_WAITING = 5;

    private final String host;
    private final int port;
    private final String prefix;
    private final ReceiverAddress receiver;
    private final Log log;

    private volatile boolean broken;
    private final AtomicInteger failuresInSample = new AtomicInteger();
    private volatile boolean lastSampleFailed;
    private volatile Exception lastFailure;
    private volatile InetAddress address;
    private NonBlockingUdpSender sender;

    /** The samples that the present sender was given and has not written yet. */
    private AtomicLong waiting = new AtomicLong();

    private volatile Thread flushing;
    private boolean dropping;

    /**
     * @param prefix what stands before every name: nothing, or something with a dot at its end
     * @param opener opens the method that looks names up past the cache of the JVM
     * @param group the thread group in which names are resolved
     */
    public UdpGaugeSender(String host, int port, String prefix, ModuleOpener opener, ThreadGroup group, Log log) {
        this.host = host;
        this.port = port;
        this.prefix = prefix;
        this.receiver = new ReceiverAddress(host, new UncachedResolver(opener), group, log);
        this.log = log;
    }

    /** To be called before each sample: decides whether the gauges that follow are sent or dropped. Never blocks. */
    public void beginSample(long nowNanos) {
        lastSampleFailed = failuresInSample.getAndSet(0) > 0;
        InetAddress newest = receiver.present(nowNanos);
        if (newest != null && (broken || !newest.equals(address))) {
            connect(newest, nowNanos);
        }
        dropping = sender == null || waiting.get() >= MAX_SAMPLES_WAITING;
    }

    @Override
    public void gauge(String name, long value) {
        if (!dropping) {
            sender.send(prefix + name + ":" + value + "|g");
        }
    }

    /** To be called after each sample. */
    public void endSample() {
        if (!dropping) {
            waiting.incrementAndGet();
            sender.send(null);
        }
    }

    /** Waits until the sender has written what it was given, or the time is over; whether it has. */
    public boolean flush(long withinNanos) {
        flushing = Thread.currentThread();
        long begun = System.nanoTime();
        long left = withinNanos;
        while (waiting.get() > 0 && left > 0) {
            LockSupport.parkNanos(this, left);
            left = withinNanos - (System.nanoTime() - begun);
        }
        flushing = null;
        return waiting.get() == 0;
    }

    /**
     * The sender's thread ended by an error, and with it perhaps the end of a sample. It has another one, which goes on with
     * what follows.
     */
    public void senderEnded() {
        waiting.set(0);
    }

    /** Returns where the gauges go and what became of the last ones, for people. */
    public String describe() {
        InetAddress present = address;
        if (present == null) {
            return "nothing has been sent: no address of " + host + " is known, or none can be sent to";
        }
        Exception failure = lastFailure;
        boolean failing = failure != null && (lastSampleFailed || failuresInSample.get() > 0);
        String outcome = "they have left this process; whether they arrived, UDP does not say";
        if (failing) {
            outcome = failure instanceof PortUnreachableException
                    ? "refused, because nobody listens there"
                    : "failed: " + failure;
        }
        return "to " + withPort(present) + " (" + host + "); the last ones: " + outcome
                + (waiting.get() == 0 ? "" : "; " + waiting.get() + " reports wait to be sent");
    }

    private String withPort(InetAddress to) {
        String text = to.getHostAddress();
        return (to instanceof Inet6Address ? "[" + text + "]" : text) + ":" + port;
    }

    private void connect(InetAddress newest, long nowNanos) {
        if (sender != null && waiting.get() == 0) {
            // Waits for an empty queue, so not at all.
            sender.stop();
        }
        try {
            broken = false;
            AtomicLong ofThisSender = new AtomicLong();
            sender = new NonBlockingUdpSender(
                    newest.getHostAddress(), port, StandardCharsets.UTF_8, e -> handle(e, ofThisSender));
            waiting = ofThisSender;
            log.debug("sending to " + withPort(newest));
        } catch (IOException | RuntimeException e) {
            sender = null;
            address = null;
            String what = "can't open a UDP socket to " + withPort(newest) + ": " + e + "; will try again";
            if (receiver.isOnlyOne()) {
                log.warn(what);
            } else {
                log.debug(what + " at the next address");
            }
            receiver.failed(newest, nowNanos);
            return;
        }
        address = newest;
    }

    /** On the sender's thread. */
    private void handle(Exception e, AtomicLong samples) {
        if (e instanceof NullPointerException) {
            samples.updateAndGet(n -> Math.max(0, n - 1));
            LockSupport.unpark(flushing);
        } else {
            failed(e);
        }
    }

    /**
     * On the sender's thread. Nobody listens (yet), or the network is away: then the next gauge is as good, and to give up
     * would be a healthy application called dead. Another address may do better. But an interrupt of that thread closes its
     * channel for good.
     */
    void failed(Exception e) {
        lastFailure = e;
        if (e instanceof ClosedChannelException) {
            broken = true;
            return;
        }
        // A single refusal may be of the sample before, of a receiver that has come meanwhile: the kernel reports it
        // with the
        // next datagram. To leave it then would give it two sources.
        boolean isOfNow = failuresInSample.incrementAndGet() > 1 || lastSampleFailed;
        InetAddress failing = address;
        if (isOfNow && failing != null) {
            receiver.failed(failing, System.nanoTime());
        }
        if (!(e instanceof PortUnreachableException)) {
            log.warn("can't send to " + host + ":" + port + ", what follows is sent all the same: ", e);
        }
    }
}
