package com.approck.healthcheck.sidecar.statsd;

/** Takes the gauges of a datagram, one by one, in the order of its lines. */
@FunctionalInterface
public interface GaugeSink {
    /** Takes one; {@code gauge} is good until this method returns. */
    void gauge(Gauge gauge);
}
