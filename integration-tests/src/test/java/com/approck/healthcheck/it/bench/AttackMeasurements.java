package com.approck.healthcheck.it.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.Moment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What {@code /health/live} and the memory do while somebody attacks: one sidecar takes all attacks, one after the other, and meanwhile a
 * probe on a new connection asks, as a kubelet does, a hundred times a second.
 */
public final class AttackMeasurements {

    private static final int SPOOFED_PER_SECOND = 200_000;
    private static final String SPOOFED = "workers.lease:600000|g\nworkers:1|g\nworkers.pool.x:1|g";
    private static final String GET_LIVE = "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n";

    private final SidecarMeasurements sidecars;
    private final SidecarMeasurements.Effort effort;
    private final List<Row> rows = new ArrayList<>();

    /** Measures the directory that the build made; copies of it go below {@code folder}. */
    public AttackMeasurements(Path built, Path folder, SidecarMeasurements.Effort effort) {
        this.sidecars = new SidecarMeasurements(built, folder, effort, new Table());
        this.effort = effort;
    }

    /**
     * One attack.
     *
     * @param failed probes without a 200 within the kubelet's second
     * @param before resident megabytes; {@code most} while it lasts, {@code after} a few seconds later
     */
    public record Row(
            String what, int probes, int failed, double p50, double p99, double before, double most, double after) {

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "| %s | %,d, %d failed | %.2f ms | %.2f ms | %.1f MB | %.1f MB | %.1f MB |",
                    what,
                    probes,
                    failed,
                    p50,
                    p99,
                    before,
                    most,
                    after);
        }
    }

    public List<Row> run() {
        System.out.println(
                "| attack | probes | p50 | p99 | resident before | the most | after |\n|---|---|---|---|---|---|---|");
        boolean full = effort == SidecarMeasurements.Effort.FULL;
        for (Jdk jdk : full ? Jdk.all() : List.of(Jdk.running())) {
            try (SidecarMeasurements.Running sidecar = SidecarMeasurements.start(jdk, sidecars.install(jdk))) {
                sidecar.report("workers:3|g");
                sidecar.client.latencies(effort.probes, Duration.ZERO);
                int many = full ? 2000 : 100;
                measure(jdk, sidecar, "none", over -> Await.pause(lasting()));
                measure(jdk, sidecar, "%,d slow heads".formatted(many), over -> slow(sidecar.port(), many, over));
                measure(
                        jdk,
                        sidecar,
                        "%,d silent connections".formatted(many),
                        over -> silent(sidecar.port(), many, over));
                measure(jdk, sidecar, "pipelines that nobody reads", over -> pipelines(sidecar.port(), over));
                measure(jdk, sidecar, "heads of a megabyte", over -> longHeads(sidecar.port(), over));
                measure(jdk, sidecar, "probes, 32 at a time", over -> flood(sidecar.port(), "/health/live", over));
                LoadTools.compile().ifPresent(tools -> {
                    int sources = full ? 1_000_000 : 20_000;
                    measure(
                            jdk,
                            sidecar,
                            "%,d spoofed sources".formatted(sources),
                            over -> tools.spoof(sidecar.statsdPort, sources, SPOOFED_PER_SECOND, SPOOFED));
                });
                measure(
                        jdk,
                        sidecar,
                        "`?verbose` after it, 32 at a time",
                        over -> flood(sidecar.port(), "/health/live?verbose", over));
                measure(jdk, sidecar, "none, after all that", over -> Await.pause(lasting()));
            }
        }
        return List.copyOf(rows);
    }

    private Duration lasting() {
        return Duration.ofSeconds(effort == SidecarMeasurements.Effort.FULL ? 6 : 1);
    }

    /** Runs until it is over, or until the flag says so. */
    @FunctionalInterface
    private interface Attack {
        void run(AtomicBoolean over) throws IOException;
    }

    private void measure(Jdk jdk, SidecarMeasurements.Running sidecar, String what, Attack attack) {
        double before = sidecar.figures().residentMegabytes();
        double most = before;
        AtomicBoolean over = new AtomicBoolean();
        CompletableFuture<Void> attacking = CompletableFuture.runAsync(
                () -> {
                    try {
                        attack.run(over);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                task -> new Thread(task).start());
        List<Double> millis = new ArrayList<>();
        int failed = 0;
        Moment end = Moment.now().plus(lasting());
        while (!attacking.isDone() || !end.hasCome()) {
            double took = sidecar.client.newConnectionMillis();
            millis.add(took);
            failed += took >= ProbeClient.KUBELET_MILLIS ? 1 : 0;
            most = Math.max(most, sidecar.figures().residentMegabytes());
            Await.pause(Duration.ofMillis(10));
            over.set(end.hasCome());
        }
        attacking.join();
        Await.pause(Duration.ofSeconds(effort == SidecarMeasurements.Effort.FULL ? 6 : 0));
        double[] sorted =
                millis.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        Row row = new Row(
                jdk + ", " + what,
                sorted.length,
                failed,
                ProbeClient.percentile(sorted, 50),
                ProbeClient.percentile(sorted, 99),
                before,
                most,
                sidecar.figures().residentMegabytes());
        rows.add(row);
        System.out.println(row);
    }

    /** A byte a second on each connection, and a new one for each that was hung up on. */
    private static void slow(int port, int connections, AtomicBoolean over) throws IOException {
        List<Socket> sockets = new ArrayList<>();
        try {
            while (!over.get()) {
                for (int i = 0; i < connections && !over.get(); i++) {
                    if (i >= sockets.size()) {
                        sockets.add(said(port, "GET /health/live HTTP/1.1\r\nX: "));
                    } else if (!said(sockets.get(i), "x")) {
                        sockets.get(i).close();
                        sockets.set(i, said(port, "GET /health/live HTTP/1.1\r\nX: "));
                    }
                }
                Await.pause(Duration.ofMillis(over.get() ? 0 : 500));
            }
        } finally {
            close(sockets);
        }
    }

    /** As of a peer that is gone without a word; every other one has ended its side. */
    private static void silent(int port, int connections, AtomicBoolean over) throws IOException {
        List<Socket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < connections && !over.get(); i++) {
                Socket socket = said(port, "");
                sockets.add(socket);
                if (i % 2 == 0) {
                    said(socket, "GET /health/live HTTP/1.1\r\n");
                    shutdownOutput(socket);
                }
            }
            while (!over.get()) {
                Await.pause(Duration.ofMillis(100));
            }
        } finally {
            close(sockets);
        }
    }

    private static void pipelines(int port, AtomicBoolean over) throws IOException {
        String many = GET_LIVE.repeat(10_000);
        List<Thread> threads = new ArrayList<>();
        List<Socket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < 20; i++) {
                Socket socket = said(port, "");
                sockets.add(socket);
                // Once nothing more is taken of it, it waits until it is closed.
                Thread thread = new Thread(() -> said(socket, many));
                threads.add(thread);
                thread.start();
            }
            while (!over.get()) {
                Await.pause(Duration.ofMillis(100));
            }
        } finally {
            close(sockets);
            join(threads);
        }
    }

    private static void longHeads(int port, AtomicBoolean over) throws IOException {
        String head = "GET /health/live HTTP/1.1\r\nX: " + "x".repeat(1 << 20);
        while (!over.get()) {
            said(port, head).close();
        }
    }

    private static void flood(int port, String path, AtomicBoolean over) {
        byte[] request = ("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").getBytes(US_ASCII);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            Thread thread = new Thread(() -> {
                while (!over.get()) {
                    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                        socket.setSoTimeout(5000);
                        socket.getOutputStream().write(request);
                        socket.getInputStream().readAllBytes();
                    } catch (IOException turnedAway) {
                        Thread.onSpinWait();
                    }
                }
            });
            threads.add(thread);
            thread.start();
        }
        join(threads);
    }

    private static Socket said(int port, String text) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        said(socket, text);
        return socket;
    }

    /** Whether it took it. */
    private static boolean said(Socket socket, String text) {
        try {
            socket.getOutputStream().write(text.getBytes(US_ASCII));
            return true;
        } catch (IOException hungUp) {
            return false;
        }
    }

    private static void shutdownOutput(Socket socket) {
        try {
            socket.shutdownOutput();
        } catch (IOException hungUp) {
            // As well.
        }
    }

    private static void close(List<Socket> sockets) throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private static void join(List<Thread> threads) {
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
