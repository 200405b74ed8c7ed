package com.approck.healthcheck.it.program;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.nio.charset.StandardCharsets;

/** Prints every datagram that comes to a port of its machine, or network namespace; until it is killed. */
public final class UdpDump {

    private UdpDump() {}

    public static void main(String[] args) throws IOException {
        try (DatagramSocket socket = new DatagramSocket(Integer.parseInt(args[0]))) {
            while (true) {
                DatagramPacket packet = new DatagramPacket(new byte[2_000], 2_000);
                socket.receive(packet);
                System.out.println(new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8));
            }
        }
    }
}
