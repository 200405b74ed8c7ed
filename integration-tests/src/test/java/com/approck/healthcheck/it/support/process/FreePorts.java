package com.approck.healthcheck.it.support.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ports for processes that are about to start, or that start again. They are below those that Linux gives to every socket
 * that asks for none: such a socket may take a port of that range before the process does, and a client that tries again and
 * again to connect to one may meet itself there.
 */
public final class FreePorts {

    private static final int FIRST = 20_000;
    /** Linux's {@code ip_local_port_range} begins at 32768. */
    private static final int COUNT = 32_768 - FIRST;
    /** From anywhere, so that two runs on one machine rarely meet. */
    private static final AtomicInteger NEXT =
            new AtomicInteger(ThreadLocalRandom.current().nextInt(COUNT));

    private FreePorts() {}

    /** A port that nobody uses at this moment, neither for UDP nor for TCP, and that no other test gets. */
    public static int next() {
        for (int tried = 0; tried < COUNT; tried++) {
            int port = FIRST + Math.floorMod(NEXT.getAndIncrement(), COUNT);
            if (isFree(port)) {
                return port;
            }
        }
        throw new IllegalStateException("no port from " + FIRST + " to " + (FIRST + COUNT - 1) + " is free");
    }

    private static boolean isFree(int port) {
        try {
            new DatagramSocket(port).close();
            new ServerSocket(port).close();
            return true;
        } catch (BindException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
