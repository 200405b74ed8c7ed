package com.approck.healthcheck.it.support;

import com.approck.healthcheck.it.support.probe.Prober;
import com.approck.healthcheck.it.support.probe.StatsdListener;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.Moment;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import com.approck.healthcheck.it.support.samples.SampleClassPath;
import com.approck.healthcheck.it.support.samples.ServerVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * What one test starts. All of it is closed after the test, last first; if the test failed, the processes say on stderr
 * what they had said.
 */
public final class TestProcesses implements BeforeEachCallback, AfterEachCallback {

    /**
     * For the tests that are at work: many more would miss their time bounds on two cores. JUnit runs more of them, which
     * only wait. {@code -Dturns=8} for a machine of more.
     */
    private static final Semaphore TURNS = new Semaphore(Integer.getInteger("turns", 4), true);

    /**
     * Every class is verified, those of the JDK too: instrumented bytecode gets no benefit of the doubt. The JVM's own archive
     * of classes is of no use then, and a start takes a third of a second longer: so not where another test does it.
     */
    public static final List<String> VERIFIED = List.of(
            "-XX:+UnlockDiagnosticVMOptions", "-XX:+BytecodeVerificationRemote", "-XX:+BytecodeVerificationLocal");

    /**
     * For servers and brokers, of which so many are started: the JVM's other compiler takes a third of the CPU of a start. And
     * what depends on the number of processors is the same on every machine. A flag that follows may undo either.
     */
    public static final List<String> LIGHT_JVM = List.of("-XX:ActiveProcessorCount=2", "-XX:TieredStopAtLevel=1");

    /** The {@code Order} of what waits for minutes, and of its class: it begins before all others. */
    public static final int WAITS_FOR_MINUTES = 1;

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private boolean hasTurn;
    private Moment turnBegan = Moment.now();
    private Duration turn = Duration.ZERO;

    /** A sidecar on free ports, with these flags beside. */
    public Sidecar sidecar(Jdk jdk, String... flags) {
        return sidecar(jdk, Map.of(), flags);
    }

    public Sidecar sidecar(Jdk jdk, Map<String, String> environment, String... flags) {
        return add(Sidecar.start(jdk, environment, flags));
    }

    public Prober prober(Sidecar sidecar) {
        return add(Prober.start(sidecar.httpPort()));
    }

    public StatsdListener wire() {
        return add(StatsdListener.listen());
    }

    /** A sample with the agent, which speaks to that port; {@code options} as {@code Options} of the samples takes them. */
    public App app(ServerVersion.OnJdk server, int statsdPort, String... options) {
        return app(server, List.of(agent("port=" + statsdPort)), Map.of(), options);
    }

    /** A sample with JVM flags and environment of the test's choice. */
    public App app(
            ServerVersion.OnJdk server, List<String> jvmFlags, Map<String, String> environment, String... options) {
        return app(server, jvmFlags, environment, command -> command, options);
    }

    /** The same, by a command that starts the JVM's. */
    App app(
            ServerVersion.OnJdk server,
            List<String> jvmFlags,
            Map<String, String> environment,
            UnaryOperator<List<String>> launcher,
            String... options) {
        List<String> arguments = new ArrayList<>(LIGHT_JVM);
        arguments.addAll(jvmFlags);
        arguments.addAll(SampleClassPath.of(server.server()));
        arguments.addAll(server.server().options());
        arguments.addAll(List.of(options));
        String name = server.server().id() + "-jdk" + server.jdk().feature();
        return new App(
                add(ProcessUnderTest.start(name, environment, launcher.apply(command(server.jdk(), arguments)))));
    }

    /** A JVM with bytecode verification on. */
    public ProcessUnderTest java(String name, Jdk jdk, Map<String, String> environment, List<String> arguments) {
        List<String> all = new ArrayList<>(VERIFIED);
        all.addAll(arguments);
        return add(ProcessUnderTest.start(name, environment, command(jdk, all)));
    }

    private static List<String> command(Jdk jdk, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(jdk.tool("java").toString());
        command.add("-Djava.io.tmpdir=" + temporaryFolder());
        command.addAll(arguments);
        return command;
    }

    /** The agent's jar as a command, which puts the agent into a JVM that runs. */
    public ProcessUnderTest attacher(Jdk jdk, String... arguments) {
        List<String> command = new ArrayList<>(
                List.of(jdk.tool("java").toString(), "-jar", BuiltJars.agent().toString()));
        command.addAll(List.of(arguments));
        return process("attach-jdk" + jdk.feature(), Map.of(), command);
    }

    public ProcessUnderTest process(String name, Map<String, String> environment, List<String> command) {
        return add(ProcessUnderTest.start(name, environment, command));
    }

    /**
     * The flags with which the classes of this server that the agent instruments are verified. A JVM verifies those of an
     * application by itself; but not those of its boot loader, of which the JDK's own server is one.
     */
    public static List<String> verified(ServerVersion server) {
        return server.name().startsWith("jdk-") ? VERIFIED : List.of();
    }

    /** The flag that puts the built agent into a JVM. */
    public static String agent(String settings) {
        return "-javaagent:" + BuiltJars.agent() + (settings.isEmpty() ? "" : "=" + settings);
    }

    public synchronized <T extends AutoCloseable> T add(T closeable) {
        open.push(closeable);
        return closeable;
    }

    /** From here on the test only lets time pass, and another may work meanwhile. */
    public synchronized void onlyWaits() {
        if (hasTurn) {
            hasTurn = false;
            turn = Moment.now().since(turnBegan);
            TURNS.release();
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) throws InterruptedException {
        TURNS.acquire();
        hasTurn = true;
        turnBegan = Moment.now();
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        if (context.getExecutionException().isPresent()) {
            StringBuilder said = new StringBuilder("=== failed: " + context.getDisplayName());
            open.forEach(closeable -> said.append('\n').append(describe(closeable)));
            System.err.println(said);
        }
        try {
            while (!open.isEmpty()) {
                open.pop().close();
            }
        } finally {
            onlyWaits();
            record(context);
        }
    }

    /** The turns together, through {@link #TURNS}, are the time that all tests take: which test to make shorter. */
    private void record(ExtensionContext context) throws IOException {
        String line = "%6.1f s  %s %s%n"
                .formatted(
                        turn.toMillis() / 1e3,
                        context.getRequiredTestClass().getSimpleName(),
                        context.getDisplayName());
        Files.writeString(
                temporaryFolder().resolveSibling("turns.txt"),
                line,
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    private static String describe(AutoCloseable closeable) {
        if (closeable instanceof ProcessUnderTest process) {
            return process.describe();
        }
        if (closeable instanceof Sidecar sidecar) {
            return sidecar.process().describe();
        }
        if (closeable instanceof Prober prober) {
            return prober.describe();
        }
        return closeable instanceof StatsdListener wire ? wire.describe() : closeable.toString();
    }

    private static Path temporaryFolder() {
        try {
            return Files.createDirectories(Path.of("target", "it", "tmp").toAbsolutePath());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
