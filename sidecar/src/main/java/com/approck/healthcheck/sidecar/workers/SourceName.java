package com.approck.healthcheck.sidecar.workers;

import com.approck.healthcheck.sidecar.statsd.Gauge;

/** One gauge name. Guarded by its {@link SourceRegistry}. */
final class SourceName {
    final byte[] bytes;
    final LeaseClaim claim;
    /** The one entry that all senders without a lease share under this name; null until one of them reports. */
    Source withoutLease;

    SourceName(byte[] bytes, LeaseClaim claim) {
        this.bytes = bytes;
        this.claim = claim;
    }

    /** Returns true once: on the second call in a row that finds {@link #withoutLease} ignored. */
    boolean takeNewlyIgnored() {
        if (withoutLease == null || claim.warned || !withoutLease.isIgnored()) {
            return false;
        }
        claim.warned = withoutLease.foundIgnored;
        withoutLease.foundIgnored = true;
        return claim.warned;
    }

    @Override
    public String toString() {
        return Gauge.text(bytes);
    }
}
