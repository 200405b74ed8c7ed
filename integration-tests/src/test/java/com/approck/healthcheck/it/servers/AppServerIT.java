package com.approck.healthcheck.it.servers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Http;
import com.approck.healthcheck.it.support.probe.StatsdListener;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.FreePorts;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.Moment;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A whole application server, started by its own script with a web application in it. Their distributions have 100 MB to
 * 350 MB, so each is asked for: {@code -Dappserver=wildfly:39.0.1.Final}. One runs at a time: each keeps the machine busy.
 */
@EnabledIfSystemProperty(named = "appserver", matches = ".+:.+")
@Execution(ExecutionMode.SAME_THREAD)
final class AppServerIT {

    private static final Duration SOON = Duration.ofMinutes(3);
    private static final Duration TO_ANSWER = Duration.ofSeconds(10);

    /** Classes that are not found; and a log manager that is not WildFly's, as somebody asked for one too early. */
    private static final List<String> SIGNS_OF_HARM = List.of(
            "NoClassDefFoundError", "WFLYLOG0078", "LogManager was not properly installed", "log manager class");

    @TempDir
    static Path folder;

    private static Path home;

    @TempDir
    Path base;

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    @BeforeAll
    static void fetch() throws IOException {
        home = server().fetch(asked()[1], folder);
    }

    static Stream<Arguments> cases() {
        return Jdk.all().stream()
                .filter(jdk -> server().runsOn(jdk))
                .flatMap(jdk -> Stream.of(Arguments.of(jdk, true), Arguments.of(jdk, false)));
    }

    @ParameterizedTest(name = "{0}, from the start: {1}")
    @MethodSource("cases")
    void workers_areSeen_andStuckOnesAmongThem_untilTheServerStops(Jdk jdk, boolean fromTheStart) throws IOException {
        AppServer appServer = server();
        StatsdListener wire = processes.wire();
        int port = FreePorts.next();
        String settings = "stuck-after=3s,port=" + wire.port();
        List<String> jvmFlags = new ArrayList<>(List.of("-XX:ActiveProcessorCount=2"));
        if (fromTheStart) {
            jvmFlags.add(TestProcesses.agent(settings));
        }
        AppServer.Start start = appServer.prepare(home, base, jdk, port, jvmFlags);
        Map<String, String> environment = new HashMap<>(start.environment());
        environment.put("JAVA_HOME", jdk.home().toString());
        ProcessUnderTest server = processes.process(asked()[0] + "-jdk" + jdk.feature(), environment, start.command());
        Await.until(
                SOON,
                () -> answers(port, appServer.contextPath() + "/ping") || !server.isAlive(),
                () -> "the web application answers\n" + server.describe());
        assertTrue(server.isAlive(), server::describe);
        if (!fromTheStart) {
            ProcessUnderTest attacher =
                    processes.attacher(jdk, Long.toString(jvm(server).pid()), settings);
            assertEquals(0, attacher.awaitExit(SOON), attacher::describe);
        }
        wire.await(Moment.now(), SOON, "workers:" + appServer.workers() + "|g");

        CompletableFuture<?> never = Http.send(port, appServer.contextPath() + "/hang");
        wire.await(Moment.now(), SOON, text -> text.matches("workers\\.pool\\..*\\.stuck:1\\|g"));
        wire.await(Moment.now(), SOON, "workers:" + (appServer.workers() - 1) + "|g");
        assertFalse(never.isDone());

        ProcessHandle jvm = jvm(server);
        Moment stopped = Moment.now();
        ProcessUnderTest.signal("TERM", jvm.pid());
        wire.await(stopped, SOON, "workers.draining:1|g");
        Await.until(SOON, () -> !jvm.isAlive(), () -> "the JVM ends\n" + server.describe());
        String said = server.stdout() + server.stderr();
        for (String sign : SIGNS_OF_HARM) {
            assertFalse(said.contains(sign), () -> sign + "\n" + server.describe());
        }
        assertEquals(
                List.of(),
                said.lines()
                        .filter(line -> line.contains("healthcheck: "))
                        .filter(line -> !line.matches(".*healthcheck: (watching|worker) .*"))
                        .toList());
    }

    private static boolean answers(int port, String path) {
        try {
            return Http.ask("GET", port, path, TO_ANSWER).body().equals("pong");
        } catch (IOException notYet) {
            return false;
        }
    }

    /** The process that the script starts, or has become. */
    private static ProcessHandle jvm(ProcessUnderTest server) {
        return Stream.concat(Stream.of(server.handle()), server.handle().descendants())
                .filter(process -> process.info().command().orElse("").endsWith("/java"))
                .reduce((first, last) -> last)
                .orElseThrow();
    }

    private static AppServer server() {
        return AppServer.valueOf(asked()[0].toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    /** Name and version. */
    private static String[] asked() {
        return System.getProperty("appserver").split(":");
    }
}
