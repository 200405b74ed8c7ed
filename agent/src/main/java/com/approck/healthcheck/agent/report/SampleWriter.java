package com.approck.healthcheck.agent.report;

import com.approck.healthcheck.agent.sample.Sample;

/** The order and the names of the gauges that one sample becomes. Pure. */
public final class SampleWriter {
    private SampleWriter() {}

    /**
     * Writes one sample. The lease goes first: a receiver that gets a number before it ever got a lease has to
     * keep that number without a time limit.
     *
     * @param draining whether the JVM has begun to shut down
     */
    public static void write(Sample sample, long leaseMillis, boolean draining, GaugeSender gauges) {
        gauges.gauge("workers.lease", leaseMillis);
        if (draining) {
            gauges.gauge("workers.draining", 1);
        }
        gauges.gauge("workers", sample.able());
        for (Sample.Pool pool : sample.pools()) {
            String name = "workers.pool." + pool.name();
            gauges.gauge(name, pool.able());
            gauges.gauge(name + ".alive", pool.alive());
            gauges.gauge(name + ".busy", pool.busy());
            gauges.gauge(name + ".stuck", pool.stuck());
            gauges.gauge(name + ".queued", pool.queued());
            gauges.gauge(name + ".capacity", pool.capacity());
        }
    }
}
