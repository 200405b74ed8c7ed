package com.approck.healthcheck.it.bench;

import static com.approck.healthcheck.it.bench.Comparison.median;

import com.approck.healthcheck.it.program.EmptyAgent;
import com.approck.healthcheck.it.support.BuiltJars;
import com.approck.healthcheck.it.support.TestAgent;
import com.approck.healthcheck.it.support.probe.StatsdListener;
import com.approck.healthcheck.it.support.process.FreePorts;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.samples.SampleClassPath;
import com.approck.healthcheck.it.support.samples.ServerVersion;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * What the agent costs, each figure beside its baseline: the same JVM without it, in the same run, one after the other in
 * every round. With {@code -Pbench} it takes its time; without, one round on one JDK shows that it works. No number fails
 * anything, since machines differ.
 */
@Execution(ExecutionMode.SAME_THREAD)
@Timeout(value = 1, unit = TimeUnit.HOURS)
final class AgentBenchmark {

    private static final boolean FULL = Boolean.getBoolean("bench");
    private static final int ROUNDS = FULL ? Integer.getInteger("bench.rounds", 15) : 1;
    private static final int ROUNDS_A_PAIR = Math.min(3, ROUNDS);
    private static final String SAMPLER = "healthcheck";
    /** How the kernel knows the thread that the StatsD client starts: as it was named then. */
    private static final String SENDER = "StatsD-pool";

    private static final Duration LOAD = Duration.ofSeconds(FULL ? 4 : 1);
    private static final String NONE = "no agent";
    private static final String OURS = "healthcheck";
    private static final String JMX_EXPORTER = "JMX exporter";
    /** Takes seconds longer than the others: it needs no such precision, and is started in fewer rounds. */
    private static final String SLOW_PEER = "OpenTelemetry";

    private static final int CLIENTS = 4;

    /** A JVM that is measured: its flags, by the name of its column. */
    private final Map<String, List<String>> variants = new LinkedHashMap<>();

    private final StatsdListener sink = StatsdListener.listen();

    AgentBenchmark() throws IOException {
        variants.put(NONE, List.of());
        variants.put(OURS, List.of("-javaagent:" + BuiltJars.agent() + "=log=off,port=" + sink.port()));
        if (!FULL) {
            return;
        }
        variants.put("an agent that does nothing", List.of("-javaagent:" + TestAgent.jar(EmptyAgent.class, false)));
        Path config = Files.writeString(Files.createTempFile("jmx", ".yaml"), "rules:\n- pattern: \".*\"\n");
        variants.put(
                JMX_EXPORTER,
                List.of("-javaagent:" + SampleClassPath.jar("io.prometheus.jmx:jmx_prometheus_javaagent:1.0.1") + "=0:"
                        + config));
        variants.put(
                SLOW_PEER,
                List.of(
                        "-javaagent:"
                                + SampleClassPath.jar("io.opentelemetry.javaagent:opentelemetry-javaagent:2.33.1"),
                        "-Dotel.traces.exporter=none",
                        "-Dotel.metrics.exporter=none",
                        "-Dotel.logs.exporter=none",
                        "-Dotel.javaagent.logging=none"));
    }

    @Test
    void start() throws Exception {
        Comparison table =
                new Comparison("start, median of " + ROUNDS, variants.keySet().toArray(String[]::new));
        for (Jdk jdk : FULL ? Jdk.all() : List.of(Jdk.running())) {
            startRow(table, "empty `main`, " + jdk, "to the end", flags -> emptyMain(jdk, flags));
            for (ServerVersion.OnJdk server : servers("jetty", "tomcat")) {
                if (server.jdk().equals(jdk)) {
                    startRow(table, server.toString(), "to the first 200", flags -> firstAnswer(server, flags));
                }
            }
        }
        table.print();
    }

    private static List<ServerVersion.OnJdk> servers(String... names) {
        return ServerVersion.newestOnEveryJdk(names)
                .filter(server -> FULL || server.jdk().equals(Jdk.running()))
                .toList();
    }

    private interface Measured {
        Start measure(List<String> flags) throws Exception;
    }

    /** @param nanos until the program ended, or the server answered; the others two seconds after that, empty for the former */
    private record Start(double nanos, OptionalDouble cpuNanos, OptionalDouble megabytes) {}

    private void startRow(Comparison table, String what, String until, Measured measured) throws Exception {
        Map<String, List<Start>> seen = new LinkedHashMap<>();
        for (int round = 0; round < ROUNDS; round++) {
            for (String variant : variants.keySet()) {
                if (!variant.equals(SLOW_PEER) || round < Math.max(1, ROUNDS / 5)) {
                    seen.computeIfAbsent(variant, key -> new ArrayList<>())
                            .add(measured.measure(variants.get(variant)));
                }
            }
        }
        figureRow(table, what + ", " + until, seen, start -> OptionalDouble.of(start.nanos / 1e6), "ms");
        figureRow(table, what + ", CPU two seconds after", seen, start -> each(start.cpuNanos, 1e6), "ms");
        figureRow(table, what + ", resident two seconds after", seen, Start::megabytes, "MB");
    }

    private static OptionalDouble each(OptionalDouble value, double unit) {
        return value.isPresent() ? OptionalDouble.of(value.getAsDouble() / unit) : value;
    }

    /** The baseline's median, and what each of the others adds to it; no row if there is no such figure. */
    private static void figureRow(
            Comparison table,
            String what,
            Map<String, List<Start>> seen,
            Function<Start, OptionalDouble> figure,
            String unit) {
        Map<String, Double> medians = new LinkedHashMap<>();
        seen.forEach((variant, starts) -> {
            List<Double> figures = starts.stream()
                    .flatMapToDouble(start -> figure.apply(start).stream())
                    .boxed()
                    .toList();
            if (!figures.isEmpty()) {
                medians.put(variant, median(figures));
            }
        });
        if (!medians.isEmpty()) {
            double base = medians.get(NONE);
            table.row(
                    what,
                    medians.entrySet().stream()
                            .map(entry -> entry.getKey().equals(NONE)
                                    ? "%.0f %s".formatted(base, unit)
                                    : "%+.0f %s".formatted(entry.getValue() - base, unit))
                            .toArray(String[]::new));
        }
    }

    private static Start emptyMain(Jdk jdk, List<String> flags) throws Exception {
        List<String> command = new ArrayList<>(List.of(jdk.tool("java").toString()));
        command.addAll(flags);
        command.addAll(List.of(
                "-cp",
                Path.of("target", "test-classes").toAbsolutePath().toString(),
                "com.approck.healthcheck.it.program.HelloProgram",
                "0"));
        long from = System.nanoTime();
        Process process = start(command);
        if (process.waitFor() != 0) {
            throw new AssertionError("it ended with " + process.exitValue() + ": " + command);
        }
        return new Start(System.nanoTime() - from, OptionalDouble.empty(), OptionalDouble.empty());
    }

    private static Start firstAnswer(ServerVersion.OnJdk server, List<String> flags) throws Exception {
        long from = System.nanoTime();
        try (Served served = new Served(server, flags, "threads=20")) {
            TimeUnit.MILLISECONDS.sleep(FULL ? 2_000 : 0);
            ProcessFigures figures = new ProcessFigures(served.process.pid());
            return new Start(
                    served.answeredAt - from,
                    OptionalDouble.of(figures.cpuSeconds() * 1e9),
                    OptionalDouble.of(figures.residentMegabytes()));
        }
    }

    @Test
    void load() throws Exception {
        Comparison table = new Comparison("under load, median of " + ROUNDS, NONE, OURS, "ratio");
        for (ServerVersion.OnJdk server : servers("jetty", "tomcat")) {
            Map<String, List<Double>> rates = new LinkedHashMap<>();
            Map<String, List<Double>> tails = new LinkedHashMap<>();
            for (String variant : List.of(NONE, OURS)) {
                rates.put(variant, new ArrayList<>());
                tails.put(variant, new ArrayList<>());
            }
            // Several pairs, since two JVMs of the same program differ by what their compilers made of it.
            for (int round = 0; round < ROUNDS; round += ROUNDS_A_PAIR) {
                // Both JVMs are there all the time, and are loaded in turns: what else the machine does falls on both.
                try (Served without = new Served(server, variants.get(NONE), "threads=20");
                        Served with = new Served(server, variants.get(OURS), "threads=20")) {
                    hammer(without.port, LOAD);
                    hammer(with.port, LOAD);
                    for (int turn = 0; turn < 2 * ROUNDS_A_PAIR; turn++) {
                        boolean ours = turn % 4 == 0 || turn % 4 == 3;
                        long[] nanos = hammer(ours ? with.port : without.port, LOAD);
                        String variant = ours ? OURS : NONE;
                        rates.get(variant).add(nanos.length / (LOAD.toNanos() / 1e9));
                        tails.get(variant).add((double) nanos[nanos.length * 99 / 100]);
                    }
                }
            }
            double none = median(rates.get(NONE));
            double ours = median(rates.get(OURS));
            table.row(
                    server + ", requests/s",
                    "%.0f".formatted(none),
                    "%.0f".formatted(ours),
                    "%.3f".formatted(ours / none));
            none = median(tails.get(NONE));
            ours = median(tails.get(OURS));
            table.row(
                    server + ", p99",
                    "%.0f µs".formatted(none / 1e3),
                    "%.0f µs".formatted(ours / 1e3),
                    "%.3f".formatted(ours / none));
        }
        table.print();
    }

    @Test
    void footprint() throws Exception {
        Comparison table = new Comparison("at rest", NONE, OURS, "added");
        // What runs once a second is compiled for the better part of a minute.
        Duration settling = Duration.ofSeconds(FULL ? 60 : 1);
        Duration rest = Duration.ofSeconds(4L * ROUNDS);
        for (ServerVersion.OnJdk server : servers("tomcat")) {
            try (Served without = new Served(server, variants.get(NONE), "threads=200", "min=200");
                    Served with = new Served(server, variants.get(OURS), "threads=200", "min=200")) {
                // Every worker has been on a request, so that the agent knows it.
                together(without.port, 200);
                together(with.port, 200);
                TimeUnit.NANOSECONDS.sleep(settling.toNanos());
                double sampler = nanosOf(with.process, SAMPLER);
                double sender = nanosOf(with.process, SENDER);
                TimeUnit.NANOSECONDS.sleep(rest.toNanos());
                cpuRow(
                        table,
                        server + ", 200 workers, CPU of the sampler",
                        nanosOf(with.process, SAMPLER) - sampler,
                        rest);
                cpuRow(
                        table,
                        server + ", 200 workers, CPU of the sender",
                        nanosOf(with.process, SENDER) - sender,
                        rest);
                row(table, server + ", heap after a collection", heap(server, without), heap(server, with));
                row(
                        table,
                        server + ", resident memory",
                        new ProcessFigures(without.process.pid()).residentMegabytes(),
                        new ProcessFigures(with.process.pid()).residentMegabytes());
                table.row(
                        server + ", threads",
                        "" + threads(without.process),
                        "" + threads(with.process),
                        "+" + (threads(with.process) - threads(without.process)));
            }
        }
        table.print();
    }

    @Test
    void sampling() throws Exception {
        Comparison table = new Comparison("one sample", "idle", "all on a request");
        ServerVersion.OnJdk server = servers("tomcat").get(0);
        int samplesPerSecond = 10;
        Duration span = Duration.ofSeconds(2L * ROUNDS);
        for (int workers : FULL ? new int[] {200, 1_000, 5_000} : new int[] {200}) {
            String agent = "-javaagent:" + BuiltJars.agent() + "=log=off,interval=100ms,lease=5s,port=" + sink.port();
            try (Served served =
                    new Served(server, List.of(agent, "-Xss256k"), "threads=" + workers, "min=" + workers)) {
                together(served.port, workers);
                // So many samples as it takes until they are compiled.
                TimeUnit.SECONDS.sleep(FULL ? 30 : 1);
                double idle = perSample(served, span, samplesPerSecond);
                List<Socket> busy = new ArrayList<>();
                for (int i = 0; i < workers; i++) {
                    busy.add(ask(served.port, "/sleep?ms=" + (span.toMillis() + 60_000)));
                }
                TimeUnit.SECONDS.sleep(3);
                double atWork = perSample(served, span, samplesPerSecond);
                table.row(workers + " workers, CPU", "%.2f ms".formatted(idle), "%.2f ms".formatted(atWork));
                for (Socket socket : busy) {
                    socket.close();
                }
            }
        }
        table.print();
    }

    @Test
    void task() throws Exception {
        Comparison table = new Comparison("one task", "no agent", "healthcheck", "added", "allocated");
        hooks(table, HookJmh.class, "task");
        table.print();
    }

    @Test
    void consumer() throws Exception {
        Comparison table = new Comparison("one call of a consumer", "no agent", "healthcheck", "added", "allocated");
        hooks(table, ConsumerHookJmh.class, "call");
        table.print();
    }

    /** @param twin the method without hooks */
    private static void hooks(Comparison table, Class<?> benchmark, String twin) throws Exception {
        for (Jdk jdk : FULL ? Jdk.all() : List.of(Jdk.running())) {
            List<Jmh.Score> scores = Jmh.run(benchmark, jdk, "" + BuiltJars.agent(), FULL);
            double without = Jmh.of(scores, twin, "").nanos();
            for (Jmh.Score with : scores) {
                if (!with.method().equals(twin)) {
                    table.row(
                            with.method() + ", " + jdk,
                            "%.1f ns".formatted(without),
                            "%.1f ns".formatted(with.nanos()),
                            "%+.1f ns".formatted(with.nanos() - without),
                            "%.2f B".formatted(with.bytes()));
                }
            }
        }
    }

    private static double perSample(Served served, Duration span, int samplesPerSecond) throws Exception {
        double before = nanosOf(served.process, SAMPLER);
        TimeUnit.NANOSECONDS.sleep(span.toNanos());
        return (nanosOf(served.process, SAMPLER) - before) / 1e6 / (span.toSeconds() * samplesPerSecond);
    }

    private static void row(Comparison table, String what, double none, double ours) {
        table.row(what, "%.1f MB".formatted(none), "%.1f MB".formatted(ours), "%+.1f MB".formatted(ours - none));
    }

    private static void cpuRow(Comparison table, String what, double nanos, Duration time) {
        table.row(what, "", "", "%.3f %% of a core".formatted(nanos / time.toNanos() * 100));
    }

    /** The time that a thread of the agent's has been on a processor: the first field of Linux's schedstat. */
    private static double nanosOf(Process process, String nameInKernel) throws IOException {
        double nanos = 0;
        try (Stream<Path> threads = Files.list(Path.of("/proc", "" + process.pid(), "task"))) {
            for (Path thread : threads.toList()) {
                nanos += nanosOf(thread, nameInKernel);
            }
        }
        return nanos;
    }

    private static long nanosOf(Path thread, String nameInKernel) {
        try {
            boolean isOurs = Files.readString(thread.resolve("comm")).strip().startsWith(nameInKernel);
            return isOurs
                    ? Long.parseLong(
                            Files.readString(thread.resolve("schedstat")).split(" ", -1)[0])
                    : 0;
        } catch (IOException ended) {
            // Meanwhile: one of the JVM's own, a compiler's say. The agent's thread lives as long as the JVM.
            return 0;
        }
    }

    private static double heap(ServerVersion.OnJdk server, Served served) throws Exception {
        run(server.jdk().tool("jcmd").toString(), "" + served.process.pid(), "GC.run");
        String info = run(server.jdk().tool("jcmd").toString(), "" + served.process.pid(), "GC.heap_info");
        return Double.parseDouble(info.replaceAll("(?s).*?used (\\d+)K.*", "$1")) / 1024;
    }

    private static long threads(Process process) throws IOException {
        try (Stream<Path> threads = Files.list(Path.of("/proc", "" + process.pid(), "task"))) {
            return threads.count();
        }
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (InputStream out = process.getInputStream()) {
            return new String(out.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** So many requests at once, each held until the last has come: then each is on a worker of its own. */
    private static void together(int port, int count) throws IOException {
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sockets.add(ask(port, "/sleep?ms=3000"));
        }
        for (Socket socket : sockets) {
            try (socket) {
                if (socket.getInputStream().read() < 0) {
                    throw new IOException("not answered");
                }
            }
        }
    }

    private static Socket ask(int port, String path) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.getOutputStream().write(request(path));
        return socket;
    }

    private static byte[] request(String path) {
        return ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    /** Asks as fast as it can on a few kept connections; how long each answer took, sorted. */
    private static long[] hammer(int port, Duration time) throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        try {
            List<Future<List<Long>>> all = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                Callable<List<Long>> client = () -> hammerOnce(port, time.toNanos());
                all.add(clients.submit(client));
            }
            List<Long> nanos = new ArrayList<>();
            for (Future<List<Long>> one : all) {
                nanos.addAll(one.get());
            }
            long[] sorted = nanos.stream().mapToLong(Long::longValue).toArray();
            Arrays.sort(sorted);
            return sorted;
        } finally {
            clients.shutdown();
        }
    }

    private static List<Long> hammerOnce(int port, long forNanos) throws IOException {
        List<Long> took = new ArrayList<>();
        long end = System.nanoTime() + forNanos;
        while (System.nanoTime() - end < 0) {
            hammerOnOneConnection(port, end, took);
        }
        return took;
    }

    /** Until the time has come, or the server hangs up, as Tomcat does after a hundred requests. */
    private static void hammerOnOneConnection(int port, long end, List<Long> took) throws IOException {
        byte[] request = request("/ping");
        byte[] buffer = new byte[8192];
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            InputStream in = socket.getInputStream();
            for (long from = System.nanoTime(); from - end < 0; from = System.nanoTime()) {
                socket.getOutputStream().write(request);
                String answer = "";
                // The body is "pong", with whatever framing: the answer ends with it, or with the last chunk.
                while (!answer.endsWith("pong") && !answer.endsWith("pong\r\n0\r\n\r\n")) {
                    int read = in.read(buffer);
                    if (read < 0) {
                        return;
                    }
                    answer += new String(buffer, 0, read, StandardCharsets.ISO_8859_1);
                }
                took.add(System.nanoTime() - from);
            }
        }
    }

    private static Process start(List<String> command) throws IOException {
        return new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /** A sample server that has answered once. */
    private static final class Served implements AutoCloseable {
        final Process process;
        final int port = FreePorts.next();
        final long answeredAt;

        Served(ServerVersion.OnJdk server, List<String> flags, String... options) throws Exception {
            List<String> command =
                    new ArrayList<>(List.of(server.jdk().tool("java").toString()));
            command.addAll(flags);
            command.addAll(SampleClassPath.of(server.server()));
            command.add("port=" + port);
            command.addAll(List.of(options));
            process = start(command);
            while (!answers()) {
                if (!process.isAlive()) {
                    throw new AssertionError("it ended with " + process.exitValue() + ": " + command);
                }
                TimeUnit.MILLISECONDS.sleep(2);
            }
            answeredAt = System.nanoTime();
        }

        private boolean answers() {
            try (Socket socket = ask(port, "/ping")) {
                return new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII)
                        .equals("HTTP/1.1 200");
            } catch (IOException e) {
                return false;
            }
        }

        @Override
        public void close() {
            process.destroyForcibly().onExit().join();
        }
    }
}
