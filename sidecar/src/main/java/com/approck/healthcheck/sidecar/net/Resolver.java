package com.approck.healthcheck.sidecar.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.Security;
import java.util.List;

/** Looks a host name up. */
@FunctionalInterface
public interface Resolver {
    /** May take long. At least one address. */
    List<InetAddress> resolve(String host) throws UnknownHostException;

    /**
     * The JVM's look-up without its cache, which would hide a receiver that moved for 30 s. For the whole JVM, and to be
     * called before the first look-up of all: Java reads the setting once.
     */
    static Resolver system() {
        Security.setProperty("networkaddress.cache.ttl", "0");
        Security.setProperty("networkaddress.cache.negative.ttl", "0");
        return host -> List.of(InetAddress.getAllByName(host));
    }
}
