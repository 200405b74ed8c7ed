package com.approck.healthcheck.sidecar.workers;

import java.net.InetSocketAddress;

/**
 * The last count that was reported under a name without a lease.
 *
 * @param from the sender
 * @param reportedAt by the ticker
 */
public record RetainedCount(String name, double able, InetSocketAddress from, long reportedAt) {}
