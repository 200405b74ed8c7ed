package com.approck.healthcheck.sidecar.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The flags for programs in Python: {@code --print-hooks}, {@code --write-hooks} and
 * {@code --state-file}. */
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
                        + "' is no program that there are hooks for; allowed: gunicorn, gevent, asgi, celery")),
                read("--print-hooks=" + hooks));
    }

    @Test
    void hooksWithoutAValue_areRefused() {
        assertEquals(
                new ParseResult.Wrong(
                        List.of("--print-hooks: no value; give --print-hooks gunicorn|gevent|asgi|celery")),
                read("--print-hooks"));
        assertEquals(
                new ParseResult.Wrong(List.of("--write-hooks: no value; give --write-hooks DIR")),
                read("--write-hooks"));
    }

    @Test
    void hooks_areWrittenIntoAFolder(@TempDir Path folder) {
        assertEquals(new ParseResult.WriteHooks(folder), read("--write-hooks", folder.toString()));
        Path later = folder.resolve("later");
        assertEquals(new ParseResult.WriteHooks(later), read("--write-hooks=" + later));
    }

    @Test
    void folderThatIsNone_isRefused(@TempDir Path folder) throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        for (String path : List.of("", file.toString(), "a\0b")) {
            assertEquals(
                    new ParseResult.Wrong(List.of("--write-hooks: '" + path
                            + "' is not a folder's path; allowed: a folder that is there or can be made")),
                    read("--write-hooks", path));
        }
    }

    @Test
    void help_namesAll() {
        String help = ((ParseResult.Help) read("--help")).text();
        String labels = Stream.of(PythonHooks.values()).map(PythonHooks::label).collect(Collectors.joining("|"));
        assertTrue(help.contains("--print-hooks " + labels + "\n"), help);
        assertTrue(help.contains("--write-hooks DIR"), help);
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
