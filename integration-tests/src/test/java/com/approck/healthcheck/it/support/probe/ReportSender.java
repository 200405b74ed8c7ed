package com.approck.healthcheck.it.support.probe;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.approck.healthcheck.it.support.process.Moment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** A program that reports like the agent: once a second, from one socket, until it is closed. */
public final class ReportSender implements AutoCloseable {

    private final DatagramSocket socket;
    private final int port;
    private final List<String> datagrams;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread daemon = new Thread(task, "report-sender");
        daemon.setDaemon(true);
        return daemon;
    });
    private volatile Moment lastSent;

    private ReportSender(int port, List<String> datagrams) {
        this.port = port;
        this.datagrams = datagrams;
        try {
            socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends these datagrams to that port of the loopback address, the first time before it returns. */
    @SuppressWarnings("FutureReturnValueIgnored") // If it fails, the sidecar receives nothing, and the test fails.
    public static ReportSender start(int port, String... datagrams) {
        ReportSender sender = new ReportSender(port, List.of(datagrams));
        sender.send();
        sender.thread.scheduleAtFixedRate(sender::send, 1, 1, TimeUnit.SECONDS);
        return sender;
    }

    private synchronized void send() {
        if (thread.isShutdown()) {
            return;
        }
        try {
            for (String datagram : datagrams) {
                byte[] bytes = datagram.getBytes(UTF_8);
                socket.send(new DatagramPacket(bytes, bytes.length, InetAddress.getLoopbackAddress(), port));
            }
            lastSent = Moment.now();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends nothing more; the moment of the last report. */
    public synchronized Moment stop() {
        thread.shutdownNow();
        socket.close();
        return lastSent;
    }

    @Override
    public void close() {
        stop();
    }
}
