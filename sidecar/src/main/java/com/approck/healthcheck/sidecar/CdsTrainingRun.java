package com.approck.healthcheck.sidecar;

import com.approck.healthcheck.sidecar.text.Ticker;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Makes the JVM load what a sidecar loads, so that {@code bin/make-archive} can archive it: starts a sidecar on free ports of localhost,
 * sends it gauges, asks for each path, asks as {@code --probe} does, and exits.
 *
 * <p>The call to the application is left out: few use it, and each class makes the archive larger. Takes {@value #MAX_SECONDS} s at most;
 * exits with 1 if it could not do everything.
 */
final class CdsTrainingRun {
    private static final int MAX_SECONDS = 20;
    private static final long CHECK_MILLIS = 20;
    /** Long enough for a change of the verdict to be logged. */
    private static final int ROUNDS = 15;

    /** What is asked for while a sidecar starts, and as long as it runs. */
    private static final List<String> PROBES = List.of("/livez", "/health/live", "/health/ready", "/nowhere");
    /** What is asked for once. */
    private static final List<String> OTHERS =
            List.of("/health/live?verbose", "/health/ready?verbose", "/metrics", "/status", "/");

    private CdsTrainingRun() {}

    @SuppressWarnings("SystemExitOutsideMain") // This is a main.
    public static void main(String[] args) throws Exception {
        daemon("training-deadline", () -> {
            try {
                TimeUnit.SECONDS.sleep(MAX_SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            System.err.println("the training run took more than " + MAX_SECONDS + " s");
            Runtime.getRuntime().halt(ExitCode.FAILED.code);
        });
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        PrintStream err = new PrintStream(log, true, StandardCharsets.UTF_8);
        String[] flags = {"--port", "0", "--statsd-port", "0"};
        daemon("training", () -> new Main(Map.of(), Ticker.system()).run(System.out, err, flags));
        InetSocketAddress http = address(log, "http://");
        // For both answers: 422 now, 200 once there are workers.
        String[] probe = {"--probe", "live", "--port", Integer.toString(http.getPort())};
        new Main(Map.of(), Ticker.system()).run(System.out, err, probe);
        play(http, address(log, "statsd://"));
        new Main(Map.of(), Ticker.system()).run(System.out, err, probe);
        System.exit(ExitCode.OK.code);
    }

    /** Waits for the start line; the address after the first such prefix in it: {@code 127.0.0.1}, or {@code [::1]} in a network with IPv6 only. */
    private static InetSocketAddress address(ByteArrayOutputStream log, String prefix) throws InterruptedException {
        while (true) {
            String text = log.toString(StandardCharsets.UTF_8);
            int at = text.indexOf(prefix);
            int end = at < 0 ? -1 : text.indexOf(' ', at);
            if (end >= 0) {
                String address = text.substring(at + prefix.length(), end);
                int colon = address.lastIndexOf(':');
                return new InetSocketAddress(
                        address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
            }
            TimeUnit.MILLISECONDS.sleep(CHECK_MILLIS);
        }
    }

    private static void play(InetSocketAddress http, InetSocketAddress statsd)
            throws IOException, InterruptedException {
        try (DatagramSocket sender = new DatagramSocket()) {
            for (int round = 0; round < ROUNDS; round++) {
                for (String path : PROBES) {
                    ask(http, path);
                }
                for (String datagram : List.of(
                        "workers.lease:5000|g",
                        "workers:3|g",
                        "workers.pool.a:3|g",
                        "workers.pool.a.busy:1|g",
                        "gunicorn.workers:" + round % 2 + "|g",
                        "gunicorn.requests:1|c",
                        "gunicorn.request.duration:12.345|ms")) {
                    byte[] bytes = datagram.getBytes(StandardCharsets.US_ASCII);
                    sender.send(new DatagramPacket(bytes, bytes.length, statsd));
                }
                TimeUnit.MILLISECONDS.sleep(CHECK_MILLIS);
            }
        }
        for (String path : OTHERS) {
            ask(http, path);
        }
    }

    private static void ask(InetSocketAddress server, String path) throws IOException {
        try (Socket socket = new Socket(server.getAddress(), server.getPort())) {
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            InputStream answer = socket.getInputStream();
            if (!new String(answer.readAllBytes(), StandardCharsets.US_ASCII).startsWith("HTTP/1.1 ")) {
                throw new IOException("no answer to " + path);
            }
        }
    }

    private static void daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }
}
