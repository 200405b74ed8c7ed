package com.approck.healthcheck.it.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.support.App;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Http;
import com.approck.healthcheck.it.support.probe.StatsdListener;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.Moment;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import com.approck.healthcheck.it.support.samples.SampleClassPath;
import com.approck.healthcheck.it.support.samples.ServerVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Archives of an application's classes: the JVM still starts from them when the agent is there, as its log says, and the
 * agent sees what comes out of them.
 */
final class ClassArchivesIT {

    /** A JVM that writes an archive takes seconds of a processor at its end. */
    private static final Duration SOON = Duration.ofMinutes(2);

    /** The first release with {@code -XX:AOTCacheOutput} (JEP 514). */
    private static final int MAKES_AOT_CACHES = 25;

    private static final String FROM_ARCHIVE = "source: shared objects file";
    private static final String SERVER = "org.eclipse.jetty.";
    /** Of Jetty's classes, of which the application loads some 430. */
    private static final int MOST_OF_THEM = 300;

    @TempDir
    Path folder;

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    private Jdk jdk;

    static Stream<Arguments> aheadOfTimeCaches() {
        return Jdk.all().stream()
                .filter(jdk -> jdk.feature() >= MAKES_AOT_CACHES)
                .flatMap(jdk -> Stream.of(Arguments.of(jdk, true), Arguments.of(jdk, false)));
    }

    @ParameterizedTest
    @MethodSource("com.approck.healthcheck.it.support.process.Jdk#all")
    void archiveMadeAtExitWithoutTheAgent_isUsedWithIt(Jdk on) {
        jdk = on;
        Path archive = folder.resolve("app.jsa");
        train("-XX:ArchiveClassesAtExit=" + archive);
        assertServesFrom("-XX:SharedArchiveFile=" + archive, "-Xshare:on");
    }

    @ParameterizedTest
    @MethodSource("com.approck.healthcheck.it.support.process.Jdk#all")
    void archiveOfClassesThatWereListedWithTheAgentThere_isUsedWithIt(Jdk on) {
        jdk = on;
        Path classes = folder.resolve("classes.txt");
        Path archive = folder.resolve("app.jsa");
        StatsdListener unheard = processes.wire();
        train("-XX:DumpLoadedClassList=" + classes, TestProcesses.agent("port=" + unheard.port()));
        ProcessUnderTest dump = java(List.of(
                "-Xshare:dump", "-XX:SharedClassListFile=" + classes, "-XX:SharedArchiveFile=" + archive, "-version"));
        assertEquals(0, dump.awaitExit(SOON), dump::describe);
        assertServesFrom("-XX:SharedArchiveFile=" + archive, "-Xshare:on");
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("aheadOfTimeCaches")
    void aheadOfTimeCache_isUsedWithTheAgent_whetherOrNotItWasThereWhenTheCacheWasMade(Jdk on, boolean wasThere) {
        jdk = on;
        Path cache = folder.resolve("app.aot");
        StatsdListener unheard = processes.wire();
        // Without an agent the module that every agent has the JVM load must be asked for: the cache is for one set of
        // them.
        List<String> agent = wasThere
                ? List.of(TestProcesses.agent("port=" + unheard.port()))
                : List.of("--add-modules", "java.instrument");
        List<String> flags = new ArrayList<>(List.of("-XX:AOTCacheOutput=" + cache));
        flags.addAll(agent);
        train(flags.toArray(String[]::new));
        assertServesFrom("-XX:AOTCache=" + cache, "-XX:AOTMode=on");
    }

    /** Runs the application once, until it has answered a request, for an archive to be made of what it loads. */
    private void train(String... flags) {
        App app = jetty(flags);
        assertEquals("pong", Http.get(app.port(), "/ping").body());
        app.process().signal("TERM");
        app.process().awaitExit(SOON);
        assertTrue(Files.exists(Path.of(flags[0].substring(flags[0].indexOf('=') + 1))), app.process()::describe);
    }

    private void assertServesFrom(String... archive) {
        StatsdListener wire = processes.wire();
        List<String> flags = new ArrayList<>(Arrays.asList(archive));
        flags.add("-Xlog:class+load:stdout");
        flags.add(TestProcesses.agent("stuck-after=2s,port=" + wire.port()));
        App app = jetty(flags.toArray(String[]::new));
        assertEquals("pong", Http.get(app.port(), "/ping").body());
        // Of twelve threads Jetty keeps two for its acceptor and its selector.
        wire.await(Moment.now(), SOON, "workers:10|g");
        CompletableFuture<?> never = Http.send(app.port(), "/hang");
        wire.await(Moment.now(), SOON, "workers:9|g");
        assertEquals(false, never.isDone());

        long shared = app.process()
                .stdout()
                .lines()
                .filter(line -> line.contains(SERVER) && line.contains(FROM_ARCHIVE))
                .count();
        assertTrue(
                shared > MOST_OF_THEM,
                () -> shared + " classes come from the archive\n"
                        + app.process().describe());
        String said = app.process().stderr();
        assertTrue(said.lines().allMatch(line -> line.matches("healthcheck: (watching|worker) .*")), said);
    }

    /** {@code -cp}, the class path and the main class. */
    private static List<String> sample() {
        return SampleClassPath.of(
                ServerVersion.newestForEveryJdk("jetty").findFirst().orElseThrow());
    }

    private App jetty(String... flags) {
        List<String> arguments = new ArrayList<>(Arrays.asList(flags));
        arguments.add(sample().get(2));
        arguments.add("threads=12");
        return new App(java(arguments));
    }

    /** Only jars on the class path, and few flags beside: the archive is for one class path and refuses strange flags. */
    private ProcessUnderTest java(List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(jdk.tool("java").toString()));
        command.add("-XX:ActiveProcessorCount=2");
        command.addAll(sample().subList(0, 2));
        command.addAll(arguments);
        return processes.process("archive-jdk" + jdk.feature(), Map.of(), command);
    }
}
