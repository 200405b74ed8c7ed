package com.approck.healthcheck.sidecar;

import com.approck.healthcheck.sidecar.time.Ticker;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Makes the JVM load the classes that a sidecar loads in its first moments, so that {@code bin/make-archive} can archive
 * them: starts a sidecar on free ports of the loopback address, reports workers, sends probes, exits.
 *
 * <p>What is rare ({@code ?verbose}, the call to the application) is left out: each class makes the archive, and so the
 * process, larger. Takes {@value #MAX_SECONDS} s at most, and exits with 1 if it could not do all.
 */
final class CdsTrainingRun {
    private static final int MAX_SECONDS = 20;
    private static final long POLL_MILLIS = 20;
    /** Long enough that a changed verdict is logged. */
    private static final int ROUNDS = 15;

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
        ByteArrayOutputStream logged = new ByteArrayOutputStream();
        PrintStream log = new PrintStream(logged, true, StandardCharsets.UTF_8);
        String[] flags = {"--host", "127.0.0.1", "--port", "0", "--statsd-host", "127.0.0.1", "--statsd-port", "0"};
        daemon("training", () -> new Main(Map.of(), Ticker.system()).run(System.out, log, flags));
        play(port(logged, "http://127.0.0.1:"), port(logged, "statsd://127.0.0.1:"));
        System.exit(ExitCode.OK.code);
    }

    /** Waits for the start line. */
    private static int port(ByteArrayOutputStream logged, String before) throws InterruptedException {
        while (true) {
            String text = logged.toString(StandardCharsets.UTF_8);
            int at = text.indexOf(before);
            if (at >= 0 && text.indexOf(' ', at) >= 0) {
                return Integer.parseInt(text.substring(at + before.length(), text.indexOf(' ', at)));
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
    }

    private static void play(int httpPort, int statsdPort) throws IOException, InterruptedException {
        try (DatagramSocket sender = new DatagramSocket()) {
            for (int round = 0; round < ROUNDS; round++) {
                for (String path : List.of("/livez", "/health/live", "/health/ready", "/nowhere")) {
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
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            }
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
