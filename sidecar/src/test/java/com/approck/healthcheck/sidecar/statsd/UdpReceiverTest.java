package com.approck.healthcheck.sidecar.statsd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.sidecar.Await;
import com.approck.healthcheck.sidecar.config.ListenAddress;
import com.approck.healthcheck.sidecar.metrics.Counter;
import com.approck.healthcheck.sidecar.metrics.Counters;
import com.approck.healthcheck.sidecar.net.BindFailedException;
import com.approck.healthcheck.sidecar.text.Log;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class UdpReceiverTest {
    private final Counters counters = new Counters();
    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 1000);
    private final ConcurrentLinkedQueue<String> heard = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Long> pauses = new ConcurrentLinkedQueue<>();
    private final AtomicReference<Throwable> broken = new AtomicReference<>();
    private final AtomicReference<RuntimeException> turnFails = new AtomicReference<>();
    private final AtomicLong watermark = new AtomicLong();
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private final Semaphore slowness = new Semaphore(0);
    private UdpReceiver.Sockets sockets;
    private UdpReceiver receiver;

    @BeforeEach
    void start() throws BindFailedException {
        sockets = UdpReceiver.Sockets.open(ListenAddress.of("localhost", 0), clock::get);
        receiver = UdpReceiver.start(
                sockets,
                (bytes, length, sender) -> {
                    String text = new String(bytes, 0, length, StandardCharsets.UTF_8);
                    if (text.startsWith("bug")) {
                        throw new IllegalArgumentException("a bug");
                    }
                    if (text.startsWith("error")) {
                        throw new OutOfMemoryError("a test's");
                    }
                    if (text.startsWith("slow")) {
                        slowness.acquireUninterruptibly();
                    }
                    heard.add(text.length() > 100 ? "length " + length : text);
                    return text.startsWith("workers");
                },
                new CycleListener() {
                    @Override
                    public void onPause(long nanos) {
                        pauses.add(nanos);
                    }

                    @Override
                    public void onCycleEnd(long nanos, long watermarkNanos) {
                        watermark.set(watermarkNanos);
                        RuntimeException failure = turnFails.get();
                        if (failure != null) {
                            throw failure;
                        }
                    }
                },
                counters,
                clock::get,
                new Log(new PrintStream(log, true, StandardCharsets.UTF_8)::print, 0),
                broken::set);
    }

    @AfterEach
    void stop() {
        receiver.close();
        sockets.close();
    }

    @Test
    void datagrams_areReceived_onEachAddressOfTheHost() throws Exception {
        for (var address : sockets.addresses()) {
            send(address.getAddress(), "workers:3|g");
        }
        assertEquals(
                1,
                sockets.addresses().stream()
                        .map(address -> address.getPort())
                        .distinct()
                        .count());
        awaitReport(sockets.addresses().size());
        assertEquals(sockets.addresses().size(), counters.get(Counter.DATAGRAMS));
    }

    @Test
    void emptyAndLargestDatagram_areReceivedWhole() throws Exception {
        send("");
        send("x".repeat(65_507));
        send("workers:3|g");
        awaitReport(3);
        assertEquals(List.of("", "length 65507", "workers:3|g"), List.copyOf(heard));
    }

    @Test
    void failure_isCounted_andTheNextDatagramReceived() throws Exception {
        send("bug");
        send("error");
        send("workers:3|g");
        awaitReport(1);
        assertEquals(2, counters.get(Counter.FAILURES));
        String said = log.toString(StandardCharsets.UTF_8);
        assertTrue(
                said.contains("a datagram could not be handled:" + " java.lang.IllegalArgumentException: a bug at "),
                said);
        assertEquals(1, said.lines().count());
    }

    @Test
    void failuresWithGoodDatagramsBetween_doNotEndIt() throws Exception {
        for (int i = 1; i <= 3; i++) {
            for (int j = 0; j < UdpReceiver.MAX_FAILURES - 1; j++) {
                send("bug");
            }
            send("workers:3|g");
            awaitReport(i);
        }
        assertEquals(null, broken.get());
    }

    @Test
    void nothingButFailures_endIt_andItSaysSo() throws Exception {
        for (int i = 0; i < UdpReceiver.MAX_FAILURES; i++) {
            send(i % 2 == 0 ? "bug" : "not for us");
            send("bug");
        }
        Await.until(() -> broken.get() != null, () -> "the end");
        assertTrue(broken.get().getMessage().contains("a bug"), broken.get().getMessage());
    }

    @Test
    void turnThatAlwaysFails_endsIt() throws Exception {
        turnFails.set(new IllegalArgumentException("a turn's bug"));
        for (int i = 0; i < 2 * UdpReceiver.MAX_FAILURES && broken.get() == null; i++) {
            long turns = receiver.turns();
            send("not for us");
            Await.until(() -> receiver.turns() > turns || broken.get() != null, () -> "a turn");
        }
        Await.until(() -> broken.get() != null, () -> "the end");
    }

    @Test
    void turnThatTakesLong_makesProgressWithEachOfItsDatagrams() throws Exception {
        for (int i = 0; i < 4; i++) {
            send("slow");
        }
        slowness.release();
        awaitReport(1);
        // The second waits; those behind it are read in the same turn.
        Await.until(slowness::hasQueuedThreads, () -> "the second");
        long turns = receiver.turns();
        long progress = receiver.progress();
        slowness.release();
        awaitReport(2);
        Await.until(slowness::hasQueuedThreads, () -> "the third");
        assertEquals(turns, receiver.turns());
        assertEquals(progress + 1, receiver.progress());
        slowness.release(2);
        awaitReport(4);
    }

    @Test
    void close_isNoBreakdown() throws Exception {
        receiver.close();
        long turns = receiver.turns();
        Await.until(() -> receiver.turns() <= turns + 1, () -> "the end");
        assertEquals(null, broken.get());
    }

    @Test
    void idleReceiver_receivesOn() throws Exception {
        clock.addAndGet(500_000_000L);
        Await.until(() -> watermark.get() == clock.get(), () -> "a turn");
        assertEquals(List.of(), List.copyOf(pauses));
    }

    @Test
    void jumpOfTime_isOurOwnPause() throws Exception {
        Await.until(() -> receiver.turns() > 0, () -> "the first turn");
        clock.addAndGet(20_000_000_000L);
        Await.until(() -> !pauses.isEmpty(), () -> "a pause");
        assertEquals(List.of(20_000_000_000L), List.copyOf(pauses));
    }

    private void awaitReport(int datagrams) throws Exception {
        Await.until(
                () -> heard.size() == datagrams && counters.get(Counter.DATAGRAMS) >= datagrams,
                () -> datagrams + " datagrams, heard " + heard);
    }

    private void send(String datagram) throws IOException {
        send(sockets.addresses().get(0).getAddress(), datagram);
    }

    private void send(InetAddress to, String datagram) throws IOException {
        byte[] bytes = datagram.getBytes(StandardCharsets.UTF_8);
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.send(new DatagramPacket(
                    bytes, bytes.length, to, sockets.addresses().get(0).getPort()));
        }
    }
}
