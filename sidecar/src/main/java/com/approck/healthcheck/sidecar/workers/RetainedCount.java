package com.approck.healthcheck.sidecar.workers;

import java.net.InetSocketAddress;

/**
 * What was last told under a name without a lease.
 *
 * @param from who told it
 * @param heardAt by the ticker
 */
public record RetainedCount(String name, double able, InetSocketAddress from, long heardAt) {}
