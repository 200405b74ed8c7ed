package com.approck.healthcheck.it.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.program.HelloProgram;
import com.approck.healthcheck.it.program.HostileProgram;
import com.approck.healthcheck.it.support.App;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Http;
import com.approck.healthcheck.it.support.probe.StatsdListener;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.Moment;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import com.approck.healthcheck.it.support.samples.SampleClassPath;
import com.approck.healthcheck.it.support.samples.ServerVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the agent must not mind, and what nobody must notice of it. */
@ParameterizedClass(name = "{0}")
@MethodSource("com.approck.healthcheck.it.support.process.Jdk#all")
final class AgentSafetyIT {

    private static final Duration TO_BE_HEARD = Duration.ofSeconds(60);

    @Parameter
    Jdk jdk;

    @TempDir
    Path folder;

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    @ParameterizedTest
    @ValueSource(strings = {"-XX:+DisableAttachMechanism", "-Xshare:off", "-Xint", "-XX:+UseSerialGC"})
    void flagOfTheJvm_isNotMinded(String flag) {
        StatsdListener wire = processes.wire();
        App app = processes.app(
                jetty(), List.of(flag, TestProcesses.agent("port=" + wire.port())), Map.of(), "threads=12");
        assertServesAndIsCounted(app, wire, "workers:\\d+\\|g");
        assertOnlyNewsOfPools(app.process().stderr());
    }

    @Test
    void checkedJni_findsNoFault() {
        StatsdListener wire = processes.wire();
        App app = processes.app(
                jetty(), List.of("-Xcheck:jni", TestProcesses.agent("port=" + wire.port())), Map.of(), "threads=12");
        assertServesAndIsCounted(app, wire, "workers:\\d+\\|g");
        assertTrue(
                !app.process().stdout().contains("FATAL ERROR in native method"),
                () -> app.process().describe());
        assertOnlyNewsOfPools(app.process().stderr());
    }

    @Test
    void hostileApplication_isCounted() throws IOException {
        // Its own libraries, of the names that the agent's have, and no class in them that is what it says.
        Path classes = folder.resolve("classes");
        compile(
                classes,
                "package net.bytebuddy; public class ByteBuddy { static { if (true) throw new Error(\"not yours\"); } }",
                "package com.timgroup.statsd; public class NonBlockingUdpSender {"
                        + " static { if (true) throw new Error(\"not yours\"); } }");
        StatsdListener wire = processes.wire();
        App app = new App(processes.java(
                "hostile-jdk" + jdk.feature(),
                jdk,
                Map.of(),
                List.of(
                        TestProcesses.agent("port=" + wire.port()),
                        "-cp",
                        classes + ":" + Path.of("target", "test-classes").toAbsolutePath(),
                        HostileProgram.class.getName())));
        assertServesAndIsCounted(app, wire, "workers:4\\|g");
        assertOnlyNewsOfPools(app.process().stderr());
    }

    @Test
    void applicationOnTheModulePath_isCounted() throws IOException {
        Path module = folder.resolve("module");
        compile(module, "module app { requires jdk.httpserver; }", """
                package app;
                public class Main {
                    public static void main(String[] args) throws Exception {
                        var address = new java.net.InetSocketAddress(java.net.InetAddress.getLoopbackAddress(), 0);
                        var server = com.sun.net.httpserver.HttpServer.create(address, 0);
                        server.setExecutor(java.util.concurrent.Executors.newFixedThreadPool(3));
                        server.createContext("/ping", exchange -> {
                            exchange.sendResponseHeaders(200, -1);
                            exchange.close();
                        });
                        server.start();
                        System.out.println("LISTENING " + server.getAddress().getPort());
                    }
                }
                """);
        StatsdListener wire = processes.wire();
        App app = new App(processes.java(
                "module-jdk" + jdk.feature(),
                jdk,
                Map.of(),
                List.of(TestProcesses.agent("port=" + wire.port()), "-p", module.toString(), "-m", "app/app.Main")));
        assertServesAndIsCounted(app, wire, "workers:3\\|g");
        assertOnlyNewsOfPools(app.process().stderr());
    }

    @Test
    void fullDiskUnderStderr_isNotMinded() {
        StatsdListener wire = processes.wire();
        List<String> command = new ArrayList<>(List.of(
                "/bin/sh",
                "-c",
                "exec \"$@\" 2>/dev/full",
                "sh",
                jdk.tool("java").toString()));
        command.add(TestProcesses.agent("port=" + wire.port() + ",log=debug"));
        command.addAll(SampleClassPath.of(jetty().server()));
        command.add("threads=12");
        App app = new App(processes.process("full-disk-jdk" + jdk.feature(), Map.of(), command));
        assertServesAndIsCounted(app, wire, "workers:\\d+\\|g");
    }

    @Test
    void receiverThatCannotBeFound_isSaidOnceAndTheServerServes() {
        App app = processes.app(
                jetty(), List.of(TestProcesses.agent("host=no-such-host.invalid,interval=200ms")), Map.of());
        app.process().awaitStderr("healthcheck: .*no-such-host.invalid.*", TO_BE_HEARD);
        for (int i = 0; i < 20; i++) {
            assertEquals(200, Http.get(app.port(), "/ping").status());
            Await.pause(Duration.ofMillis(100));
        }
        List<String> warnings = app.process()
                .stderr()
                .lines()
                .filter(line -> !line.contains("watching the pool"))
                .toList();
        assertEquals(1, warnings.size(), warnings::toString);
    }

    @Test
    void agentSwitchedOff_leavesItsEntryClassAndNothingElse() {
        Set<String> ours = classesLoadedWith(TestProcesses.agent("enabled=false")).stream()
                .filter(name -> name.startsWith("com.approck.") && !name.startsWith("com.approck.healthcheck.it."))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(Set.of("com.approck.healthcheck.agent.Agent"), ours);
    }

    @Test
    void agentInAJvmWithoutPools_loadsNoLibrary() {
        List<String> libraries = classesLoadedWith(TestProcesses.agent("")).stream()
                .filter(name -> name.startsWith("com.approck.healthcheck.agent.shaded."))
                .toList();
        assertEquals(List.of(), libraries);
    }

    @Test
    void agent_addsTwoThreads() {
        StatsdListener wire = processes.wire();
        App app = processes.app(jetty(), wire.port(), "threads=12");
        assertServesAndIsCounted(app, wire, "workers:\\d+\\|g");
        // The threads that instrument and that log end by themselves.
        Await.until(
                TO_BE_HEARD,
                () -> threadsOfOurs(app).equals(Set.of("healthcheck", "StatsD-pool-N-thread-N")),
                () -> "two threads: " + threadsOfOurs(app));
    }

    private Set<String> threadsOfOurs(App app) {
        ProcessUnderTest jcmd = processes.process(
                "jcmd",
                Map.of(),
                List.of(jdk.tool("jcmd").toString(), "" + app.process().pid(), "Thread.print"));
        assertEquals(0, jcmd.awaitExit(Duration.ofSeconds(60)), jcmd::describe);
        return jcmd.stdout()
                .lines()
                .filter(line -> line.startsWith("\"healthcheck") || line.startsWith("\"StatsD-"))
                .map(line -> line.substring(1, line.indexOf('"', 1)).replaceAll("\\d+", "N"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private ServerVersion.OnJdk jetty() {
        return ServerVersion.newestOnEveryJdk("jetty")
                .filter(server -> server.jdk().equals(jdk))
                .findFirst()
                .orElseThrow();
    }

    private static void assertServesAndIsCounted(App app, StatsdListener wire, String gauge) {
        assertEquals(200, Http.get(app.port(), "/ping").status());
        wire.await(Moment.now(), TO_BE_HEARD, line -> line.matches(gauge));
        // And again, after some beats.
        wire.await(Moment.now().plus(Duration.ofSeconds(2)), TO_BE_HEARD, line -> line.matches(gauge));
        assertEquals(200, Http.get(app.port(), "/ping").status());
    }

    private static void assertOnlyNewsOfPools(String stderr) {
        List<String> others = stderr.lines()
                .filter(line -> !line.startsWith("healthcheck: watching the pool "))
                .toList();
        assertEquals(List.of(), others);
    }

    private List<String> classesLoadedWith(String agent) {
        ProcessUnderTest program = processes.java(
                "classes-jdk" + jdk.feature(),
                jdk,
                Map.of(),
                List.of(
                        "-Xlog:class+load:stdout",
                        agent,
                        "-cp",
                        Path.of("target", "test-classes").toAbsolutePath().toString(),
                        HelloProgram.class.getName(),
                        "0"));
        assertEquals(0, program.awaitExit(TO_BE_HEARD), program::describe);
        List<String> loaded = program.stdout()
                .lines()
                .filter(line -> line.contains("[class,load"))
                .map(line -> line.replaceFirst("^(\\[[^\\]]*\\])+ ", ""))
                .map(line -> line.substring(0, line.indexOf(' ')))
                .toList();
        assertTrue(loaded.contains("java.lang.Object"), loaded::toString);
        assertTrue(loaded.contains("com.approck.healthcheck.agent.Agent"), loaded::toString);
        return loaded;
    }

    private void compile(Path to, String... sources) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("--release", "17", "-d", to.toString()));
        for (String source : sources) {
            String name = source.startsWith("module ")
                    ? "module-info"
                    : source.replaceAll("(?s).*?public class (\\w+).*", "$1");
            Path file = Files.createDirectories(folder.resolve("source")).resolve(name + ".java");
            arguments.add(Files.writeString(file, source).toString());
        }
        assertEquals(0, ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new)));
    }
}
