package com.approck.healthcheck.agent.report;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Where a StatsD server would be: hears datagrams on a free port of the loopback. */
public final class UdpListener implements AutoCloseable {
    private static final int NEVER_MILLIS = 30_000;

    private final DatagramSocket socket;
    private int lastSource;

    public UdpListener() throws IOException {
        this(0);
    }

    /** Listens on that port. */
    public UdpListener(int port) throws IOException {
        socket = new DatagramSocket(port, InetAddress.getLoopbackAddress());
        socket.setSoTimeout(NEVER_MILLIS);
    }

    public int port() {
        return socket.getLocalPort();
    }

    /** The next datagram. */
    public String receive() throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[2_000], 2_000);
        socket.receive(packet);
        lastSource = packet.getPort();
        return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8);
    }

    /** The next datagrams. */
    public List<String> receive(int count) throws IOException {
        List<String> heard = new ArrayList<>();
        while (heard.size() < count) {
            heard.add(receive());
        }
        return heard;
    }

    /** Listens until that datagram comes. */
    public void receiveUntil(String wanted) throws IOException {
        while (!receive().equals(wanted)) {
            // Another sample's.
        }
    }

    /** Whether a datagram is there already; it is taken. */
    public boolean hasHeard() throws IOException {
        socket.setSoTimeout(1);
        try {
            receive();
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } finally {
            socket.setSoTimeout(NEVER_MILLIS);
        }
    }

    /** The port that the last datagram came from. */
    public int lastSource() {
        return lastSource;
    }

    @Override
    public void close() {
        socket.close();
    }
}
