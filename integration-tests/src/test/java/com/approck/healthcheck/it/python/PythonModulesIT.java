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
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
    void modules_areCleanToTheTypeChecker() {
        Tool.MYPY.require();
        List<String> mypy = List.of(
                "/usr/bin/mypy",
                "--check-untyped-defs",
                "--ignore-missing-imports",
                "--no-error-summary",
                "--cache-dir",
                Path.of("target", "it", "mypy").toAbsolutePath().toString(),
                "--python-version",
                "3.8");
        assertClean("mypy", mypy, modules());
    }

    @ParameterizedTest
    @ValueSource(strings = {"newer_gunicorn.py", "requests_check.py", "sender_check.py"})
    void checksInPython_pass(String program) {
        Tool.GUNICORN.require();
        Map<String, String> environment = Map.of(
                "PYTHONDONTWRITEBYTECODE",
                "1",
                "PYTHONPATH",
                HooksModule.folder().toString());
        ProcessUnderTest check = run.process(
                program,
                environment,
                List.of(Tool.python(), GunicornScene.PROGRAMS.resolve(program).toString()));
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
        return Stream.of("hooks", "gevent", "asgi", "celery")
                .map(name -> HooksModule.folder().resolve("healthcheck_" + name + ".py"))
                .map(Path::toString)
                .collect(Collectors.toCollection(ArrayList::new));
    }
}
