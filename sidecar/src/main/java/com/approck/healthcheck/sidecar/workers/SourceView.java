package com.approck.healthcheck.sidecar.workers;

import java.util.List;

/**
 * One source as {@code ?verbose} shows it.
 *
 * @param name the gauge that it speaks under
 * @param address who said it; for a name without a lease, who said it last
 * @param leaseNanos 0 if its word has none
 * @param current whether its word still holds
 * @param able -1 if not told
 */
public record SourceView(
        String name,
        String address,
        long ageNanos,
        long leaseNanos,
        boolean current,
        long able,
        boolean draining,
        List<PoolView> pools) {

    /** One pool of it; each number is -1 if not told. */
    public record PoolView(
            String name, long ageNanos, long able, long alive, long busy, long stuck, long queued, long capacity) {}
}
