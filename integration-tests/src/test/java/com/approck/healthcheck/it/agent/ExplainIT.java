package com.approck.healthcheck.it.agent;

import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.approck.healthcheck.it.support.App;
import com.approck.healthcheck.it.support.BuiltJars;
import com.approck.healthcheck.it.support.Explained;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Http;
import com.approck.healthcheck.it.support.probe.StatsdListener;
import com.approck.healthcheck.it.support.process.Container;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.Moment;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import com.approck.healthcheck.it.support.samples.ServerVersion;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What {@code java -jar healthcheck-agent.jar PID --explain} prints about a JVM with the agent and about one without. Each
 * server of {@link AttachServersIT} is asked there.
 */
final class ExplainIT {

    private static final Duration TO_EXIT = Duration.ofSeconds(60);
    private static final Duration SOON = Duration.ofSeconds(20);

    /** Java threads, but those of the JIT compilers, which come and go. */
    private static final Pattern THREAD = Pattern.compile("^\"((?!C[12] Compiler)[^\"]+)\" #", Pattern.MULTILINE);

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    static Stream<ServerVersion.OnJdk> servers() {
        return ServerVersion.newestOnEveryJdk("jetty", "tomcat")
                .filter(server -> server.server().isWanted());
    }

    static Stream<ServerVersion.OnJdk> jetty() {
        return ServerVersion.newestOnEveryJdk("jetty");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("servers")
    void agentAtWork_explainsItsNumbers(ServerVersion.OnJdk server) {
        StatsdListener wire = processes.wire();
        App app = processes.app(
                server,
                List.of(TestProcesses.agent("stuck-after=2s,port=" + wire.port())),
                Map.of("STATSD_HOST", "127.0.0.1"));
        app.awaitStarted();
        CompletableFuture<?> never = Http.send(app.port(), "/hang");
        wire.await(Moment.now(), SOON, "workers:" + server.server().withOneHung() + "|g");
        app.process().awaitStderr("healthcheck: worker \\S+ of pool \\S+ is stuck: .*", SOON);
        String said = app.process().stderr();

        Explained explained = Explained.by(processes, server.jdk(), app.process());

        assertTrue(explained.text().startsWith("the agent is at work, and its hooks are in"), explained::text);
        explained.assertHas("  host            127.0.0.1 (variable STATSD_HOST)");
        explained.assertHas("  port            " + wire.port() + " (argument port)");
        explained.assertHas("  interval        1 s (default)");
        explained.assertHas("  to 127.0.0.1:" + wire.port()
                + " (127.0.0.1); the last ones: they have left this process; whether they arrived, UDP does not say");
        int capacity = server.server().workers();
        assertTrue(
                Pattern.compile(
                                "^pool \\S+ of (Jetty|Tomcat): " + (capacity - 1) + " able of " + capacity
                                        + "; [0-9]+ live threads, 1 on requests, 1 stuck, 0 tasks waiting$",
                                Pattern.MULTILINE)
                        .matcher(explained.text())
                        .find(),
                explained::text);
        explained.assertHasBelow("pool ", "  capacity " + capacity + ": its largest size");
        explained.assertHasBelow("  stuck: ", "at com.approck.healthcheck.it.sample.Faults.hang(Faults.java:");
        assertTrue(explained.text().contains(": it has been on one request for "), explained::text);
        assertTrue(explained.text().lines().count() < 80, explained::text);
        assertFalse(never.isDone());
        wire.await(Moment.now(), SOON, "workers:" + server.server().withOneHung() + "|g");
        assertEquals(
                said,
                app.process()
                        .stderr()
                        .lines()
                        .filter(line -> !line.startsWith("WARNING: "))
                        .map(line -> line + "\n")
                        .reduce("", String::concat));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("jetty")
    void jvmWithoutTheAgent_isLookedAtAndLeftAsItWas(ServerVersion.OnJdk server) {
        StatsdListener wire = processes.wire();
        App app = processes.app(server, List.of(), Map.of("HEALTHCHECK_STATSD_PORT", "" + wire.port()));
        app.awaitStarted();
        CompletableFuture<?> never = Http.send(app.port(), "/hang");
        assertEquals(200, Http.get(app.port(), "/ping").status());
        Set<String> before = threads(server.jdk(), app);

        Explained explained = Explained.by(processes, server.jdk(), app.process());

        assertTrue(explained.text().startsWith("no agent is at work in this JVM; "), explained::text);
        explained.assertHas("  port            " + wire.port() + " (variable HEALTHCHECK_STATSD_PORT)");
        explained.assertHas("  nothing is sent; the agent would send to localhost:" + wire.port());
        explained.assertHasBelow("pool ", "  capacity 198: its largest size less the threads that acceptors");
        explained.assertHasBelow("  busy: ", "at com.approck.healthcheck.it.sample.Faults.hang(Faults.java:");
        Set<String> after = threads(server.jdk(), app);
        after.removeAll(before);
        assertEquals(Set.of(), after);
        String classes = jcmd(server.jdk(), app, "VM.class_hierarchy");
        assertTrue(classes.contains("org.eclipse.jetty.server.Server/"), classes);
        assertFalse(classes.contains("bytebuddy"), "Byte Buddy was loaded");
        assertFalse(classes.contains("com.approck.healthcheck.agent.bootstrap.Hook/"), "the hook was put in");
        assertFalse(never.isDone());
        assertEquals(List.of(), wire.lines());

        // The agent that comes later is not taken for one that is there.
        String pid = Long.toString(app.process().pid());
        assertEquals(0, processes.attacher(server.jdk(), pid).awaitExit(TO_EXIT));
        wire.await(Moment.now(), SOON, "workers:198|g");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("com.approck.healthcheck.it.support.process.Jdk#all")
    void jvmOfAnotherUser_answersToRoot(Jdk jdk) throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "only root can run a process as another user");
        assumeTrue(jdk.feature() >= 18, "a JDK has a server to be started without classes of ours since Java 18");
        // Where everybody may read: the build's folder may be below a closed one.
        Path jar = Files.createTempFile("healthcheck-agent", ".jar");
        Files.copy(BuiltJars.agent(), jar, StandardCopyOption.REPLACE_EXISTING);
        Files.setPosixFilePermissions(jar, PosixFilePermissions.fromString("rw-r--r--"));
        try {
            ProcessUnderTest jvm = processes.process(
                    "nobodys-server",
                    Map.of(),
                    List.of(
                            "setpriv",
                            "--reuid=65534",
                            "--regid=65534",
                            "--clear-groups",
                            jdk.tool("java").toString(),
                            "-m",
                            "jdk.httpserver",
                            "-b",
                            "127.0.0.1",
                            "-p",
                            "0",
                            "-d",
                            "/tmp"));
            jvm.awaitStdout("127\\.0\\.0\\.1", SOON);
            leaveSocketOfDeadJvm(jvm.pid());
            ProcessUnderTest asking = processes.process(
                    "explain-as-root",
                    Map.of(),
                    List.of(
                            jdk.tool("java").toString(),
                            "-jar",
                            jar.toString(),
                            Long.toString(jvm.pid()),
                            "--explain",
                            "prefix=shop"));
            assertEquals(0, asking.awaitExit(TO_EXIT), asking::describe);
            Explained explained = new Explained(asking.stdout());
            explained.assertHas("  prefix          shop. (argument prefix)");
            explained.assertHasBelow("pool httpserver-", "  waits for connections: HTTP-Dispatcher");
        } finally {
            Files.delete(jar);
        }
    }

    /** What a killed JVM of root's leaves, and one of another user's with the same pid can't delete. */
    private static void leaveSocketOfDeadJvm(long pid) throws IOException {
        Path file = Path.of("/tmp/.java_pid" + pid);
        try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(file));
        }
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    /** From outside the container, where the jar is and the process has another number. */
    @Test
    void jvmInAContainer_answersAndIsAttachedToOnceItHasTheJar() throws IOException {
        Jdk newest = Jdk.all().get(Jdk.all().size() - 1);
        assumeTrue(newest.feature() >= 18, "a JDK has a server to be started without classes of ours since Java 18");
        StatsdListener wire = processes.wire();
        Container container = Container.start(
                processes, newest, "java", "-m", "jdk.httpserver", "-b", "127.0.0.1", "-p", "0", "-d", "/tmp");
        container.outside().awaitStdout("127\\.0\\.0\\.1", SOON);

        for (int times = 1; times <= 2; times++) {
            ProcessUnderTest asking = ask(Jdk.running(), container.pid());
            assertEquals(0, asking.awaitExit(TO_EXIT), asking::describe);
            assertEquals("", asking.stderr());
            new Explained(asking.stdout())
                    .assertHasBelow("pool httpserver-", "  waits for connections: HTTP-Dispatcher");
        }
        assertEquals(List.of(), container.temporaryFiles());

        String failure = "healthcheck: not attached: ";
        assertEquals(
                failure + "process " + container.pid() + " is in a container that has no file " + BuiltJars.agent()
                        + ": copy the jar there, to that path, and run this command again\n",
                notAttached(container));
        Path there = container.copy(BuiltJars.agent());
        Files.setPosixFilePermissions(there, PosixFilePermissions.fromString("rw-------"));
        String notReadable = notAttached(container);
        assertTrue(
                notReadable.startsWith(failure + "JVM " + container.pid() + " can't open " + BuiltJars.agent() + ": "),
                notReadable);
        Files.setPosixFilePermissions(there, PosixFilePermissions.fromString("rw-r--r--"));
        ProcessUnderTest attaching =
                processes.attacher(Jdk.running(), Long.toString(container.pid()), "port=" + wire.port());
        assertEquals(0, attaching.awaitExit(TO_EXIT), attaching::describe);
        wire.await(Moment.now(), SOON, "workers:1|g");
    }

    private String notAttached(Container container) {
        ProcessUnderTest attaching = processes.attacher(Jdk.running(), Long.toString(container.pid()));
        assertEquals(1, attaching.awaitExit(TO_EXIT), attaching::describe);
        return attaching.stderr();
    }

    @Test
    void jvmThatIsStopped_isGivenUpAndServesAfterwards() throws IOException {
        ServerVersion.OnJdk server = jetty().findFirst().orElseThrow();
        App app = processes.app(server, List.of(), Map.of());
        app.awaitStarted();
        // From now on it takes connections of the attach interface, and answers none while it is stopped.
        Explained.by(processes, server.jdk(), app.process());
        app.process().signal("STOP");
        ProcessUnderTest asking = ask(server.jdk(), app.process().pid());
        processes.onlyWaits();
        assertEquals(1, asking.awaitExit(TO_EXIT), asking::describe);
        app.process().signal("CONT");
        assertEquals("", asking.stdout());
        assertEquals(1, asking.stderr().lines().count(), asking::describe);
        String beginning = "healthcheck: process " + app.process().pid() + " has not answered for 10 s: ";
        assertTrue(asking.stderr().startsWith(beginning), asking::describe);
        assertEquals(200, Http.get(app.port(), "/ping").status());
        // The answer that comes now finds no file, and makes none.
        String file = asking.stderr().replaceFirst("(?s).*can't write (\\S+)\\s*", "$1");
        assertTrue(file.startsWith("/tmp/healthcheck-explain-"), file);
        assertFalse(Files.exists(Path.of(file)), file);
    }

    @Test
    void missingProcess_isNamed() {
        ProcessUnderTest asking = ask(Jdk.running(), 99999999);
        assertEquals(1, asking.awaitExit(TO_EXIT), asking::describe);
        assertEquals("healthcheck: not attached: there is no process 99999999\n", asking.stderr());
        assertEquals("", asking.stdout());
    }

    private ProcessUnderTest ask(Jdk jdk, long pid) {
        return processes.attacher(jdk, "--explain", Long.toString(pid));
    }

    private Set<String> threads(Jdk jdk, App app) {
        return THREAD.matcher(jcmd(jdk, app, "Thread.print"))
                .results()
                .map((MatchResult found) -> found.group(1))
                .collect(toSet());
    }

    private String jcmd(Jdk jdk, App app, String command) {
        ProcessUnderTest jcmd = processes.process(
                "jcmd",
                Map.of(),
                List.of(jdk.tool("jcmd").toString(), Long.toString(app.process().pid()), command));
        assertEquals(0, jcmd.awaitExit(TO_EXIT), jcmd::describe);
        return jcmd.stdout();
    }
}
