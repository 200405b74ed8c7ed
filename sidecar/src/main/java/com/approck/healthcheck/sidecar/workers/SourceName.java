package com.approck.healthcheck.sidecar.workers;

import com.approck.healthcheck.sidecar.statsd.Gauge;

/** One gauge name. Guarded by its {@link SourceRegistry}. */
final class SourceName {
    final byte[] bytes;
    /** The one entry that all senders without a lease share under this name; null until one of them reports. */
    Source withoutLease;

    SourceName(byte[] bytes) {
        this.bytes = bytes;
    }

    @Override
    public String toString() {
        return Gauge.text(bytes);
    }
}
