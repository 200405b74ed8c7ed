package com.approck.healthcheck.sidecar.statsd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.sidecar.Await;
import com.approck.healthcheck.sidecar.metrics.Counter;
import com.approck.healthcheck.sidecar.metrics.Counters;
import com.approck.healthcheck.sidecar.text.Log;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class StatsdRelayTest {
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private final Counters counters = new Counters();
    private final List<byte[]> handled = new ArrayList<>();
    private final AtomicReference<List<InetAddress>> addresses = new AtomicReference<>();
    private final AtomicInteger lookups = new AtomicInteger();
    /** The time between two tries, which goes by when the test says so. */
    private final AtomicLong clock = new AtomicLong();

    private StatsdRelay forward;

    @AfterEach
    void stop() {
        if (forward != null) {
            forward.close();
        }
    }

    @Test
    void everyDatagram_goesOnUnchanged_andIsHandledHereToo() throws Exception {
        try (DatagramSocket server = server("127.0.0.1", 0)) {
            start(server.getLocalPort(), List.of());
            Random random = new Random(8125);
            for (int length : new int[] {1, 11, 1400, 65_507}) {
                byte[] sent = new byte[length];
                random.nextBytes(sent);
                send(sent);
                assertArrayEquals(sent, receive(server));
                assertArrayEquals(sent, handled.get(handled.size() - 1));
            }
            // Which the JDK does not send, and no server would miss.
            send(new byte[0]);
            assertEquals(4, counters.get(Counter.FORWARDED));
        }
    }

    @Test
    void serverThatIsAway_costsDropsAlone_andGetsAllOnceItIsBack() throws Exception {
        int port;
        try (DatagramSocket server = server("127.0.0.1", 0)) {
            port = server.getLocalPort();
        }
        start(port, List.of());
        Await.until(
                () -> {
                    send(new byte[] {1});
                    return counters.get(Counter.FORWARD_DROPPED_UNREACHABLE) > 100;
                },
                this::log);
        assertEquals(1, lines("refuses datagrams"), this::log);
        assertTrue(counters.get(Counter.FORWARDED) < handled.size() / 2, "few are tried");
        try (DatagramSocket server = server("127.0.0.1", port)) {
            server.setSoTimeout(1);
            Await.until(
                    () -> {
                        clock.addAndGet(
                                Duration.ofMillis(StatsdRelay.RETRY_MILLIS).toNanos());
                        send(new byte[] {2});
                        try {
                            return receive(server)[0] == 2;
                        } catch (SocketTimeoutException e) {
                            return false;
                        }
                    },
                    this::log);
        }
    }

    @Test
    void unknownHost_isSaidOnce_andItsDatagramsAreCounted() throws Exception {
        forward = start("nowhere.example", 8125, List.of());
        Await.until(() -> lines("the host 'nowhere.example' is unknown") == 1, this::log);
        send(new byte[] {1});
        assertEquals(1, counters.get(Counter.FORWARD_DROPPED_UNRESOLVED));
        assertEquals(1, handled.size());
    }

    @Test
    void nameThatMoves_isFollowed() throws Exception {
        try (DatagramSocket first = server("127.0.0.1", 0);
                DatagramSocket second = server("127.0.0.2", first.getLocalPort())) {
            start(first.getLocalPort(), List.of());
            send(new byte[] {1});
            assertEquals(1, receive(first)[0]);
            addresses.set(List.of(InetAddress.getByName("127.0.0.2"), InetAddress.getLoopbackAddress()));
            int before = lookups.get();
            Await.until(() -> lookups.get() > before + 1, this::log);
            send(new byte[] {2});
            assertEquals(2, receive(first)[0]);
            addresses.set(List.of(InetAddress.getByName("127.0.0.2")));
            Await.until(() -> log().contains("at 127.0.0.2:"), this::log);
            send(new byte[] {3});
            assertEquals(3, receive(second)[0]);
        }
    }

    @Test
    void addressThatRefuses_isLeftForTheNext_thoughTheNameStillHasIt() throws Exception {
        DatagramSocket first = server("127.0.0.1", 0);
        try (DatagramSocket second = server("127.0.0.2", first.getLocalPort())) {
            start(first.getLocalPort(), List.of());
            addresses.set(List.of(InetAddress.getLoopbackAddress(), InetAddress.getByName("127.0.0.2")));
            first.close();
            second.setSoTimeout(1);
            Await.until(
                    () -> {
                        clock.addAndGet(
                                Duration.ofMillis(StatsdRelay.RETRY_MILLIS).toNanos());
                        send(new byte[] {7});
                        try {
                            return receive(second)[0] == 7;
                        } catch (SocketTimeoutException e) {
                            return false;
                        }
                    },
                    this::log);
        }
    }

    @Test
    void ourOwnAddress_isNeverSentTo() throws Exception {
        try (DatagramSocket ours = server("127.0.0.1", 0)) {
            ours.setSoTimeout(50);
            addresses.set(List.of(InetAddress.getLoopbackAddress()));
            forward = start(
                    "statsd.example", ours.getLocalPort(), List.of((InetSocketAddress) ours.getLocalSocketAddress()));
            Await.until(() -> lines("where the sidecar itself listens") == 1, this::log);
            send(new byte[] {1});
            assertThrows(SocketTimeoutException.class, () -> receive(ours));
            assertEquals(1, counters.get(Counter.FORWARD_DROPPED_UNRESOLVED));
        }
    }

    @Test
    void anyAddressOfThisMachine_isOurs_ifWeListenOnAll() throws Exception {
        addresses.set(List.of(InetAddress.getByName("127.0.0.3")));
        forward = start("statsd.example", 8125, List.of(new InetSocketAddress("0.0.0.0", 8125)));
        Await.until(() -> lines("where the sidecar itself listens") == 1, this::log);
    }

    /** Returns once it has its address. */
    private void start(int port, List<InetSocketAddress> ours) throws Exception {
        addresses.set(List.of(InetAddress.getLoopbackAddress()));
        forward = start("statsd.example", port, ours);
        Await.until(() -> log().contains("forward: to statsd.example:" + port + " at 127.0.0.1"), this::log);
    }

    private StatsdRelay start(String host, int port, List<InetSocketAddress> ours) {
        return StatsdRelay.start(
                InetSocketAddress.createUnresolved(host, port),
                ours,
                (bytes, length, sender) -> handled.add(Arrays.copyOf(bytes, length)),
                counters,
                clock::get,
                new Log(new PrintStream(log, true, StandardCharsets.UTF_8)::print, 0),
                name -> {
                    lookups.incrementAndGet();
                    if (addresses.get() == null) {
                        throw new UnknownHostException(name);
                    }
                    return addresses.get();
                },
                Duration.ofMillis(5));
    }

    private void send(byte[] bytes) {
        forward.datagram(
                Arrays.copyOf(bytes, 65_535), bytes.length, new InetSocketAddress(InetAddress.getLoopbackAddress(), 1));
    }

    private static DatagramSocket server(String host, int port) throws Exception {
        DatagramSocket server = new DatagramSocket(new InetSocketAddress(host, port));
        server.setReceiveBufferSize(1 << 20);
        server.setSoTimeout(20_000);
        return server;
    }

    private static byte[] receive(DatagramSocket server) throws Exception {
        DatagramPacket packet = new DatagramPacket(new byte[65_535], 65_535);
        server.receive(packet);
        return Arrays.copyOf(packet.getData(), packet.getLength());
    }

    private long lines(String part) {
        return log().lines().filter(line -> line.contains(part)).count();
    }

    private String log() {
        return log.toString(StandardCharsets.UTF_8);
    }
}
