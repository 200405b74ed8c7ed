package com.approck.healthcheck.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.probe.Http;
import com.approck.healthcheck.it.probe.Wire;
import com.approck.healthcheck.it.process.Jdk;
import com.approck.healthcheck.it.process.Moment;
import com.approck.healthcheck.it.process.ProcessUnderTest;
import com.approck.healthcheck.it.server.SampleClassPath;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A whole WildFly, started by its own script with a web application in it. Its distribution has 250 MB, so it is asked for:
 * {@code -Dwildfly=39.0.1.Final}.
 */
@EnabledIfSystemProperty(named = "wildfly", matches = ".+")
final class WildflyIT {

    private static final Duration SOON = Duration.ofMinutes(2);
    private static final int DEFAULT_PORT = 8080;

    /** Of two processors: 32 tasks and 4 I/O threads for applications, 10 and 2 for the management interface. */
    private static final int WORKERS = 48;

    @TempDir
    static Path folder;

    @TempDir
    Path base;

    @RegisterExtension
    final Run run = new Run();

    static Stream<Arguments> cases() {
        return Jdk.all().stream().flatMap(jdk -> Stream.of(Arguments.of(jdk, true), Arguments.of(jdk, false)));
    }

    @ParameterizedTest(name = "{0}, from the start: {1}")
    @MethodSource("cases")
    void workers_areSeen_andStuckOnesAmongThem(Jdk jdk, boolean fromTheStart) throws IOException {
        Path home = home();
        Wire wire = run.wire();
        int port = run.freePort();
        copy(home.resolve("standalone"), base);
        WarFile.write(base.resolve("deployments/ROOT.war"), 1);
        String settings = "stuck-after=3s,port=" + wire.port();
        ProcessUnderTest wildfly = run.process(
                "wildfly-jdk" + jdk.feature(),
                Map.of(
                        "JAVA_HOME",
                        jdk.home().toString(),
                        "JBOSS_BASE_DIR",
                        base.toString(),
                        "JAVA_OPTS",
                        "-XX:ActiveProcessorCount=2" + (fromTheStart ? " " + Run.agent(settings) : "")),
                List.of(
                        home.resolve("bin/standalone.sh").toString(),
                        "-b",
                        "127.0.0.1",
                        "-bmanagement",
                        "127.0.0.1",
                        "-Djboss.socket.binding.port-offset=" + (port - DEFAULT_PORT)));
        wildfly.awaitStdout("WFLYSRV0025: .* started in", SOON);
        assertEquals("pong", Http.get(port, "/ping").body());
        if (!fromTheStart) {
            attach(jdk, wildfly, settings);
        }
        wire.await(Moment.now(), SOON, "workers:" + WORKERS + "|g");

        CompletableFuture<?> never = Http.send(port, "/hang");
        wire.await(Moment.now(), SOON, "workers:" + (WORKERS - 1) + "|g");
        assertEquals(false, never.isDone());
        String said = wildfly.stdout() + wildfly.stderr();
        // WFLYLOG0078: the log manager is not WildFly's own, since somebody asked for one before it was there.
        assertTrue(!said.contains("LogManager") && !said.contains("WFLYLOG0078"), wildfly::describe);
        assertEquals(
                List.of(),
                said.lines()
                        .filter(line -> line.contains("healthcheck: "))
                        .filter(line -> !line.matches(".*healthcheck: (watching|worker) .*"))
                        .toList());
    }

    private void attach(Jdk jdk, ProcessUnderTest wildfly, String settings) {
        long pid = wildfly.handle().descendants().findFirst().orElseThrow().pid();
        ProcessUnderTest attacher = run.process(
                "attach",
                Map.of(),
                List.of(
                        jdk.tool("java").toString(),
                        "-jar",
                        BuiltJars.agent().toString(),
                        Long.toString(pid),
                        settings));
        assertEquals(0, attacher.awaitExit(SOON), attacher::describe);
    }

    /** The distribution, unpacked once. */
    private static Path home() throws IOException {
        String version = System.getProperty("wildfly");
        Path home = folder.resolve("wildfly-" + version);
        if (Files.exists(home)) {
            return home;
        }
        File distribution =
                SampleClassPath.alone("org.wildfly:wildfly-dist:zip:" + version).toFile();
        try (ZipFile zip = new ZipFile(distribution)) {
            for (ZipEntry entry :
                    zip.stream().filter(each -> !each.isDirectory()).toList()) {
                Path file = folder.resolve(entry.getName());
                Files.createDirectories(file.getParent());
                try (InputStream in = zip.getInputStream(entry)) {
                    Files.copy(in, file);
                }
            }
        }
        assertTrue(home.resolve("bin/standalone.sh").toFile().setExecutable(true));
        return home;
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = to.resolve(from.relativize(file));
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
    }
}
