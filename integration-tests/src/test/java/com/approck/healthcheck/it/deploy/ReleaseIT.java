package com.approck.healthcheck.it.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.approck.healthcheck.it.support.Sidecar;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Http;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import com.approck.healthcheck.it.support.process.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.ObjectMapper;

/** What {@code -Prelease} leaves. It builds twice, which takes minutes: only with {@code -Drelease=true}. */
@EnabledIfSystemProperty(named = "release", matches = "true")
final class ReleaseIT {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Duration TO_BUILD = Duration.ofMinutes(8);

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    @TempDir
    Path folder;

    @Test
    void release_isCompleteReproducible_andItsPackageInstallsStartsStopsAndPurges() throws IOException {
        Map<String, byte[]> first = build("first", "UTC");
        for (String wanted : List.of(
                "agent/target/healthcheck-agent.jar",
                "agent/target/healthcheck-agent-sources.jar",
                "agent/target/healthcheck-agent-javadoc.jar",
                "agent/target/healthcheck-agent-sbom.json",
                "sidecar/target/healthcheck-sidecar.jar",
                "sidecar/target/healthcheck-sidecar-sources.jar",
                "sidecar/target/healthcheck-sidecar-javadoc.jar",
                "sidecar/target/healthcheck-sidecar-sbom.json",
                "sidecar/target/healthcheck-sidecar.tar.gz",
                "sidecar/target/healthcheck-sidecar.deb")) {
            assertTrue(first.containsKey(wanted), () -> wanted + " in " + first.keySet());
            assertTrue(first.containsKey(wanted + ".sha256"), () -> wanted + ".sha256 in " + first.keySet());
        }
        assertSumsAreRight();
        assertSbomNamesWhatTheJarCarries();
        installStartStopAndPurge();

        Map<String, byte[]> second = build("second folder of another name", "Asia/Tokyo");
        assertEquals(first.keySet(), second.keySet());
        List<String> different = first.keySet().stream()
                .filter(file -> !Arrays.equals(first.get(file), second.get(file)))
                .toList();
        assertEquals(List.of(), different);
    }

    /** What a build of a copy of the sources leaves, by its path below that copy. */
    private Map<String, byte[]> build(String name, String timeZone) throws IOException {
        Path copy = folder.resolve(name);
        copySources(copy);
        ProcessUnderTest maven = processes.process(
                "release-build",
                Map.of("JAVA_HOME", Jdk.running().home().toString(), "TZ", timeZone),
                List.of(
                        "/bin/sh",
                        "-c",
                        "umask 022 && exec mvn -B -q -f \"$0\" -Prelease -DskipTests -pl agent,sidecar -am verify",
                        copy.resolve("pom.xml").toString()));
        assertEquals(0, maven.awaitExit(TO_BUILD), maven::describe);
        Map<String, byte[]> files = new TreeMap<>();
        for (String module : List.of("agent", "sidecar")) {
            try (Stream<Path> built = Files.list(copy.resolve(module).resolve("target"))) {
                for (Path file : built.toList()) {
                    if (file.getFileName().toString().matches("healthcheck-.*\\.(jar|json|gz|deb|sha256)")) {
                        files.put(copy.relativize(file).toString(), Files.readAllBytes(file));
                    }
                }
            }
        }
        return files;
    }

    private void assertSumsAreRight() {
        for (String module : List.of("agent", "sidecar")) {
            ProcessUnderTest sums = processes.process(
                    "sha256sum",
                    Map.of(),
                    List.of(
                            "/bin/sh",
                            "-c",
                            "cd \"$0\" && exec sha256sum --strict -c *.sha256",
                            target(module).toString()));
            assertEquals(0, sums.awaitExit(SOON), sums::describe);
        }
    }

    private void assertSbomNamesWhatTheJarCarries() throws IOException {
        for (String module : List.of("agent", "sidecar")) {
            List<String> carried = Files.readAllLines(target(module).resolve("libraries.txt")).stream()
                    .map(String::strip)
                    .filter(line -> line.matches("\\S+:jar:.*"))
                    .map(line -> line.split(":")[0] + ":" + line.split(":")[1])
                    .sorted()
                    .toList();
            assertFalse(carried.isEmpty());
            List<String> named = new ObjectMapper()
                    .readTree(Files.readString(target(module).resolve("healthcheck-" + module + "-sbom.json")))
                    .get("components")
                    .valueStream()
                    .map(component -> component.get("group").asString() + ":"
                            + component.get("name").asString())
                    .sorted()
                    .toList();
            assertEquals(carried, named);
        }
    }

    /**
     * Into a root of the test's own, where its scripts run as they do on a machine without systemd. What systemd would
     * start is started by the command that the installed unit has.
     */
    private void installStartStopAndPurge() throws IOException {
        assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/dpkg"))
                        && System.getProperty("user.name").equals("root"),
                "needs dpkg, and root");
        Path root = folder.resolve("root");
        Path data = Files.createDirectories(root.resolve("var/lib/dpkg/info")).getParent();
        Files.createDirectories(data.resolve("updates"));
        Files.createFile(data.resolve("status"));
        Files.createFile(data.resolve("available"));
        dpkg(root, "-i", target("sidecar").resolve("healthcheck-sidecar.deb").toString());
        Path unit = root.resolve("lib/systemd/system/healthcheck-sidecar.service");
        String text = Files.readString(unit);
        assertFalse(text.contains("your-application"), text);
        verify(unit, text, root);

        List<String> command = new ArrayList<>(List.of(text.lines()
                .filter(line -> line.startsWith("ExecStart="))
                .findFirst()
                .orElseThrow()
                .substring("ExecStart=".length())
                .split(" ")));
        command.set(0, root + command.get(0));
        command.addAll(List.of("--port", "0", "--statsd-port", "0"));
        ProcessUnderTest sidecar = processes.process("packaged-sidecar", Map.of(), command);
        int port = Integer.parseInt(sidecar.awaitStderr(Sidecar.STARTED, SOON).group(1));
        assertEquals(200, Http.get(port, "/livez").status());
        String maps = Files.readString(Path.of("/proc", Long.toString(sidecar.pid()), "maps"));
        assertTrue(maps.contains(root + "/opt/healthcheck-sidecar/lib/archive.jsa"), maps);
        sidecar.signal("TERM");
        assertEquals(0, sidecar.awaitExit(SOON), sidecar::describe);

        dpkg(root, "-r", "healthcheck-sidecar");
        dpkg(root, "-P", "healthcheck-sidecar");
        try (Stream<Path> left = Files.list(root)) {
            assertEquals(List.of(root.resolve("var")), left.toList());
        }
    }

    private void verify(Path unit, String text, Path root) throws IOException {
        Tool.SYSTEMD.require();
        Files.writeString(unit, text.replace("ExecStart=", "ExecStart=" + root));
        ProcessUnderTest verify = processes.process(
                "systemd-analyze",
                Map.of(),
                List.of("/usr/bin/systemd-analyze", "verify", "--man=no", "--recursive-errors=no", unit.toString()));
        assertEquals(0, verify.awaitExit(SOON), verify::describe);
    }

    private void dpkg(Path root, String... words) {
        List<String> command = new ArrayList<>(List.of(
                "/usr/bin/dpkg",
                "--root=" + root,
                "--log=/dev/null",
                "--force-script-chrootless",
                // The Java of this machine is not known to that root.
                "--force-depends"));
        command.addAll(List.of(words));
        ProcessUnderTest dpkg = processes.process("dpkg", Map.of(), command);
        assertEquals(0, dpkg.awaitExit(SOON), dpkg::describe);
    }

    private Path target(String module) {
        return folder.resolve("first").resolve(module).resolve("target");
    }

    private static void copySources(Path to) throws IOException {
        Path from = Path.of("..").toAbsolutePath().normalize();
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path name = from.relativize(file);
                if (Stream.of("target", ".git").noneMatch(skipped -> contains(name, skipped))) {
                    Path copy = to.resolve(name);
                    Files.createDirectories(copy.getParent());
                    Files.copy(file, copy);
                }
            }
        }
    }

    private static boolean contains(Path name, String part) {
        for (Path each : name) {
            if (each.toString().equals(part)) {
                return true;
            }
        }
        return false;
    }
}
