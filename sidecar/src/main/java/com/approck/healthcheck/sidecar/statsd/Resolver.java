package com.approck.healthcheck.sidecar.statsd;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Looks a host name up: {@link InetAddress#getAllByName} outside of tests. */
@FunctionalInterface
interface Resolver {
    /** May take long. */
    List<InetAddress> resolve(String host) throws UnknownHostException;
}
