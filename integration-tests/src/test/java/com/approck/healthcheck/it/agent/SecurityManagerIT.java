package com.approck.healthcheck.it.agent;

import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.support.App;
import com.approck.healthcheck.it.support.BuiltJars;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Http;
import com.approck.healthcheck.it.support.probe.StatsdListener;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.Moment;
import com.approck.healthcheck.it.support.samples.SampleClassPath;
import com.approck.healthcheck.it.support.samples.ServerVersion;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A security manager, as JVMs before 24 have it, with a policy that grants the application what it needs and no more. */
final class SecurityManagerIT {

    private static final int LAST_WITH_ONE = 23;
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    static Stream<Arguments> cases() {
        return jdks().flatMap(jdk -> Stream.of("-Djava.security.manager", "-Djava.security.manager=default")
                .map(flag -> Arguments.of(jdk, flag)));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("cases")
    void agentThatTheManagerLetsIn_seesTheWorkersOfAnApplicationThatMayDoLittle(Jdk jdk, String flag)
            throws IOException {
        StatsdListener wire = processes.wire();
        App app = app(jdk, flag, grant(BuiltJars.agent(), "java.security.AllPermission"), wire);
        assertEquals("pong", Http.get(app.port(), "/ping").body());
        // Of twelve threads Jetty keeps two for its acceptor and its selector.
        wire.await(Moment.now(), SOON, "workers:10|g");
        CompletableFuture<?> never = Http.send(app.port(), "/hang");
        wire.await(Moment.now(), SOON, "workers:9|g");
        assertEquals(false, never.isDone());
        assertEquals("pong", Http.get(app.port(), "/ping").body());
        assertTrue(
                said(app).stream().allMatch(line -> line.matches("healthcheck: (watching|worker) .*")),
                () -> app.process().describe());
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("cases")
    void agentThatTheManagerDoesNotLetIn_saysWhatIsMissing_andTheApplicationServes(Jdk jdk, String flag)
            throws IOException {
        StatsdListener wire = processes.wire();
        App app = app(jdk, flag, "", wire);
        assertEquals("pong", Http.get(app.port(), "/ping").body());
        List<String> said = said(app);
        assertEquals(1, said.size(), () -> app.process().describe());
        for (String words : List.of(
                "healthcheck: agent off: ",
                "access denied (\"java.lang.RuntimePermission\"",
                "grant codeBase \"file:/path/to/healthcheck-agent.jar\"",
                "java.security.AllPermission")) {
            assertTrue(said.get(0).contains(words), () -> "no " + words + " in " + said);
        }
        assertEquals(List.of(), wire.lines());
    }

    private App app(Jdk jdk, String flag, String forTheAgent, StatsdListener wire) throws IOException {
        List<String> sample = SampleClassPath.of(
                ServerVersion.newestForEveryJdk("jetty").findFirst().orElseThrow());
        String forTheApplication = Stream.of(sample.get(1).split(File.pathSeparator))
                .map(jar -> grant(
                        Path.of(jar),
                        "java.net.SocketPermission \"*\", \"listen,accept,connect,resolve\"",
                        "java.util.PropertyPermission \"*\", \"read,write\"",
                        "java.lang.RuntimePermission \"getClassLoader\"",
                        "java.lang.RuntimePermission \"setContextClassLoader\"",
                        "java.lang.RuntimePermission \"shutdownHooks\"",
                        "java.lang.RuntimePermission \"modifyThread\"",
                        "java.lang.RuntimePermission \"getenv.*\"",
                        "java.io.FilePermission \"<<ALL FILES>>\", \"read\""))
                .collect(joining());
        Path policy = Files.writeString(folder.resolve("app.policy"), forTheApplication + forTheAgent);
        return new App(processes.java(
                "security-manager-jdk" + jdk.feature(),
                jdk,
                Map.of(),
                List.of(
                        flag,
                        "-Djava.security.policy==" + policy,
                        "-XX:ActiveProcessorCount=2",
                        TestProcesses.agent("stuck-after=2s,port=" + wire.port()),
                        sample.get(0),
                        sample.get(1),
                        sample.get(2),
                        "threads=12")));
    }

    private static String grant(Path code, String... permissions) {
        StringBuilder grant = new StringBuilder("grant codeBase \"file:" + code + "\" {\n");
        for (String permission : permissions) {
            grant.append("  permission ").append(permission).append(";\n");
        }
        return grant.append("};\n").toString();
    }

    private static Stream<Jdk> jdks() {
        return Jdk.all().stream().filter(jdk -> jdk.feature() <= LAST_WITH_ONE);
    }

    /** All but what the JVM itself says of the manager's future. */
    private static List<String> said(App app) {
        return app.process()
                .stderr()
                .lines()
                .filter(line -> !line.startsWith("WARNING: "))
                .toList();
    }
}
