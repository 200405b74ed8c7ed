package com.approck.healthcheck.it.python;

import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.approck.healthcheck.it.python.GunicornScene.Speaker;
import com.approck.healthcheck.it.support.PageTable;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.StatsdListener;
import com.approck.healthcheck.it.support.process.Moment;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import com.approck.healthcheck.it.support.process.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every {@link GunicornRow} with every worker class that it is about, with our hooks and without; and the table in the
 * documentation, which says what was seen here and nothing else.
 */
final class GunicornIT {

    private static final Duration TO_START = Duration.ofSeconds(30);
    private static final Map<Case, Seen> SEEN = new ConcurrentHashMap<>();

    @RegisterExtension
    final TestProcesses run = new TestProcesses();

    /** A row with one worker class. */
    record Case(GunicornRow row, String workerClass) {
        @Override
        public String toString() {
            return row + ", " + workerClass;
        }
    }

    /** What live did, with hooks and without. */
    record Seen(String withHooks, String withoutHooks) {}

    static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        for (GunicornRow row : GunicornRow.values()) {
            for (String workerClass : row.workerClasses) {
                cases.add(new Case(row, workerClass));
            }
        }
        return cases;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void fault_isSeenAsTheTableSays(Case one) {
        // Side by side: they wait, most of the time.
        CompletableFuture<String> withHooks = see(one, Speaker.HOOKS);
        CompletableFuture<String> withoutHooks = see(one, Speaker.OWN_STATSD);
        withHooks.handle((seen, failure) -> null).join();
        withoutHooks.handle((seen, failure) -> null).join();
        Seen seen = new Seen(withHooks.join(), withoutHooks.join());
        assertEquals(new Seen(one.row().withHooks, one.row().withoutHooks), seen);
        SEEN.put(one, seen);
    }

    private CompletableFuture<String> see(Case one, Speaker speaker) {
        GunicornScene scene = new GunicornScene(run, speaker, one.workerClass());
        return CompletableFuture.supplyAsync(
                () -> one.row().see(scene), task -> new Thread(task, one + ", " + speaker).start());
    }

    @AfterAll
    static void tableInTheDocumentation_isWhatWasSeen() throws IOException {
        if (!SEEN.keySet().containsAll(cases())) {
            // A failure has been told already, and a chosen row is no table.
            return;
        }
        new PageTable("sidecar/PYTHON.md", "gunicorn-matrix").assertIs(table());
    }

    @Test
    void hooksOfTheUser_stillRun() {
        GunicornScene scene = new GunicornScene(run, Speaker.HOOKS, "sync").start(2);
        assertEquals(1, scene.said("own when_ready"));
        scene.gunicorn().signal("HUP");
        scene.awaitSaid("own child_exit", 2);
        scene.gunicorn().signal("TERM");
        assertEquals(0, scene.gunicorn().awaitExit(TO_START));
        assertEquals(4, scene.said("own child_exit"));
        assertEquals(1, scene.said("own on_exit"));
        assertEquals(1, scene.said("healthcheck: "));
    }

    /** The import alone, with or without a star, with the call, twice, and with the original's own hooks by name. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "import healthcheck_hooks",
                "import healthcheck_hooks; healthcheck_hooks.install()",
                "from healthcheck_hooks import *; install(); install()",
                "from healthcheck.gunicorn.hooks import *; from healthcheck_hooks import *",
                "from healthcheck.gunicorn.hooks import post_worker_init, worker_abort, worker_exit",
                "from healthcheck.gunicorn import hooks\ndef worker_exit(s, w): hooks.worker_exit(s, w)"
            })
    void eachWayToImport_reportsFromOneSource(String line) throws IOException {
        StatsdListener wire = run.wire();
        Path conf = Files.createTempFile(Path.of("target", "it").toAbsolutePath(), "import", ".conf.py");
        Files.writeString(conf, line + "\n");
        ProcessUnderTest gunicorn = gunicorn(wire, Map.of(), "--config", conf.toString(), "-w", "2");
        wire.await(gunicorn.startedAt(), TO_START, "gunicorn.workers:2|g");
        gunicorn.signal("TERM");
        gunicorn.awaitExit(TO_START);
        wire.await(gunicorn.startedAt(), TO_START, "gunicorn.workers:0|g");
        assertEquals(
                1,
                wire.lines().stream().map(StatsdListener.Line::from).distinct().count(),
                wire.describe());
    }

    @Test
    void arbiterThatIsMonkeyPatched_speaksAlone() throws IOException {
        Tool.GEVENT.require();
        try (StatsdListener wire = StatsdListener.listen()) {
            Path conf = Files.writeString(
                    Files.createTempFile(Path.of("target", "it").toAbsolutePath(), "patched", ".conf.py"), """
                    from gevent import monkey; monkey.patch_all()
                    import healthcheck_hooks; healthcheck_hooks.install()
                    """);
            ProcessUnderTest gunicorn =
                    gunicorn(wire, Map.of(), "--config", conf.toString(), "-k", "gevent", "-w", "2");
            wire.await(gunicorn.startedAt(), TO_START, "gunicorn.workers:2|g");
            Moment terminated = gunicorn.signal("TERM");
            wire.await(terminated, TO_START, "gunicorn.workers.draining:1|g");
            gunicorn.awaitExit(TO_START);
            wire.await(terminated, TO_START, "gunicorn.workers:0|g");
            assertEquals(
                    1,
                    wire.lines().stream()
                            .map(StatsdListener.Line::from)
                            .distinct()
                            .count(),
                    wire.describe());
        }
    }

    @Test
    void wrongSettings_areSentencesInTheLog() {
        wrong("STATSD_PORT", "70000", "STATSD_PORT is '70000'; allowed: a number from 1 to 65535");
        wrong("HEALTHCHECK_ENABLED", "maybe", "HEALTHCHECK_ENABLED is 'maybe'; allowed: true or false");
        wrong("HEALTHCHECK_LEASE", "1s", "HEALTHCHECK_LEASE is 1s; allowed: at least twice the interval");
        wrong(
                "HEALTHCHECK_INTERVAL",
                "soon",
                "HEALTHCHECK_INTERVAL is 'soon'; allowed: a duration from 0.1s to 60s, such as 500ms, 5s or 1m");
        wrong(
                "HEALTHCHECK_PREFIX",
                "a b",
                "HEALTHCHECK_PREFIX is 'a b'; allowed: printable ASCII without blanks and : | @ #");
    }

    private void wrong(String name, String value, String sentence) {
        try (StatsdListener wire = StatsdListener.listen();
                ProcessUnderTest gunicorn = gunicorn(wire, Map.of(name, value), "--config", hooksConf())) {
            gunicorn.awaitStderr("healthcheck: ", TO_START);
            gunicorn.awaitStderr("LOADED ", TO_START);
            assertEquals(
                    List.of("healthcheck: " + sentence + "; nothing is reported"),
                    gunicorn.stderr()
                            .lines()
                            .filter(line -> line.contains("healthcheck: "))
                            .map(line -> line.substring(line.indexOf("healthcheck: ")))
                            .toList());
            assertEquals(List.of(), wire.lines());
        }
    }

    @Test
    void settings_areTakenFromTheEnvironment() {
        StatsdListener wire = run.wire();
        Map<String, String> environment =
                Map.of("HEALTHCHECK_PREFIX", "shop.", "HEALTHCHECK_INTERVAL", "200ms", "HEALTHCHECK_LEASE", "1m");
        ProcessUnderTest gunicorn = gunicorn(wire, environment, "--config", hooksConf());
        wire.await(gunicorn.startedAt(), TO_START, "shop.gunicorn.workers:1|g");
        assertEquals("60000|g", wire.last("shop.gunicorn.workers.lease").orElseThrow());
        // The lease goes first: a gauge that the sidecar hears without one could stand for ever.
        assertEquals("shop.gunicorn.workers.lease:60000|g", wire.lines().get(0).text());
    }

    @Test
    void disabledHooks_areSilent() {
        StatsdListener wire = run.wire();
        ProcessUnderTest gunicorn = gunicorn(wire, Map.of("HEALTHCHECK_ENABLED", "false"), "--config", hooksConf());
        gunicorn.awaitStderr("LOADED ", TO_START);
        gunicorn.signal("TERM");
        gunicorn.awaitExit(TO_START);
        assertEquals(List.of(), wire.lines());
        assertEquals(false, gunicorn.stderr().contains("healthcheck"));
    }

    private ProcessUnderTest gunicorn(StatsdListener wire, Map<String, String> environment, String... settings) {
        Tool.GUNICORN.require();
        Map<String, String> all = new ConcurrentHashMap<>(Map.of(
                "PYTHONDONTWRITEBYTECODE", "1",
                "PYTHONPATH", HooksModule.folder().toString(),
                "STATSD_PORT", Integer.toString(wire.port())));
        all.putAll(environment);
        List<String> command = new ArrayList<>(List.of("/usr/bin/gunicorn", "--bind", "127.0.0.1:0"));
        command.addAll(List.of("--chdir", GunicornScene.PROGRAMS.toString()));
        command.addAll(List.of(settings));
        command.add("faulty_app:application");
        return run.process("gunicorn", all, command);
    }

    private static String hooksConf() {
        return GunicornScene.PROGRAMS.resolve("hooks.conf.py").toString();
    }

    private static String table() {
        StringBuilder table =
                new StringBuilder("| what happens to Gunicorn | what live should answer | with the hooks |"
                        + " without: Gunicorn's own StatsD |\n|---|---|---|---|\n");
        for (GunicornRow row : GunicornRow.values()) {
            table.append("| ").append(row.fault);
            if (row.workerClasses.size() > 1) {
                table.append(" (").append(String.join(", ", row.workerClasses)).append(')');
            }
            table.append(" | ").append(row.right);
            table.append(" | ").append(seen(row, Seen::withHooks));
            table.append(" | ").append(seen(row, Seen::withoutHooks));
            table.append(" |\n");
        }
        return table.toString();
    }

    private static String seen(GunicornRow row, Function<Seen, String> side) {
        return row.workerClasses.stream()
                .map(workerClass -> side.apply(SEEN.get(new Case(row, workerClass))))
                .distinct()
                .collect(joining(", or "));
    }
}
