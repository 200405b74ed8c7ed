package com.approck.healthcheck.sidecar.workers;

import com.approck.healthcheck.sidecar.count.Counters;
import com.approck.healthcheck.sidecar.statsd.GaugeParser;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A registry that receives wire strings at times of the test's choosing, on a clock that starts near its overflow. */
public final class WorkersDriver {
    public static final List<String> NAMES = List.of("workers", "gunicorn.workers");

    private static final long START = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(3);

    public final Counters counters = new Counters();
    public final SourceRegistry registry;
    private final GaugeParser parser = new GaugeParser(NAMES, counters);
    private long millis;

    public WorkersDriver() {
        this(Duration.ZERO);
    }

    public WorkersDriver(Duration ttl) {
        registry = new SourceRegistry(NAMES, ttl, counters, START);
    }

    /** Time goes by, and everything that arrived in it is read. */
    public WorkersDriver after(long moreMillis) {
        return afterUnread(moreMillis).allRead();
    }

    /** Time goes by, and what arrived in it is not read yet. */
    public WorkersDriver afterUnread(long moreMillis) {
        millis += moreMillis;
        return this;
    }

    public WorkersDriver allRead() {
        registry.setWatermark(now());
        return this;
    }

    /** {@code port} of 127.0.0.1 sends a datagram. */
    public WorkersDriver from(int port, String datagram) {
        return from(sender(port), datagram);
    }

    public WorkersDriver from(InetSocketAddress sender, String datagram) {
        byte[] bytes = datagram.getBytes(StandardCharsets.UTF_8);
        parser.parse(bytes, bytes.length, gauge -> registry.apply(sender, gauge, now()));
        return this;
    }

    public long now() {
        return START + TimeUnit.MILLISECONDS.toNanos(millis);
    }

    public WorkersSnapshot snapshot() {
        return registry.snapshot(now());
    }

    public List<SourceView> sources() {
        return registry.sources(now(), Integer.MAX_VALUE, Integer.MAX_VALUE);
    }

    private static InetSocketAddress sender(int port) {
        try {
            return new InetSocketAddress(
                    InetAddress.getByAddress(new byte[] {127, 0, (byte) (port >> 16), 1}), port & 0xffff);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }
}
