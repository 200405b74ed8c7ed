package com.approck.healthcheck.it.support.probe;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.Moment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** An ear at a UDP port of this machine: keeps every datagram literally, with its time and its sender. */
public final class StatsdListener implements AutoCloseable {

    /** One line of one datagram. */
    public record Line(Moment at, SocketAddress from, String text) {}

    private final DatagramSocket socket;
    private final List<Line> lines = new CopyOnWriteArrayList<>();

    private StatsdListener(DatagramSocket socket) {
        this.socket = socket;
    }

    public static StatsdListener listen() {
        try {
            StatsdListener wire = new StatsdListener(new DatagramSocket(0, InetAddress.getByName("localhost")));
            Thread thread = new Thread(wire::run, "wire-" + wire.port());
            thread.setDaemon(true);
            thread.start();
            return wire;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends one datagram to a port of this machine, from a socket of its own. */
    public static void send(int port, String text) {
        send(port, text.getBytes(UTF_8));
    }

    public static void send(int port, byte[] bytes) {
        try (DatagramSocket sender = new DatagramSocket()) {
            sender.send(new DatagramPacket(bytes, bytes.length, InetAddress.getByName("localhost"), port));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return socket.getLocalPort();
    }

    public List<Line> lines() {
        return List.copyOf(lines);
    }

    public List<Line> linesAfter(Moment since) {
        return lines.stream().filter(line -> !line.at().isBefore(since)).toList();
    }

    /** The first line heard since then that is so. */
    public Line await(Moment since, Duration within, Predicate<String> text) {
        return Await.value(
                within,
                () -> linesAfter(since).stream()
                        .filter(line -> text.test(line.text()))
                        .findFirst(),
                () -> "the line is on the wire\n" + describe());
    }

    public Line await(Moment since, Duration within, String text) {
        return Await.value(
                within,
                () -> linesAfter(since).stream()
                        .filter(line -> line.text().equals(text))
                        .findFirst(),
                () -> text + " is on the wire\n" + describe());
    }

    /** The last value of that gauge; empty when it was never heard. */
    public Optional<String> last(String name) {
        return lines.stream()
                .filter(line -> line.text().startsWith(name + ":"))
                .reduce((first, second) -> second)
                .map(line -> line.text().substring(name.length() + 1));
    }

    /** The last lines heard, for a failure's message. */
    public String describe() {
        Moment now = Moment.now();
        return "--- wire at port " + port() + ", " + lines.size() + " lines, the last of them\n"
                + lines.stream()
                        .skip(Math.max(0, lines.size() - 60))
                        .map(line -> "%.2fs ago %s %s"
                                .formatted(now.since(line.at()).toMillis() / 1000.0, line.from(), line.text()))
                        .collect(joining("\n"));
    }

    @Override
    public void close() {
        socket.close();
    }

    private void run() {
        byte[] buffer = new byte[65536];
        while (!socket.isClosed()) {
            DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
            try {
                socket.receive(packet);
            } catch (IOException closed) {
                return;
            }
            Moment at = Moment.now();
            new String(packet.getData(), 0, packet.getLength(), UTF_8)
                    .lines()
                    .forEach(line -> lines.add(new Line(at, packet.getSocketAddress(), line)));
        }
    }
}
