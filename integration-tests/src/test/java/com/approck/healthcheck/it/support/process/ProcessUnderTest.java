package com.approck.healthcheck.it.support.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A process that a test started. Its output goes to two files below {@code target/it}; it and its children are killed
 * when it is closed, and at the latest when the JVM of the tests ends.
 */
public final class ProcessUnderTest implements AutoCloseable {

    private static final Path OUTPUT = Path.of("target", "it");
    private static final Duration TO_DIE = Duration.ofSeconds(10);
    private static final int TAIL_LINES = 60;
    private static final AtomicInteger STARTED = new AtomicInteger();
    private static final Set<Process> ALIVE = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> ALIVE.forEach(ProcessUnderTest::killWithDescendants), "kill-processes-under-test"));
    }

    private final String name;
    private final List<String> command;
    private final Process process;
    private final Path stdout;
    private final Path stderr;
    private final Moment startedAt;

    private ProcessUnderTest(
            String name, List<String> command, Process process, Path stdout, Path stderr, Moment startedAt) {
        this.name = name;
        this.command = command;
        this.process = process;
        this.stdout = stdout;
        this.stderr = stderr;
        this.startedAt = startedAt;
    }

    /**
     * Starts a command. Its environment is ours less all that would configure the agent, the sidecar or a JVM, plus what
     * is given; its standard input stays open and silent.
     */
    public static ProcessUnderTest start(String name, Map<String, String> environment, List<String> command) {
        try {
            Files.createDirectories(OUTPUT);
            String file = "%03d-%s".formatted(STARTED.incrementAndGet(), name);
            Path stdout = OUTPUT.resolve(file + ".out");
            Path stderr = OUTPUT.resolve(file + ".err");
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectOutput(stdout.toFile()).redirectError(stderr.toFile());
            builder.environment()
                    .keySet()
                    .removeIf(key -> key.startsWith("HEALTHCHECK_")
                            || key.startsWith("STATSD_")
                            || key.equals("JAVA_TOOL_OPTIONS")
                            || key.equals("JDK_JAVA_OPTIONS")
                            || key.equals("_JAVA_OPTIONS"));
            builder.environment().putAll(environment);
            Moment startedAt = Moment.now();
            Process process = builder.start();
            ALIVE.add(process);
            return new ProcessUnderTest(name, command, process, stdout, stderr, startedAt);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String name() {
        return name;
    }

    public long pid() {
        return process.pid();
    }

    public Moment startedAt() {
        return startedAt;
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public ProcessHandle handle() {
        return process.toHandle();
    }

    public String stdout() {
        return read(stdout);
    }

    public String stderr() {
        return read(stderr);
    }

    /** The first match in what the process has written to stdout; fails when it ends, or the time does, without one. */
    public MatchResult awaitStdout(String regex, Duration within) {
        return awaitOutput(stdout, regex, within);
    }

    public MatchResult awaitStderr(String regex, Duration within) {
        return awaitOutput(stderr, regex, within);
    }

    private MatchResult awaitOutput(Path file, String regex, Duration within) {
        Pattern pattern = Pattern.compile(regex, Pattern.MULTILINE);
        return Await.value(
                within,
                () -> {
                    boolean over = !process.isAlive();
                    Matcher matcher = pattern.matcher(read(file));
                    if (matcher.find()) {
                        return Optional.of(matcher.toMatchResult());
                    }
                    if (over) {
                        throw new AssertionError(name + " ended without saying /" + regex + "/\n" + describe());
                    }
                    return Optional.empty();
                },
                () -> name + " says /" + regex + "/\n" + describe());
    }

    /** Writes to its standard input. */
    public void type(String text) {
        try {
            process.getOutputStream().write(text.getBytes(UTF_8));
            process.getOutputStream().flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Signals as {@code kill} names them: {@code KILL}, {@code TERM}, {@code INT}, {@code STOP}, {@code CONT}. */
    public Moment signal(String signal) {
        Moment before = Moment.now();
        signal(signal, pid());
        return before;
    }

    public static void signal(String signal, long pid) {
        try {
            int status = new ProcessBuilder("kill", "-s", signal, Long.toString(pid))
                    .inheritIO()
                    .start()
                    .waitFor();
            if (status != 0) {
                throw new AssertionError("kill -s " + signal + " " + pid + " said " + status);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The exit status, 128 + n after signal n. */
    public int awaitExit(Duration within) {
        try {
            if (!process.waitFor(within.toNanos(), NANOSECONDS)) {
                throw new AssertionError(name + " has not ended within " + within + "\n" + describe());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Command, state and the last lines of output, for a failure's message. */
    public String describe() {
        return "--- " + name + " (pid " + pid() + ", "
                + (process.isAlive() ? "alive" : "ended with " + process.exitValue()) + "): "
                + String.join(" ", command) + "\n--- stdout\n" + tail(stdout()) + "\n--- stderr\n" + tail(stderr());
    }

    @Override
    public void close() {
        killWithDescendants(process);
        try {
            if (!process.waitFor(TO_DIE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError(name + " survives SIGKILL");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        ALIVE.remove(process);
    }

    /** The parent first: it would replace a child that ends, and nobody would end the new one. */
    private static void killWithDescendants(Process process) {
        List<ProcessHandle> descendants = process.descendants().toList();
        process.destroyForcibly();
        descendants.forEach(ProcessHandle::destroyForcibly);
    }

    private static String tail(String text) {
        List<String> lines = text.lines().toList();
        return lines.stream().skip(Math.max(0, lines.size() - TAIL_LINES)).collect(joining("\n"));
    }

    private static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
