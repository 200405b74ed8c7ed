package com.approck.healthcheck.it.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.approck.healthcheck.it.program.JdkServerProgram;
import com.approck.healthcheck.it.support.BuiltJars;
import com.approck.healthcheck.it.support.LauncherCopy;
import com.approck.healthcheck.it.support.Sidecar;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Http;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.FreePorts;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What a platform puts around a process: environment, user, file system, programs, a runtime with few modules. */
final class RuntimesIT {

    private static final Duration SOON = Duration.ofSeconds(90);
    private static final String UNKNOWN_USER = "54321";

    /** What a Kubernetes Service called healthcheck puts into every pod of its namespace. */
    private static final Map<String, String> INJECTED = Map.of(
            "HEALTHCHECK_SERVICE_HOST", "10.96.0.7",
            "HEALTHCHECK_SERVICE_PORT", "8000",
            "HEALTHCHECK_PORT", "tcp://10.96.0.7:8000",
            "HEALTHCHECK_PORT_8000_TCP", "tcp://10.96.0.7:8000",
            "HEALTHCHECK_PORT_8000_TCP_PROTO", "tcp",
            "HEALTHCHECK_PORT_8000_TCP_PORT", "8000",
            "HEALTHCHECK_PORT_8000_TCP_ADDR", "10.96.0.7");

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    @TempDir
    Path folder;

    @Test
    void environmentThatAllContainersShare_hurtsNobody() {
        int statsdPort = FreePorts.next();
        Map<String, String> shared = new HashMap<>(INJECTED);
        shared.put("HEALTHCHECK_HOST", "0.0.0.0");
        shared.put("HEALTHCHECK_STATSD_PORT", "" + statsdPort);
        shared.put("HEALTHCHECK_INTERVAL", "6");
        shared.put("HEALTHCHECK_DRAIN", "0");

        ProcessUnderTest sidecar = processes.add(Sidecar.launch(Jdk.running(), shared, "--port", "0"));
        int httpPort =
                Integer.parseInt(sidecar.awaitStderr(Sidecar.STARTED, SOON).group(1));
        ProcessUnderTest application = processes.java("application", Jdk.running(), shared, application(""));
        Await.until(SOON, () -> Http.get(httpPort, "/health/live").status() == 200, application::describe);
        application.awaitStderr("^healthcheck: ", SOON);
        assertEquals(
                1,
                application
                        .stderr()
                        .lines()
                        .filter(line -> line.startsWith("healthcheck: "))
                        .count(),
                application::describe);
        assertTrue(application.stderr().contains("every 6000 ms"), application::describe);
        assertFalse(sidecar.stderr().contains(" is not a setting"), sidecar::describe);
    }

    @Test
    void addressThatIsNotThere_isNamedWithItsVariable() {
        ProcessUnderTest sidecar = processes.add(Sidecar.launch(
                Jdk.running(), Map.of("STATSD_HOST", "192.0.2.10"), "--port", "0", "--statsd-port", "0"));
        assertEquals(1, sidecar.awaitExit(SOON), sidecar::describe);
        assertTrue(sidecar.stderr().contains("192.0.2.10"), sidecar::describe);
        assertTrue(sidecar.stderr().contains("it comes from STATSD_HOST"), sidecar::describe);
    }

    @Test
    void flagsOfTheApplicationsJvm_areLeftOutByTheLauncher() {
        ProcessUnderTest sidecar = processes.process(
                "launcher",
                Map.of(
                        "JAVA_HOME", Jdk.running().home().toString(),
                        "JAVA_TOOL_OPTIONS", "-XX:+UseG1GC -javaagent:/not/there.jar",
                        "JDK_JAVA_OPTIONS", "-XX:+UseParallelGC -Dpassword=secret",
                        "_JAVA_OPTIONS", "-agentlib:jdwp=transport=dt_socket,server=y,address=1"),
                List.of(launcher(BuiltJars.launcher()), "--port", "0", "--statsd-port", "0"));
        sidecar.awaitStderr(Sidecar.STARTED, SOON);
        assertTrue(
                sidecar.stderr()
                        .startsWith(
                                "healthcheck-sidecar: left out JAVA_TOOL_OPTIONS, JDK_JAVA_OPTIONS, _JAVA_OPTIONS: "),
                sidecar::describe);
        assertFalse(sidecar.stderr().contains("secret") || sidecar.stderr().contains("Picked up"), sidecar::describe);
    }

    /** As a hardened pod has it: a user without an entry, a read-only root, and no program but sh and java. */
    @Test
    void readOnlyRoot_unknownUser_andNoPrograms_areEnough() throws IOException {
        ProcessUnderTest trial = processes.process("unshare", Map.of(), List.of("unshare", "--mount", "true"));
        assumeTrue(trial.awaitExit(SOON) == 0, "this process may not make a mount namespace: " + trial.stderr());
        Path programs = Files.createDirectory(folder.resolve("bin"));
        Files.createSymbolicLink(programs.resolve("sh"), Path.of("/bin/sh"));
        Files.createSymbolicLink(programs.resolve("java"), Jdk.running().tool("java"));
        Path copy = LauncherCopy.of(BuiltJars.launcher(), folder.resolve("sidecar"));
        List<String> bare = List.of("env", "-i", "PATH=" + programs, "JAVA_TOOL_OPTIONS=-XX:+UseG1GC");

        List<String> make = new ArrayList<>(bare);
        make.add(copy.resolve("bin/make-archive").toString());
        ProcessUnderTest making = processes.process("make-archive", Map.of(), make);
        assertEquals(0, making.awaitExit(SOON), making::describe);

        List<String> start = new ArrayList<>(List.of(
                "unshare",
                "--mount",
                "sh",
                "-c",
                "chmod -R a+rX \"$1\" && mount -o remount,bind,ro / && shift && exec \"$@\"",
                "sh",
                folder.toString(),
                "setpriv",
                "--reuid",
                UNKNOWN_USER,
                "--regid",
                UNKNOWN_USER,
                "--clear-groups"));
        start.addAll(bare);
        start.addAll(List.of(launcher(copy), "--port", "0", "--statsd-port", "0"));
        ProcessUnderTest sidecar = processes.process("launcher", Map.of(), start);
        sidecar.awaitStderr(Sidecar.STARTED, SOON);
        String maps = Files.readString(Path.of("/proc", Long.toString(sidecar.pid()), "maps"));
        assertTrue(maps.contains("archive.jsa"), maps);
        sidecar.signal("TERM");
        assertEquals(0, sidecar.awaitExit(SOON), sidecar::describe);
    }

    @Test
    void agentWithoutModuleManagement_reportsPools_andSaysWhatIsNotSeen() {
        Path runtime = jlink("java.base,java.instrument,jdk.httpserver");
        Sidecar sidecar = processes.sidecar(Jdk.running());
        ProcessUnderTest application = run(runtime, "application", application("port=" + sidecar.statsdPort()));
        Await.until(SOON, () -> sidecar.live().status() == 200, application::describe);
        application.awaitStderr("java\\.management", SOON);
        List<String> lines = application
                .stderr()
                .lines()
                .filter(line -> line.contains("java.management"))
                .toList();
        assertEquals(1, lines.size(), application::describe);
        assertTrue(lines.get(0).contains("stuck and deadlocked workers are not seen"), application::describe);
    }

    @Test
    void agentWithoutModuleJdkManagement_seesWorkersThatHang() {
        Path runtime = jlink("java.base,java.instrument,java.management,jdk.httpserver");
        Sidecar sidecar = processes.sidecar(Jdk.running());
        ProcessUnderTest application =
                run(runtime, "application", application("stuck-after=2s,port=" + sidecar.statsdPort()));
        int port = Integer.parseInt(
                application.awaitStdout("LISTENING (\\d+)", SOON).group(1));
        Await.until(SOON, () -> sidecar.live().status() == 200, application::describe);
        for (int i = 0; i < 3; i++) {
            assertFalse(Http.send(port, "/hang").isDone());
        }
        Await.until(SOON, () -> sidecar.live().status() == 422, application::describe);
        assertFalse(application.stderr().contains("management"), application::describe);
    }

    @Test
    void sidecarWithoutModuleUnsupported_answers_andSaysWhatIsMissing() {
        Path runtime = jlink("java.base,java.logging,java.management,java.security.sasl");
        ProcessUnderTest sidecar = run(
                runtime,
                "sidecar",
                List.of("-jar", BuiltJars.sidecar().toString(), "--port", "0", "--statsd-port", "0"));
        int port = Integer.parseInt(sidecar.awaitStderr(Sidecar.STARTED, SOON).group(1));
        assertEquals(422, Http.get(port, "/health/live").status());
        assertTrue(sidecar.stderr().contains("no module jdk.unsupported: SIGTERM ends"), sidecar::describe);
    }

    private Path jlink(String modules) {
        Path runtime = folder.resolve("runtime");
        ProcessUnderTest jlink = processes.process(
                "jlink",
                Map.of(),
                List.of(
                        Jdk.running().tool("jlink").toString(),
                        "--add-modules",
                        modules,
                        "--output",
                        runtime.toString()));
        assertEquals(0, jlink.awaitExit(Duration.ofMinutes(3)), jlink::describe);
        return runtime;
    }

    private ProcessUnderTest run(Path runtime, String name, List<String> arguments) {
        List<String> command =
                new ArrayList<>(List.of(runtime.resolve("bin/java").toString()));
        command.addAll(arguments);
        return processes.process(name, Map.of(), command);
    }

    private static List<String> application(String settings) {
        return List.of(
                TestProcesses.agent(settings),
                "-cp",
                Path.of("target", "test-classes").toAbsolutePath().toString(),
                JdkServerProgram.class.getName());
    }

    private static String launcher(Path directory) {
        return directory.resolve("bin/healthcheck-sidecar").toString();
    }
}
