package com.approck.healthcheck.it.sidecar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.support.BuiltJars;
import com.approck.healthcheck.it.support.LauncherCopy;
import com.approck.healthcheck.it.support.Sidecar;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Http;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The directory that a container image or a unit file would start. */
@ParameterizedClass(name = "{0}")
@MethodSource("com.approck.healthcheck.it.support.process.Jdk#all")
final class LauncherIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** The classes by which the MBean server, the log manager and HTTP/2 start. */
    private static final List<String> HEAVY = List.of(
            "com.sun.jmx.mbeanserver.JmxMBeanServer",
            "java.util.logging.LogManager",
            "io.undertow.protocols.http2.Http2Channel");

    @Parameter
    Jdk jdk;

    @TempDir
    Path elsewhere;

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    /** For one of the JDKs the archive that the build made is of another; that must not be seen. */
    @Test
    void launcherAsBuilt_answersPrintsNothingOfTheJvm_andPassesSignalsOn() {
        assertWorks(launch(BuiltJars.launcher()));
    }

    @Test
    void copiedDirectory_makesAnArchiveForItsOwnJava_andUsesIt() throws IOException {
        Path copy = copy();
        ProcessUnderTest making = processes.process(
                "make-archive",
                environment(),
                List.of(copy.resolve("bin/make-archive").toString()));
        assertEquals(0, making.awaitExit(PATIENCE), making::describe);
        assertEquals("", making.stdout() + making.stderr());

        ProcessUnderTest sidecar = launch(copy);
        sidecar.awaitStderr(Sidecar.STARTED, PATIENCE);
        String maps = Files.readString(Path.of("/proc", Long.toString(sidecar.pid()), "maps"));
        assertTrue(maps.contains("archive.jsa"), maps);
        assertWorks(sidecar);
    }

    /** Each would cost the start tens of milliseconds and the process megabytes. */
    @Test
    void jar_startsWithoutTheMBeanServer_theLogManagerAndHttp2() {
        ProcessUnderTest sidecar = processes.process(
                "classes-jdk" + jdk.feature(),
                Map.of(),
                List.of(
                        jdk.tool("java").toString(),
                        "-Xlog:class+load",
                        "-jar",
                        BuiltJars.sidecar().toString(),
                        "--port=0",
                        "--statsd-port=0"));
        int port =
                Integer.parseInt(sidecar.awaitStderr(Sidecar.STARTED, PATIENCE).group(1));
        assertEquals(422, Http.get(port, "/health/live").status());
        sidecar.signal("TERM");
        assertEquals(0, sidecar.awaitExit(PATIENCE), sidecar::describe);
        List<String> loaded = sidecar.stdout().lines().toList();
        assertTrue(
                loaded.stream().anyMatch(line -> line.contains(" io.undertow.server.HttpServerExchange ")),
                sidecar::describe);
        List<String> heavy = loaded.stream()
                .filter(line -> HEAVY.stream().anyMatch(name -> line.contains(" " + name + " ")))
                .toList();
        assertEquals(List.of(), heavy);
    }

    @Test
    void damagedArchive_isNotNoticed() throws IOException {
        Path copy = copy();
        Files.writeString(copy.resolve("lib/archive.jsa"), "no archive");
        Files.copy(
                jdk.home().resolve("release"),
                copy.resolve("lib/archive.release"),
                StandardCopyOption.REPLACE_EXISTING);
        assertWorks(launch(copy));
    }

    @Test
    void noJava_isOneSentence() throws IOException {
        Path copy = copy();
        ProcessUnderTest making = processes.process(
                "make-archive",
                Map.of("JAVA_HOME", elsewhere.toString()),
                List.of(copy.resolve("bin/make-archive").toString()));
        assertEquals(1, making.awaitExit(PATIENCE), making::describe);
        assertEquals(1, making.stderr().lines().count(), making::describe);
        assertTrue(making.stderr().contains("JAVA_HOME"), making::describe);
    }

    private void assertWorks(ProcessUnderTest sidecar) {
        sidecar.awaitStderr(Sidecar.STARTED, PATIENCE);
        sidecar.signal("TERM");
        assertEquals(0, sidecar.awaitExit(PATIENCE), sidecar::describe);
        assertEquals("", sidecar.stdout(), sidecar::describe);
        assertFalse(sidecar.stderr().lines().anyMatch(line -> !line.matches("\\S+Z INFO .*")), sidecar::describe);
    }

    private ProcessUnderTest launch(Path directory) {
        return processes.process(
                "launcher-jdk" + jdk.feature(),
                environment(),
                List.of(directory.resolve("bin/healthcheck-sidecar").toString(), "--port", "0", "--statsd-port", "0"));
    }

    private Map<String, String> environment() {
        return Map.of("JAVA_HOME", jdk.home().toString());
    }

    private Path copy() throws IOException {
        return LauncherCopy.of(BuiltJars.launcher(), elsewhere.resolve("healthcheck sidecar"));
    }
}
