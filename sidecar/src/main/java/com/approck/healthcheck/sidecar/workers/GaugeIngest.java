package com.approck.healthcheck.sidecar.workers;

import com.approck.healthcheck.sidecar.statsd.DatagramHandler;
import com.approck.healthcheck.sidecar.statsd.Gauge;
import com.approck.healthcheck.sidecar.statsd.GaugeParser;
import com.approck.healthcheck.sidecar.statsd.GaugeSink;
import com.approck.healthcheck.sidecar.text.Ticker;
import java.net.InetSocketAddress;

/** Parses datagrams and has the gauges in them remembered. Reads the clock only for a datagram that has one. */
public final class GaugeIngest implements DatagramHandler {
    private final GaugeParser parser;
    private final SourceRegistry workers;
    private final Ticker ticker;
    private final GaugeSink sink = this::gauge;

    private InetSocketAddress sender;
    private long now;
    private boolean relevant;

    public GaugeIngest(GaugeParser parser, SourceRegistry workers, Ticker ticker) {
        this.parser = parser;
        this.workers = workers;
        this.ticker = ticker;
    }

    @Override
    public boolean datagram(byte[] bytes, int length, InetSocketAddress from) {
        sender = from;
        relevant = false;
        parser.parse(bytes, length, sink);
        return relevant;
    }

    private void gauge(Gauge gauge) {
        if (!relevant) {
            relevant = true;
            now = ticker.nanos();
        }
        workers.hear(sender, gauge, now);
    }
}
