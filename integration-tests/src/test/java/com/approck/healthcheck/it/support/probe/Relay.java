package com.approck.healthcheck.it.support.probe;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/** A network that loses datagrams on their way from one sender to a port of this machine: always the same ones. */
public final class Relay implements AutoCloseable {

    private static final long SEED = 20_260_101;

    private final DatagramSocket socket;
    private final int target;
    private final double loss;
    private final AtomicLong lost = new AtomicLong();
    private final AtomicLong passed = new AtomicLong();

    private Relay(DatagramSocket socket, int target, double loss) {
        this.socket = socket;
        this.target = target;
        this.loss = loss;
    }

    /** {@code loss} is the probability of each datagram to be lost, 0 to 1. */
    public static Relay start(int target, double loss) {
        try {
            Relay relay = new Relay(new DatagramSocket(0, InetAddress.getByName("localhost")), target, loss);
            Thread thread = new Thread(relay::run, "relay-" + target);
            thread.setDaemon(true);
            thread.start();
            return relay;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return socket.getLocalPort();
    }

    public long lost() {
        return lost.get();
    }

    public long passed() {
        return passed.get();
    }

    @Override
    public void close() {
        socket.close();
    }

    private void run() {
        Random random = new Random(SEED);
        byte[] buffer = new byte[65536];
        try (DatagramSocket out = new DatagramSocket()) {
            InetAddress localhost = InetAddress.getByName("localhost");
            while (true) {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                socket.receive(packet);
                if (random.nextDouble() < loss) {
                    lost.incrementAndGet();
                } else {
                    out.send(new DatagramPacket(buffer, packet.getLength(), localhost, target));
                    passed.incrementAndGet();
                }
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }
}
