package com.approck.healthcheck.sidecar.statsd;

import java.net.InetSocketAddress;

/** Takes the datagrams, one by one, on the receiver thread. */
@FunctionalInterface
public interface DatagramHandler {
    /**
     * Takes one.
     *
     * @param bytes good until this method returns
     * @return whether anything in it was for us
     */
    boolean datagram(byte[] bytes, int length, InetSocketAddress sender);
}
