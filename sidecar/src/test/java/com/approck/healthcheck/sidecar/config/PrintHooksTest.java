package com.approck.healthcheck.sidecar.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The flags for programs in Python: {@code --print-hooks} and {@code --state-file}. */
final class PrintHooksTest {

    @Test
    void hooks_arePrinted() {
        assertEquals(new ParseResult.Print(PythonHooks.GUNICORN), read("--print-hooks", "gunicorn"));
        assertEquals(new ParseResult.Print(PythonHooks.GEVENT), read("--print-hooks=gevent"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"uwsgi", "Gunicorn", "gunicorn|gevent", ""})
    void otherHooks_areRefused(String hooks) {
        assertEquals(
                new ParseResult.Wrong(List.of("--print-hooks: '" + hooks
                        + "' is no program that there are hooks for; allowed: gunicorn, gevent")),
                read("--print-hooks=" + hooks));
    }

    @Test
    void hooksWithoutAValue_areRefused() {
        assertEquals(
                new ParseResult.Wrong(List.of("--print-hooks: no value; give --print-hooks gunicorn|gevent")),
                read("--print-hooks"));
    }

    @Test
    void help_namesBoth() {
        String help = ((ParseResult.Help) read("--help")).text();
        assertTrue(help.contains("--print-hooks gunicorn|gevent\n"), help);
        assertTrue(help.contains("--state-file PATH"), help);
    }

    @Test
    void stateFile_isNoneUnlessGiven(@TempDir Path folder) {
        assertEquals(Optional.empty(), settings().stateFile());
        Path file = folder.resolve("state");
        assertEquals(
                Optional.of(file), settings("--state-file", file.toString()).stateFile());
        ParseResult outcome = SettingsReader.read(new String[0], Map.of("HEALTHCHECK_STATE_FILE", "state"));
        assertEquals(
                Optional.of(Path.of("state")),
                ((ParseResult.Run) outcome).settings().stateFile());
    }

    @Test
    void stateFileThatIsNoFile_isRefused(@TempDir Path folder) {
        for (String path : List.of("", "/", folder.toString(), "new/", "/dev/null", "a\0b")) {
            assertEquals(
                    new ParseResult.Wrong(List.of("--state-file: '" + path
                            + "' is not a file path; allowed: an existing file,"
                            + " or a new one in an existing directory")),
                    read("--state-file", path));
        }
    }

    private static Settings settings(String... args) {
        return ((ParseResult.Run) read(args)).settings();
    }

    private static ParseResult read(String... args) {
        return SettingsReader.read(args, Map.of());
    }
}
