package com.approck.healthcheck.sidecar.statsd;

/** What a gauge says about the workers of a name: {@code name}, {@code name.lease}, {@code name.pool.x.busy}, … */
public enum GaugeKind {
    /** Able workers: the name itself. */
    ABLE,
    /** Milliseconds for which the sender's numbers are good. */
    LEASE,
    /** Not 0: the sender has begun to shut down. */
    DRAINING,
    POOL_ABLE,
    POOL_ALIVE,
    POOL_BUSY,
    POOL_STUCK,
    POOL_QUEUED,
    POOL_CAPACITY
}
