package com.approck.healthcheck.it.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.approck.healthcheck.it.support.App;
import com.approck.healthcheck.it.support.BuiltJars;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Http;
import com.approck.healthcheck.it.support.probe.StatsdListener;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.Moment;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import com.approck.healthcheck.it.support.process.Tool;
import com.approck.healthcheck.it.support.samples.ServerVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The agent put into a JVM that runs already; and the one sentence for each reason why it can't be. */
@ParameterizedClass(name = "{0}")
@MethodSource("com.approck.healthcheck.it.support.process.Jdk#all")
final class AttachIT {

    private static final Duration TO_EXIT = Duration.ofSeconds(60);
    private static final Duration SOON = Duration.ofSeconds(20);

    @Parameter
    Jdk jdk;

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    @Test
    void secondAttach_changesNothing() {
        StatsdListener wire = processes.wire();
        StatsdListener other = processes.wire();
        App app = app(jetty());
        assertEquals(0, attach(app.process().pid(), "port=" + wire.port()).awaitExit(TO_EXIT));
        wire.await(Moment.now(), SOON, line -> line.startsWith("workers:"));
        assertEquals(0, attach(app.process().pid(), "port=" + other.port()).awaitExit(TO_EXIT));

        Moment later = Moment.now();
        wire.await(later, SOON, "workers.lease:5000|g");
        wire.await(
                wire.await(later, SOON, "workers.lease:5000|g").at().plus(Duration.ofMillis(500)),
                SOON,
                line -> line.startsWith("workers:"));
        assertEquals(
                1,
                wire.lines().stream().map(StatsdListener.Line::from).distinct().count(),
                wire::describe);
        assertEquals(List.of(), other.lines());
    }

    @Test
    void jcmd_attachesTheAgentToo() {
        StatsdListener wire = processes.wire();
        App app = app(jetty());
        ProcessUnderTest jcmd = processes.process(
                "jcmd",
                Map.of(),
                List.of(
                        jdk.tool("jcmd").toString(),
                        Long.toString(app.process().pid()),
                        "JVMTI.agent_load",
                        BuiltJars.agent().toString(),
                        // Quoted twice: jcmd would take a bare port=… for an argument of its own.
                        "\"port=" + wire.port() + "\""));
        assertEquals(0, jcmd.awaitExit(TO_EXIT), jcmd::describe);
        wire.await(Moment.now(), SOON, "workers:" + jetty().workers() + "|g");
    }

    @Test
    void jattach_attachesTheAgentToo() {
        Tool.JATTACH.require();
        StatsdListener wire = processes.wire();
        App app = app(jetty());
        String agent = BuiltJars.agent() + "=port=" + wire.port();
        ProcessUnderTest jattach = processes.process(
                "jattach",
                Map.of(),
                List.of("jattach", Long.toString(app.process().pid()), "load", "instrument", "false", agent));
        assertEquals(0, jattach.awaitExit(TO_EXIT), jattach::describe);
        wire.await(Moment.now(), SOON, "workers:" + jetty().workers() + "|g");
    }

    @Test
    void missingProcess_isNamed() {
        // Linux gives no process a number above 2^22.
        assertRefused(1, attach(99999999, ""), "99999999");
    }

    @Test
    void wordInsteadOfPid_isNamed() {
        assertRefused(2, attacher("my-app"), "'my-app'", "jps");
    }

    @Test
    void noArguments_showTheUsage() {
        assertRefused(2, attacher(), "usage: java -jar healthcheck-agent.jar PID");
    }

    @Test
    void badSetting_isReportedHereAndNotThere() {
        App app = app(jetty());
        assertRefused(2, attach(app.process().pid(), "prot=8125"), "'prot'", "'port'");
        assertEquals("", app.process().stderr());
    }

    @Test
    void processThatIsNoJvm_isLeftAlone() {
        ProcessUnderTest sleeper = processes.process("sleep", Map.of(), List.of("sleep", "600"));
        assertRefused(1, attach(sleeper.pid(), ""), Long.toString(sleeper.pid()), "no JVM");
        // The JDK's attempt to attach begins with a SIGQUIT, of which such a process would die.
        assertTrue(sleeper.isAlive());
    }

    @Test
    void jvmThatForbidsAttaching_isNamed() {
        App app = app(jetty(), "-XX:+DisableAttachMechanism");
        assertRefused(1, attach(app.process().pid(), ""), "-XX:+DisableAttachMechanism");
        assertEquals(200, Http.get(app.port(), "/ping").status());
    }

    @Test
    void jvmThatForbidsAgents_isNamed() {
        App app = app(jetty(), "-XX:-EnableDynamicAgentLoading");
        assertRefused(1, attach(app.process().pid(), ""), "-XX:-EnableDynamicAgentLoading");
        assertEquals(200, Http.get(app.port(), "/ping").status());
    }

    @Test
    void processOfAnotherUser_isNamedWithThatUser() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "only root can run a process as another user");
        App app = app(jetty());
        // Where nobody may read: the build's folder may be below a closed one.
        Path jar = Files.createTempFile("healthcheck-agent", ".jar");
        Files.copy(BuiltJars.agent(), jar, StandardCopyOption.REPLACE_EXISTING);
        Files.setPosixFilePermissions(jar, PosixFilePermissions.fromString("rw-r--r--"));
        try {
            List<String> command = List.of(
                    "setpriv",
                    "--reuid=65534",
                    "--regid=65534",
                    "--clear-groups",
                    jdk.tool("java").toString(),
                    "-jar",
                    jar.toString(),
                    Long.toString(app.process().pid()));
            assertRefused(1, processes.process("attach-as-nobody", Map.of(), command), "root");
        } finally {
            Files.delete(jar);
        }
        assertEquals("", app.process().stderr());
    }

    private App app(ServerVersion version, String... jvmFlags) {
        App app = processes.app(new ServerVersion.OnJdk(version, jdk), List.of(jvmFlags), Map.of());
        app.awaitStarted();
        return app;
    }

    private static ServerVersion jetty() {
        return ServerVersion.newestForEveryJdk("jetty").findFirst().orElseThrow();
    }

    private ProcessUnderTest attach(long pid, String settings) {
        return settings.isEmpty() ? attacher(Long.toString(pid)) : attacher(Long.toString(pid), settings);
    }

    private ProcessUnderTest attacher(String... arguments) {
        return processes.attacher(jdk, arguments);
    }

    private static void assertRefused(int status, ProcessUnderTest attacher, String... named) {
        assertEquals(status, attacher.awaitExit(TO_EXIT), attacher::describe);
        assertEquals("", attacher.stdout());
        assertEquals(1, attacher.stderr().lines().count(), attacher::describe);
        assertTrue(attacher.stderr().startsWith("healthcheck: "), attacher::describe);
        for (String word : named) {
            assertTrue(attacher.stderr().contains(word), () -> "no " + word + " in: " + attacher.describe());
        }
    }
}
