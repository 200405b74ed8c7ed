package com.approck.healthcheck.sidecar.workers;

import com.approck.healthcheck.sidecar.receive.DatagramHandler;
import com.approck.healthcheck.sidecar.statsd.Gauge;
import com.approck.healthcheck.sidecar.statsd.GaugeParser;
import com.approck.healthcheck.sidecar.statsd.GaugeSink;
import com.approck.healthcheck.sidecar.time.Ticker;
import java.net.InetSocketAddress;

/**
 * Parses datagrams and applies the gauges in them to the registry, on the receiver thread. Reads the clock only for a
 * datagram that has a gauge about workers.
 */
public final class GaugeIngest implements DatagramHandler {
    private final GaugeParser parser;
    private final SourceRegistry registry;
    private final Ticker ticker;
    private final GaugeSink sink = this::apply;

    private InetSocketAddress sender;
    private long now;
    private boolean relevant;

    public GaugeIngest(GaugeParser parser, SourceRegistry registry, Ticker ticker) {
        this.parser = parser;
        this.registry = registry;
        this.ticker = ticker;
    }

    @Override
    public boolean datagram(byte[] bytes, int length, InetSocketAddress from) {
        sender = from;
        relevant = false;
        parser.parse(bytes, length, sink);
        return relevant;
    }

    private void apply(Gauge gauge) {
        if (!relevant) {
            relevant = true;
            now = ticker.nanos();
        }
        registry.apply(sender, gauge, now);
    }
}
