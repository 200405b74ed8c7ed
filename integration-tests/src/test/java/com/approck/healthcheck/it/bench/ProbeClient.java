package com.approck.healthcheck.it.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.approck.healthcheck.it.support.process.Moment;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Asks for {@code /health/live}, or another path, as load: so little of its own that what it measures is the server's. */
final class ProbeClient {

    private static final byte[] CLOSE =
            "GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".getBytes(US_ASCII);

    /** The kubelet's default deadline. */
    static final int KUBELET_MILLIS = 1000;

    private final int port;
    private final byte[] keep;
    private final AtomicLong notWell = new AtomicLong();

    ProbeClient(int port) {
        this(port, "/health/live");
    }

    ProbeClient(int port, String path) {
        this.port = port;
        this.keep = ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(US_ASCII);
    }

    /** Milliseconds of each request on one connection, sorted; {@code between} passes between two. */
    double[] latencies(int requests, Duration between) {
        double[] millis = new double[requests];
        byte[] buffer = new byte[4096];
        try (Socket socket = connect()) {
            for (int i = 0; i < requests; i++) {
                long from = System.nanoTime();
                socket.getOutputStream().write(keep);
                readOne(socket.getInputStream(), buffer);
                millis[i] = (System.nanoTime() - from) / 1e6;
                if (!between.isZero()) {
                    Thread.sleep(between.toMillis());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        Arrays.sort(millis);
        return millis;
    }

    int port() {
        return port;
    }

    /** Milliseconds of a request on a connection of its own; {@value #KUBELET_MILLIS} if it failed or took longer. */
    double newConnectionMillis() {
        long from = System.nanoTime();
        try (Socket socket = new Socket()) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(KUBELET_MILLIS);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), KUBELET_MILLIS);
            socket.getOutputStream().write(CLOSE);
            long notWellBefore = notWell.get();
            readOne(socket.getInputStream(), new byte[4096]);
            return notWell.get() == notWellBefore
                    ? Math.min(KUBELET_MILLIS, (System.nanoTime() - from) / 1e6)
                    : KUBELET_MILLIS;
        } catch (IOException e) {
            return KUBELET_MILLIS;
        }
    }

    /** Answers so far that said anything but 200. */
    long notWell() {
        return notWell.get();
    }

    static double percentile(double[] sorted, double percent) {
        return sorted[Math.min(sorted.length - 1, (int) (sorted.length * percent / 100))];
    }

    /** Answered requests a second, each on a connection of its own, so many at a time. */
    double newConnectionsPerSecond(int atATime, Duration time) {
        AtomicLong answered = new AtomicLong();
        Moment begun = Moment.now();
        Moment end = begun.plus(time);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < atATime; i++) {
            Thread thread = new Thread(() -> {
                byte[] buffer = new byte[4096];
                while (!end.hasCome()) {
                    try (Socket socket = connect()) {
                        socket.getOutputStream().write(CLOSE);
                        readOne(socket.getInputStream(), buffer);
                        answered.incrementAndGet();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
            });
            threads.add(thread);
            thread.start();
        }
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return answered.get() / (Moment.now().since(begun).toNanos() / 1e9);
    }

    /** Whether there is an answer; no exception while nobody listens yet. */
    boolean isAnswered() {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(CLOSE);
            return socket.getInputStream().read() >= 0;
        } catch (IOException e) {
            return false;
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(30_000);
        return socket;
    }

    /** One answer: its end is that of the JSON object which is its body. */
    private void readOne(InputStream in, byte[] buffer) throws IOException {
        int length = 0;
        do {
            int read = in.read(buffer, length, buffer.length - length);
            if (read < 0) {
                throw new IOException("closed after " + new String(buffer, 0, length, US_ASCII));
            }
            length += read;
        } while (buffer[length - 1] != '}');
        // HTTP/1.1 200
        if (buffer[9] != '2') {
            notWell.incrementAndGet();
        }
    }
}
