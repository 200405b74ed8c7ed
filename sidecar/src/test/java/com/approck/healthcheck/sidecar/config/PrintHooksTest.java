package com.approck.healthcheck.sidecar.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.sidecar.hooks.Hooks;
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
        assertEquals(new Outcome.Print(Hooks.GUNICORN), read("--print-hooks", "gunicorn"));
        assertEquals(new Outcome.Print(Hooks.GEVENT), read("--print-hooks=gevent"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"uwsgi", "Gunicorn", "gunicorn|gevent", ""})
    void otherHooks_areRefused(String hooks) {
        assertEquals(
                new Outcome.Wrong(List.of("--print-hooks: '" + hooks
                        + "' is nothing that there are hooks for; allowed: gunicorn, gevent, asgi, celery")),
                read("--print-hooks=" + hooks));
    }

    @Test
    void hooksWithoutAValue_areRefused() {
        assertEquals(
                new Outcome.Wrong(List.of("--print-hooks: no value; give --print-hooks gunicorn|gevent|asgi|celery")),
                read("--print-hooks"));
        assertEquals(
                new Outcome.Wrong(List.of("--write-hooks: no value; give --write-hooks DIR")), read("--write-hooks"));
    }

    @Test
    void hooks_areWrittenIntoAFolder(@TempDir Path folder) {
        assertEquals(new Outcome.WriteHooks(folder), read("--write-hooks", folder.toString()));
        Path later = folder.resolve("later");
        assertEquals(new Outcome.WriteHooks(later), read("--write-hooks=" + later));
    }

    @Test
    void folderThatIsNone_isRefused(@TempDir Path folder) throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        for (String path : List.of("", file.toString(), "a\0b")) {
            assertEquals(
                    new Outcome.Wrong(List.of("--write-hooks: '" + path
                            + "' is not a folder's path; allowed: a folder that is there or can be made")),
                    read("--write-hooks", path));
        }
    }

    @Test
    void help_namesAll() {
        String help = ((Outcome.Help) read("--help")).text();
        String labels = Stream.of(Hooks.values()).map(Hooks::label).collect(Collectors.joining("|"));
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
        Outcome outcome = SettingsReader.read(new String[0], Map.of("HEALTHCHECK_STATE_FILE", "state"));
        assertEquals(
                Optional.of(Path.of("state")),
                ((Outcome.Run) outcome).settings().stateFile());
    }

    @Test
    void stateFileThatIsNoFile_isRefused(@TempDir Path folder) {
        for (String path : List.of("", "/", folder.toString(), "new/", "/dev/null", "a\0b")) {
            assertEquals(
                    new Outcome.Wrong(List.of("--state-file: '" + path
                            + "' is not a file's path; allowed: a file that is there or can be made,"
                            + " in a folder that is there")),
                    read("--state-file", path));
        }
    }

    private static Settings settings(String... args) {
        return ((Outcome.Run) read(args)).settings();
    }

    private static Outcome read(String... args) {
        return SettingsReader.read(args, Map.of());
    }
}
