package com.approck.healthcheck.it.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.approck.healthcheck.it.program.HelloProgram;
import com.approck.healthcheck.it.support.LauncherCopy;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.FreePorts;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.Moment;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import com.approck.healthcheck.it.support.process.Tool;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.MatchResult;
import java.util.stream.Stream;

/** The sidecar as it is shipped, by its launcher, with an archive of its own for each JDK of the machine. */
public final class SidecarMeasurements {

    private static final String STARTED = "listening http://\\S+:(\\d+)(?: http://\\S+)* statsd://\\S+:(\\d+)";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int FLOOD_PER_SECOND = 150_000;
    private static final int FULL_SPEED = 0;
    private static final int LIMIT_MEGABYTES = 64;
    /** The Python original, on the machine for which the bar was set. */
    private static final double PYTHON_CONNECTIONS = 2407;

    private final Path built;
    private final Path folder;
    private final Effort effort;
    private final Table table;

    /** Measures the directory that the build made; copies of it go below {@code folder}. */
    public SidecarMeasurements(Path built, Path folder, Effort effort, Table table) {
        this.built = built;
        this.folder = folder;
        this.effort = effort;
        this.table = table;
    }

    /** How much time a run takes: minutes for numbers, seconds to see that it runs. */
    public enum Effort {
        SMOKE(1, 1, 200, 20),
        FULL(15, Integer.getInteger("bench.flood", 60), 20_000, 1000);

        final int starts;
        final int floodSeconds;
        final int probes;
        final int sources;

        Effort(int starts, int floodSeconds, int probes, int sources) {
            this.starts = starts;
            this.floodSeconds = floodSeconds;
            this.probes = probes;
            this.sources = sources;
        }
    }

    public void run() {
        Optional<LoadTools> tools = LoadTools.compile();
        if (tools.isEmpty()) {
            System.out.println("no C compiler: the rows that need a sender in C are left out (apt-get install gcc)");
        }
        double gevent = gevent();
        // To see that it runs, one will do.
        for (Jdk jdk : effort == Effort.FULL ? Jdk.all() : List.of(Jdk.running())) {
            Path directory = install(jdk);
            launches(jdk, directory, gevent);
            probeCommand(jdk, directory);
            try (Running sidecar = start(jdk, directory)) {
                table.add(jdk + ", resident after start", "MB", sidecar.atRest(effort), "≤ 48");
                sidecar.report("workers:3|g");
                quiet(jdk, sidecar);
                tools.ifPresent(some -> flood(jdk, sidecar, some));
            }
            tools.ifPresent(some -> {
                cpu(jdk, directory, some, 200_000);
                cpu(jdk, directory, some, FULL_SPEED);
            });
            tools.ifPresent(some -> limited(jdk, directory, some));
            hangingApplication(jdk, directory);
            idle(jdk, directory);
            manySources(jdk, directory);
        }
    }

    private void launches(Jdk jdk, Path directory, double gevent) {
        double[] millis = new double[effort.starts];
        for (int i = 0; i < millis.length; i++) {
            int port = FreePorts.next();
            millis[i] = firstAnswer(
                    launcher(directory, "--port", Integer.toString(port), "--statsd-port", "0"),
                    environment(jdk),
                    port);
        }
        Arrays.sort(millis);
        table.add(
                jdk + ", launch to first answer, median of " + effort.starts,
                "ms",
                ProbeClient.percentile(millis, 50),
                gevent,
                "the least server on gevent",
                "≤ 450; ≤ 1.0 ×");
    }

    /** From start to exit, by turns with a program that says hello, on the same JVM without a flag. */
    private void probeCommand(Jdk jdk, Path directory) {
        double[] probe = new double[effort.starts];
        double[] bare = new double[effort.starts];
        List<String> hello = List.of(
                jdk.tool("java").toString(),
                "-cp",
                Path.of("target", "test-classes").toAbsolutePath().toString(),
                HelloProgram.class.getName(),
                "0");
        try (Running sidecar = start(jdk, directory)) {
            sidecar.report("workers.lease:600000|g\nworkers:3|g");
            sidecar.client.isAnswered();
            List<String> live = launcher(directory, "--probe=live", "--port", Integer.toString(sidecar.port()));
            for (int i = 0; i < effort.starts; i++) {
                probe[i] = toExit(live, environment(jdk));
                bare[i] = toExit(hello, Map.of());
            }
        }
        Arrays.sort(probe);
        Arrays.sort(bare);
        table.add(
                jdk + ", `--probe live`, start to exit, median of " + effort.starts,
                "ms",
                ProbeClient.percentile(probe, 50),
                ProbeClient.percentile(bare, 50),
                "a program that says hello",
                "≤ 1.5 ×");
    }

    private static double toExit(List<String> command, Map<String, String> environment) {
        try (ProcessUnderTest process = ProcessUnderTest.start("to-exit", environment, command)) {
            process.awaitExit(PATIENCE);
            return Moment.now().since(process.startedAt()).toNanos() / 1e6;
        }
    }

    /** NaN where there is no gevent. */
    private double gevent() {
        try {
            Path program = folder.resolve("gevent_server.py");
            try (InputStream resource = SidecarMeasurements.class.getResourceAsStream("/bench/gevent_server.py")) {
                Files.copy(resource, program, StandardCopyOption.REPLACE_EXISTING);
            }
            try (ProcessUnderTest check = ProcessUnderTest.start("gevent-check", Map.of(), Tool.GEVENT.check())) {
                if (check.awaitExit(PATIENCE) != 0) {
                    return Double.NaN;
                }
            }
            double[] millis = new double[effort.starts];
            for (int i = 0; i < millis.length; i++) {
                int port = FreePorts.next();
                millis[i] =
                        firstAnswer(List.of(Tool.python(), program.toString(), Integer.toString(port)), Map.of(), port);
            }
            Arrays.sort(millis);
            return ProbeClient.percentile(millis, 50);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static double firstAnswer(List<String> command, Map<String, String> environment, int port) {
        ProbeClient client = new ProbeClient(port);
        try (ProcessUnderTest process = ProcessUnderTest.start("launch", environment, command)) {
            while (!client.isAnswered()) {
                if (!process.isAlive()
                        || Moment.now().since(process.startedAt()).compareTo(PATIENCE) > 0) {
                    throw new AssertionError(process.describe());
                }
                Await.pause(Duration.ofMillis(1));
            }
            return Moment.now().since(process.startedAt()).toNanos() / 1e6;
        }
    }

    private void quiet(Jdk jdk, Running sidecar) {
        sidecar.client.latencies(effort.probes, Duration.ZERO);
        double[] millis = sidecar.client.latencies(effort.probes, Duration.ZERO);
        table.add(jdk + ", `/health/live`, quiet, p50", "ms", ProbeClient.percentile(millis, 50), "≤ 0.3");
        table.add(jdk + ", `/health/live`, quiet, p99", "ms", ProbeClient.percentile(millis, 99), "≤ 1");
        Duration time = Duration.ofSeconds(Math.min(5, effort.floodSeconds));
        sidecar.client.newConnectionsPerSecond(16, time);
        table.add(
                jdk + ", new connection per probe, 16 at a time",
                "1/s",
                sidecar.client.newConnectionsPerSecond(16, time),
                PYTHON_CONNECTIONS,
                "the Python original, another machine",
                "≥ 4 ×");
    }

    private void flood(Jdk jdk, Running sidecar, LoadTools tools) {
        Duration time = Duration.ofSeconds(effort.floodSeconds);
        CompletableFuture<LoadTools.Flood> flood = CompletableFuture.supplyAsync(
                () -> tools.floodOfOthers(sidecar.statsdPort, time, FLOOD_PER_SECOND),
                task -> new Thread(task).start());
        List<double[]> some = new ArrayList<>();
        long before = sidecar.client.notWell();
        while (!flood.isDone()) {
            sidecar.report("workers.lease:5000|g\nworkers:3|g");
            some.add(sidecar.client.latencies(100, Duration.ofMillis(10)));
        }
        double[] millis = some.stream().flatMapToDouble(Arrays::stream).sorted().toArray();
        LoadTools.Flood sent = flood.join();
        String rate = ", %,d/s of others for %d s".formatted(sent.sent() / effort.floodSeconds, effort.floodSeconds);
        table.add(jdk + rate + ", `/health/live` p99", "ms", ProbeClient.percentile(millis, 99), "≤ 2");
        table.add(jdk + rate + ", dropped", "", (double) sent.dropped(), "0");
        table.add(
                jdk + rate + ", probes for which a count that is reported each second had expired",
                "",
                (double) (sidecar.client.notWell() - before),
                "0");
        table.add(jdk + ", resident after it", "MB", sidecar.figures().residentMegabytes(), "≤ 56");
        table.add(jdk + ", the most it ever was", "MB", sidecar.figures().peakMegabytes(), "< 64");
    }

    /** Ours and the loop in C by turns, so that what the machine does meanwhile falls on both. */
    private void cpu(Jdk jdk, Path directory, LoadTools tools, int perSecond) {
        int rounds = effort == Effort.FULL ? 3 : 1;
        Duration time = Duration.ofSeconds(effort == Effort.FULL ? 5 : 1);
        double[] ours = new double[rounds];
        double[] sinks = new double[rounds];
        long dropped = 0;
        long sent = 0;
        try (Running sidecar = start(jdk, directory)) {
            tools.flood(sidecar.statsdPort, time, perSecond);
            int port = FreePorts.next();
            try (ProcessUnderTest sink = tools.sink(port)) {
                ProcessFigures sinkFigures = new ProcessFigures(sink.pid());
                for (int i = 0; i < rounds; i++) {
                    double before = sidecar.figures().cpuSeconds();
                    LoadTools.Flood flood = tools.flood(sidecar.statsdPort, time, perSecond);
                    ours[i] = (sidecar.figures().cpuSeconds() - before) * 1e6 / flood.received();
                    dropped += flood.dropped();
                    sent += flood.sent();
                    before = sinkFigures.cpuSeconds();
                    flood = tools.flood(port, time, perSecond);
                    sinks[i] = (sinkFigures.cpuSeconds() - before) * 1e6 / flood.received();
                }
            }
        }
        Arrays.sort(ours);
        Arrays.sort(sinks);
        String rate = ", %,d/s of a mixed stream".formatted(sent / rounds / time.toSeconds());
        table.add(
                jdk + rate + ", CPU per million datagrams",
                "s",
                ProbeClient.percentile(ours, 50),
                ProbeClient.percentile(sinks, 50),
                "`recvfrom` loop in C",
                "≤ 1.3 ×");
        table.add(jdk + rate + ", dropped", "%", 100.0 * dropped / sent, "0");
    }

    /** What a container's limit would do to it: the flood again, with probes, and each collection of garbage in a file. */
    private void limited(Jdk jdk, Path directory, LoadTools tools) {
        Duration time = Duration.ofSeconds(effort.floodSeconds);
        Path collections = folder.resolve("jdk" + jdk.feature() + "-gc.log");
        Optional<MemoryLimit> any = MemoryLimit.of(LIMIT_MEGABYTES);
        if (any.isEmpty()) {
            return;
        }
        try (MemoryLimit limit = any.get()) {
            List<String> command = limit.around(launcher(directory, "--port", "0", "--statsd-port", "0"));
            double[] millis;
            try (Running sidecar = new Running(ProcessUnderTest.start("limited", environment(jdk), command))) {
                logCollections(jdk, sidecar.process, collections);
                CompletableFuture<LoadTools.Flood> flood = CompletableFuture.supplyAsync(
                        () -> tools.flood(sidecar.statsdPort, time, FLOOD_PER_SECOND),
                        task -> new Thread(task).start());
                List<double[]> some = new ArrayList<>();
                while (!flood.isDone()) {
                    some.add(sidecar.client.latencies(200, Duration.ofMillis(10)));
                }
                millis = some.stream().flatMapToDouble(Arrays::stream).sorted().toArray();
            }
            String what =
                    jdk + ", below a limit of %d MB, a flood of %d s".formatted(LIMIT_MEGABYTES, time.toSeconds());
            table.add(what + ", `/health/live` p99", "ms", ProbeClient.percentile(millis, 99), "≤ 2");
            table.add(what + ", the most that was charged", "MB", limit.peakMegabytes(), "< 64");
            table.add(what + ", killed for want of memory", "", (double) limit.kills(), "0");
            try (Stream<String> lines = Files.lines(collections)) {
                long pauses = lines.filter(line -> line.contains("Pause")).count();
                table.add(what + ", collections of garbage", "", (double) pauses, "no thrash");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Asked of the running JVM: its own flags switch off what was asked for before them. */
    private static void logCollections(Jdk jdk, ProcessUnderTest process, Path file) {
        List<String> command = List.of(
                jdk.tool("jcmd").toString(), Long.toString(process.pid()), "VM.log", "output=" + file, "what=gc=info");
        try (ProcessUnderTest jcmd = ProcessUnderTest.start("jcmd", Map.of(), command)) {
            if (jcmd.awaitExit(PATIENCE) != 0) {
                throw new AssertionError(jcmd.describe());
            }
        }
    }

    /** The ready probe waits for an application that never answers; the live probe must not. */
    private void hangingApplication(Jdk jdk, Path directory) {
        try (ServerSocket silent = new ServerSocket(0, 1_000, InetAddress.getLoopbackAddress());
                Running sidecar = start(
                        jdk,
                        directory,
                        "--application-health-ready-url",
                        "http://localhost:" + silent.getLocalPort() + "/")) {
            sidecar.report("workers:3|g");
            sidecar.client.latencies(effort.probes / 10, Duration.ZERO);
            double[] alone = sidecar.client.latencies(effort.probes / 10, Duration.ZERO);
            ProbeClient ready = new ProbeClient(sidecar.port(), "/health/ready");
            CompletableFuture<double[]> waiting = CompletableFuture.supplyAsync(
                    () -> ready.latencies(effort == Effort.FULL ? 5 : 1, Duration.ZERO),
                    task -> new Thread(task).start());
            List<double[]> some = new ArrayList<>();
            while (!waiting.isDone()) {
                some.add(sidecar.client.latencies(100, Duration.ZERO));
            }
            waiting.join();
            double[] millis =
                    some.stream().flatMapToDouble(Arrays::stream).sorted().toArray();
            table.add(
                    jdk + ", `/health/live` p99 while the application's URL hangs",
                    "ms",
                    ProbeClient.percentile(millis, 99),
                    ProbeClient.percentile(alone, 99),
                    "while nobody asks for it",
                    "unchanged");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Once it has compiled what it runs: after what would come in thirteen minutes, in a tenth of the time. */
    private void idle(Jdk jdk, Path directory) {
        int seconds = effort == Effort.FULL ? 40 : 1;
        try (Running sidecar = start(jdk, directory)) {
            sidecar.client.isAnswered();
            beats(sidecar, 20 * seconds, Duration.ofMillis(100));
            double before = sidecar.figures().cpuSeconds();
            beats(sidecar, seconds, Duration.ofSeconds(1));
            double percent = 100 * (sidecar.figures().cpuSeconds() - before) / seconds;
            table.add(jdk + ", idle: one JVM and a probe each second, of a core", "%", percent, "≤ 0.2");
        }
    }

    private static void beats(Running sidecar, int count, Duration pause) {
        for (int i = 0; i < count; i++) {
            for (String datagram : agentOf(1, 1)) {
                sidecar.report(datagram);
            }
            sidecar.client.isAnswered();
            Await.pause(pause);
        }
    }

    /** They come evenly over each second, as agents that know nothing of each other do; the second half is measured. */
    private void manySources(Jdk jdk, Path directory) {
        int seconds = effort == Effort.FULL ? 30 : 2;
        try (Running sidecar = start(jdk, directory)) {
            CompletableFuture<Void> agents = CompletableFuture.runAsync(
                    () -> speak(sidecar.statsdPort, seconds), task -> new Thread(task).start());
            List<double[]> some = new ArrayList<>();
            while (!agents.isDone()) {
                some.add(sidecar.client.latencies(200, Duration.ofMillis(5)));
            }
            agents.join();
            double[] millis = some.stream()
                    .skip(some.size() / 2)
                    .flatMapToDouble(Arrays::stream)
                    .sorted()
                    .toArray();
            String what = jdk + ", %,d sources of 5 pools each second".formatted(effort.sources);
            table.add(what + ", `/health/live` p99", "ms", ProbeClient.percentile(millis, 99), "≤ 1");
            table.add(what + ", resident", "MB", sidecar.figures().residentMegabytes(), "≤ 56");
        }
    }

    private void speak(int port, int seconds) {
        List<DatagramSocket> sources = new ArrayList<>();
        List<String> datagrams = agentOf(3, 5);
        try {
            for (int i = 0; i < effort.sources; i++) {
                sources.add(new DatagramSocket());
            }
            long begin = System.nanoTime();
            for (int second = 0; second < seconds; second++) {
                for (int i = 0; i < effort.sources; i++) {
                    double due = (second + (double) i / effort.sources) * 1e9;
                    LockSupport.parkNanos((long) due - (System.nanoTime() - begin));
                    for (String datagram : datagrams) {
                        send(sources.get(i), datagram, port);
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            sources.forEach(DatagramSocket::close);
        }
    }

    static List<String> agentOf(int workers, int pools) {
        List<String> datagrams = new ArrayList<>(List.of("workers.lease:5000|g", "workers:" + workers + "|g"));
        for (int i = 0; i < pools; i++) {
            for (String number : List.of("", ".alive", ".busy", ".stuck", ".queued", ".capacity")) {
                datagrams.add("workers.pool.http-nio-" + i + number + ":3|g");
            }
        }
        return datagrams;
    }

    /** Copies the directory and makes its archive, as a container image would. */
    Path install(Jdk jdk) {
        return LauncherCopy.withArchive(built, folder.resolve("jdk" + jdk.feature()), jdk);
    }

    private static List<String> launcher(Path directory, String... flags) {
        List<String> command = new ArrayList<>(
                List.of(directory.resolve("bin/healthcheck-sidecar").toString()));
        command.addAll(List.of(flags));
        return command;
    }

    private static Map<String, String> environment(Jdk jdk) {
        return Map.of("JAVA_HOME", jdk.home().toString());
    }

    static Running start(Jdk jdk, Path directory, String... flags) {
        List<String> command = launcher(directory, "--port", "0", "--statsd-port", "0");
        command.addAll(List.of(flags));
        return new Running(ProcessUnderTest.start("bench-jdk" + jdk.feature(), environment(jdk), command));
    }

    private static void send(DatagramSocket socket, String text, int port) throws IOException {
        byte[] bytes = text.getBytes(US_ASCII);
        socket.send(new DatagramPacket(bytes, bytes.length, InetAddress.getLoopbackAddress(), port));
    }

    /** A sidecar on ports of its own. */
    static final class Running implements AutoCloseable {
        final ProcessUnderTest process;
        final ProbeClient client;
        final int statsdPort;

        private final DatagramSocket sender;

        Running(ProcessUnderTest process) {
            this.process = process;
            MatchResult said = process.awaitStderr(STARTED, PATIENCE);
            client = new ProbeClient(Integer.parseInt(said.group(1)));
            statsdPort = Integer.parseInt(said.group(2));
            try {
                sender = new DatagramSocket();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        int port() {
            return client.port();
        }

        ProcessFigures figures() {
            return new ProcessFigures(process.pid());
        }

        /** Resident once all that starting needed is given back, which the JVM does each five seconds. */
        double atRest(Effort effort) {
            client.isAnswered();
            Await.pause(Duration.ofSeconds(effort == Effort.FULL ? 11 : 1));
            return figures().residentMegabytes();
        }

        void report(String datagram) {
            try {
                send(sender, datagram, statsdPort);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() {
            sender.close();
            process.close();
        }
    }
}
