package com.approck.healthcheck.sidecar.statsd;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * Datagrams that Linux dropped at a socket, whose buffer was full: the last column of {@code /proc/net/udp} and {@code udp6}.
 *
 * @see <a href="https://man7.org/linux/man-pages/man5/proc_net.5.html">proc_net(5)</a>
 */
final class KernelDrops {
    private static final int LOCAL_ADDRESS = 1;

    private KernelDrops() {}

    /** Summed over the sockets bound to these addresses; empty where there is no such file. Reads files. */
    static OptionalLong at(List<InetSocketAddress> addresses) {
        try {
            long drops = 0;
            for (InetSocketAddress address : addresses) {
                String file = address.getAddress() instanceof Inet4Address ? "/proc/net/udp" : "/proc/net/udp6";
                drops += at(address, Files.readAllLines(Path.of(file), StandardCharsets.US_ASCII));
            }
            return OptionalLong.of(drops);
        } catch (IOException | NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    static long at(InetSocketAddress address, List<String> table) {
        String wanted = asLinuxWrites(address.getAddress()) + ":" + hex(address.getPort(), 4);
        long drops = 0;
        for (String line : table) {
            String[] columns = line.strip().split("\\s+", -1);
            if (columns.length > LOCAL_ADDRESS && columns[LOCAL_ADDRESS].equals(wanted)) {
                drops += Long.parseLong(columns[columns.length - 1]);
            }
        }
        return drops;
    }

    /** Words of 32 bits, each as the machine reads it from memory. */
    private static String asLinuxWrites(InetAddress address) {
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress()).order(ByteOrder.nativeOrder());
        StringBuilder text = new StringBuilder();
        while (bytes.hasRemaining()) {
            text.append(hex(bytes.getInt(), 8));
        }
        return text.toString();
    }

    private static String hex(int number, int width) {
        return String.format(Locale.ROOT, "%0" + width + "X", number);
    }
}
