package com.approck.healthcheck.it.python;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import com.approck.healthcheck.it.support.process.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The Python modules, as the jar prints them, before anything runs them. */
final class PythonModulesIT {

    private static final Duration TO_CHECK = Duration.ofSeconds(60);

    /** Compiles each file with every warning an error, by the grammar of the oldest Python that we promise. */
    private static final String COMPILE = """
            import ast, sys
            for path in sys.argv[1:]:
                with open(path, encoding="ascii") as file:
                    text = file.read()
                ast.parse(text, path, feature_version=(3, 8))
                compile(text, path, "exec")
            """;

    @RegisterExtension
    final TestProcesses run = new TestProcesses();

    @Test
    void modules_areCleanToTheLinter() throws IOException {
        Tool.PYFLAKES.require();
        List<String> files = modules();
        try (Stream<Path> ours = Files.list(GunicornScene.PROGRAMS)) {
            ours.filter(file ->
                            file.toString().endsWith(".py") && !file.toString().endsWith(".conf.py"))
                    .forEach(file -> files.add(file.toString()));
        }
        assertClean("pyflakes3", List.of("/usr/bin/pyflakes3"), files);
    }

    @Test
    void modules_areOfTheOldestLanguageThatWePromise() {
        Tool.GUNICORN.require();
        assertClean("compile", List.of(Tool.python(), "-W", "error", "-c", COMPILE), modules());
    }

    @Test
    void hooks_understandNewerGunicorns() {
        Tool.GUNICORN.require();
        ProcessUnderTest check = run.process(
                "newer-gunicorn",
                Map.of(
                        "PYTHONDONTWRITEBYTECODE",
                        "1",
                        "PYTHONPATH",
                        HooksModule.folder().toString()),
                List.of(
                        Tool.python(),
                        GunicornScene.PROGRAMS.resolve("newer_gunicorn.py").toString()));
        assertEquals(0, check.awaitExit(TO_CHECK), check::describe);
    }

    private void assertClean(String name, List<String> command, List<String> files) {
        List<String> all = new ArrayList<>(command);
        all.addAll(files);
        ProcessUnderTest check = run.process(name, Map.of(), all);
        assertEquals(0, check.awaitExit(TO_CHECK), check::describe);
        assertEquals("", check.stdout() + check.stderr());
    }

    private static List<String> modules() {
        return new ArrayList<>(List.of(
                HooksModule.folder().resolve("healthcheck_hooks.py").toString(),
                HooksModule.folder().resolve("healthcheck_gevent.py").toString()));
    }
}
