package com.approck.healthcheck.it.sidecar;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.support.BuiltJars;
import com.approck.healthcheck.it.support.Sidecar;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Http;
import com.approck.healthcheck.it.support.probe.StatsdListener;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.MatchResult;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Whoever reaches the ports can cost the sidecar only so much: all of this in the heap that the launcher gives it, and each probe is answered. */
final class HostileClientsIT {

    private static final Duration SOON = Duration.ofSeconds(60);

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    private final List<Socket> sockets = new ArrayList<>();
    private ProcessUnderTest sidecar;
    private int httpPort;
    private int statsdPort;

    @BeforeEach
    void start() {
        sidecar = processes.process(
                "sidecar",
                Map.of("JAVA_HOME", Jdk.running().home().toString()),
                List.of(
                        BuiltJars.launcher().resolve("bin/healthcheck-sidecar").toString(),
                        "-v",
                        "--port=0",
                        "--statsd-port=0"));
        MatchResult said = sidecar.awaitStderr(Sidecar.STARTED, SOON);
        httpPort = Integer.parseInt(said.group(1));
        statsdPort = Integer.parseInt(said.group(2));
        StatsdListener.send(statsdPort, "workers:3|g");
        Await.until(SOON, () -> live() == 200, sidecar::describe);
    }

    @AfterEach
    void hangUp() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    @Test
    void slowSilentAndEndlessClients_holdUpNoProbe_andAreHungUpOn() throws IOException {
        List<Socket> slow = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            slow.add(send("GET /health/live HTTP/1.1\r\nHost: x\r\nX-Slow: "));
            if (i % 100 == 0) {
                send("");
                assertEquals(200, live());
            }
        }
        String pipelined = "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n".repeat(100);
        for (int i = 0; i < 50; i++) {
            send(pipelined);
            assertEquals(200, live());
        }
        String endless = "GET /health/live HTTP/1.1\r\nX: " + "x".repeat(1 << 20);
        for (int i = 0; i < 20; i++) {
            try {
                send(endless);
            } catch (IOException hungUpOn) {
                // While we still wrote: as it should be.
            }
            assertEquals(200, live());
        }
        for (Socket socket : slow) {
            socket.setSoTimeout((int) SOON.toMillis());
            assertTrue(isHungUpOn(socket), "a head that never ends is not waited for");
        }
        assertEquals(200, live());
        assertTrue(sidecar.isAlive());
    }

    /** Each has its whole answer, and asks for nothing more. */
    @Test
    void clientsThatKeepTheirConnections_costLittle() throws IOException {
        for (String path : List.of("/metrics", "/health/live")) {
            for (int i = 0; i < 3000; i++) {
                InputStream in =
                        send("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n").getInputStream();
                assertTrue(in.readNBytes(path.equals("/metrics") ? 4096 : 15).length >= 15, sidecar::describe);
                if (i % 100 == 0) {
                    assertEquals(200, live());
                }
            }
        }
        assertEquals(200, live());
        assertTrue(sidecar.isAlive());
    }

    @Test
    void spoofedSources_fillTheirTableAndNoMore() throws IOException {
        // Of the longest names, which take most in JSON.
        String pool = "workers.pool." + "\u0001\"".repeat(60);
        ByteBuffer lease =
                ByteBuffer.wrap(("workers.lease:600000|g\n" + pool + ":1|g\n" + pool + ".busy:1|g").getBytes(US_ASCII));
        int sources = 60_000;
        for (int i = 0; i < sources; i++) {
            byte[] from = {127, 1, (byte) (i >> 8), (byte) i};
            try (DatagramChannel channel = DatagramChannel.open()) {
                channel.bind(new InetSocketAddress(InetAddress.getByAddress(from), 0));
                channel.send(lease.rewind(), new InetSocketAddress(InetAddress.getLoopbackAddress(), statsdPort));
            }
            if (i % 5000 == 0) {
                assertEquals(200, live());
            }
        }
        // Their leases claim the name, so the report without one is none of these.
        Await.until(SOON, () -> metrics().contains("\nhealthcheck_sources 10000\n"), this::metrics);
        assertTrue(metrics().contains("\nhealthcheck_truncated 1\n"));
        assertTrue(metrics().matches("(?s).*dropped_gauges_total\\{reason=\"sources\"} [1-9]\\d*\n.*"), this::metrics);
        List<CompletableFuture<Void>> floods = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            String path = List.of("/health/live?verbose", "/status", "/metrics").get(i % 3);
            floods.add(CompletableFuture.runAsync(() -> askManyTimes(path), task -> new Thread(task).start()));
        }
        for (CompletableFuture<Void> flood : floods) {
            assertEquals(200, live());
            flood.join();
        }
        assertEquals(200, live());
        assertTrue(sidecar.isAlive());
        assertTrue(sidecar.stderr().lines().count() < 100, "a line for each source would be thousands");
        assertEquals("", sidecar.stdout());
    }

    private void askManyTimes(String path) {
        for (int i = 0; i < 20; i++) {
            int status = Http.get(httpPort, path).status();
            assertTrue(status == 200 || status == 503, () -> path + ": " + status);
        }
    }

    private int live() {
        return Http.get(httpPort, "/health/live").status();
    }

    private String metrics() {
        return Http.get(httpPort, "/metrics").body();
    }

    private Socket send(String text) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), httpPort);
        sockets.add(socket);
        socket.getOutputStream().write(text.getBytes(US_ASCII));
        return socket;
    }

    private static boolean isHungUpOn(Socket socket) {
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }
}
