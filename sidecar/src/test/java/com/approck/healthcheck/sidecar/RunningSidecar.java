package com.approck.healthcheck.sidecar;

import com.approck.healthcheck.sidecar.config.ParseResult;
import com.approck.healthcheck.sidecar.config.SettingsReader;
import com.approck.healthcheck.sidecar.text.Log;
import com.approck.healthcheck.sidecar.text.Ticker;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A sidecar in the test's own process, with real sockets and a clock that the test moves. It is closed after each test. */
final class RunningSidecar implements AfterEachCallback {
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private final AtomicLong clock = new AtomicLong();
    private Sidecar sidecar;

    void start(String... args) throws Exception {
        start(clock::get, List.of(args));
    }

    void start(Ticker ticker, List<String> args) throws Exception {
        List<String> all = new ArrayList<>(
                List.of("--host", "127.0.0.1", "--port=0", "--statsd-host=127.0.0.1", "--statsd-port=0"));
        all.addAll(args);
        ParseResult result = SettingsReader.read(all.toArray(new String[0]), Map.of());
        sidecar = new Sidecar(
                ((ParseResult.Run) result).settings(),
                ticker,
                new Log(new PrintStream(log, true, StandardCharsets.UTF_8)::print, 0));
        sidecar.logListening();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        if (sidecar != null) {
            sidecar.close();
        }
    }

    /** The time of leases, in nanoseconds. */
    AtomicLong clock() {
        return clock;
    }

    /** Moves the clock in steps that are no pause of the process. */
    void leap(long stepMillis, long millis) throws Exception {
        for (long left = millis; left > 0; left -= stepMillis) {
            long turns = sidecar.turns();
            clock.addAndGet(Math.min(stepMillis, left) * 1_000_000L);
            // The first may have read the clock before, the second has; both are over when the third begins.
            Await.until(() -> sidecar.turns() > turns + 2, this::log);
        }
    }

    /** Sends a datagram, and waits until the sidecar has handled it. */
    void report(String datagram) throws Exception {
        long before = datagrams();
        byte[] bytes = datagram.getBytes(StandardCharsets.UTF_8);
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            socket.send(new DatagramPacket(bytes, bytes.length, sidecar.statsdAddress()));
        }
        Await.until(() -> datagrams() == before + 1, this::log);
    }

    private long datagrams() {
        return get("/health/live?verbose")
                .json()
                .get("counters")
                .get("datagrams")
                .asLong();
    }

    HttpResponse get(String path) {
        return request("GET", path);
    }

    HttpResponse request(String method, String path) {
        try (Socket socket = connect()) {
            String request =
                    method + " " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return HttpResponse.read(socket.getInputStream(), method.equals("GET"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Asks until the answer comes from a call to the application of its own, not from one that is about to end. */
    HttpResponse awaitCall(String path) throws Exception {
        HttpResponse[] last = new HttpResponse[1];
        Await.until(
                () -> {
                    last[0] = get(path);
                    return !last[0].body().contains("has not answered yet");
                },
                this::log);
        return last[0];
    }

    Socket connect() throws IOException {
        Socket socket = new Socket(
                sidecar.httpAddress().getAddress(), sidecar.httpAddress().getPort());
        socket.setSoTimeout(30_000);
        return socket;
    }

    InetSocketAddress httpAddress() {
        return sidecar.httpAddress();
    }

    InetSocketAddress statsdAddress() {
        return sidecar.statsdAddress();
    }

    void stop(String reason) {
        sidecar.stop(reason);
    }

    ExitCode await() throws InterruptedException {
        return sidecar.await();
    }

    String log() {
        return log.toString(StandardCharsets.UTF_8);
    }
}
