package com.approck.healthcheck.sidecar;

import com.approck.healthcheck.sidecar.client.ProbeClient;
import com.approck.healthcheck.sidecar.text.Ticker;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Makes the JVM load what a sidecar loads, so that {@code bin/make-archive} can archive it: starts a sidecar on free loopback ports,
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
        String[] flags = {"--host", "127.0.0.1", "--port", "0", "--statsd-host", "127.0.0.1", "--statsd-port", "0"};
        daemon("training", () -> new Main(Map.of(), Ticker.system()).run(System.out, err, flags));
        int httpPort = port(log, "http://127.0.0.1:");
        // What --probe loads, for both answers: 422 now, 200 once there are workers.
        URI live = URI.create("http://127.0.0.1:" + httpPort + "/health/live");
        ProbeClient.ask(live, System.out);
        play(httpPort, port(log, "statsd://127.0.0.1:"));
        ProbeClient.ask(live, System.out);
        System.exit(ExitCode.OK.code);
    }

    /** Waits for the start line. */
    private static int port(ByteArrayOutputStream log, String before) throws InterruptedException {
        while (true) {
            String text = log.toString(StandardCharsets.UTF_8);
            int at = text.indexOf(before);
            if (at >= 0 && text.indexOf(' ', at) >= 0) {
                return Integer.parseInt(text.substring(at + before.length(), text.indexOf(' ', at)));
            }
            TimeUnit.MILLISECONDS.sleep(CHECK_MILLIS);
        }
    }

    private static void play(int httpPort, int statsdPort) throws IOException, InterruptedException {
        try (DatagramSocket sender = new DatagramSocket()) {
            for (int round = 0; round < ROUNDS; round++) {
                for (String path : PROBES) {
                    ask(httpPort, path);
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
                    sender.send(new DatagramPacket(bytes, bytes.length, InetAddress.getLoopbackAddress(), statsdPort));
                }
                TimeUnit.MILLISECONDS.sleep(CHECK_MILLIS);
            }
        }
        for (String path : OTHERS) {
            ask(httpPort, path);
        }
    }

    private static void ask(int port, String path) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
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
