package com.approck.healthcheck.sidecar.config;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class PythonHooksTest {

    @ParameterizedTest
    @EnumSource
    void module_isAsciiWithLineFeeds(PythonHooks hooks) {
        String module = text(hooks);
        assertTrue(StandardCharsets.US_ASCII.newEncoder().canEncode(module));
        assertFalse(module.contains("\r"));
        assertFalse(module.contains("\t"));
        assertTrue(module.endsWith("\n"));
        assertEquals(
                List.of(), module.lines().filter(line -> line.length() > 120).toList());
    }

    @ParameterizedTest
    @EnumSource
    void module_isCompleteInOneFile(PythonHooks hooks) {
        String module = text(hooks);
        assertTrue(module.startsWith("\"\"\"Reports to the healthcheck sidecar, "), module);
        assertFalse(module.contains("healthcheck_wire"), module);
        assertEquals(1, occurrences(module, "\nclass _Sender:\n"));
        assertEquals(1, occurrences(module, "\nimport os\n"));
        assertEquals(1, occurrences(module, "\nimport socket\n"));
    }

    @Test
    void package_holdsWhatIsPrinted(@TempDir Path folder) throws IOException {
        Path target = folder.resolve("new/lib");
        List<Path> written = PythonHooks.write(target);
        assertArrayEquals(
                PythonHooks.GUNICORN.bytes(), Files.readAllBytes(target.resolve("healthcheck/gunicorn/hooks.py")));
        assertArrayEquals(PythonHooks.GEVENT.bytes(), Files.readAllBytes(target.resolve("healthcheck/gevent.py")));
        assertEquals("", Files.readString(target.resolve("healthcheck/__init__.py")));
        assertEquals("", Files.readString(target.resolve("healthcheck/gunicorn/__init__.py")));
        assertEquals(PythonHooks.values().length + 2, written.size(), written::toString);
    }

    @Test
    void package_replacesModulesAndLeavesOtherFilesAlone(@TempDir Path folder) throws IOException {
        Path own = Files.createDirectories(folder.resolve("healthcheck"));
        Files.writeString(own.resolve("__init__.py"), "VERSION = '1'\n");
        Files.writeString(own.resolve("gevent.py"), "old\n");
        Files.writeString(own.resolve("other.py"), "other\n");
        PythonHooks.write(folder);
        assertEquals("VERSION = '1'\n", Files.readString(own.resolve("__init__.py")));
        assertEquals("other\n", Files.readString(own.resolve("other.py")));
        assertArrayEquals(PythonHooks.GEVENT.bytes(), Files.readAllBytes(own.resolve("gevent.py")));
    }

    private static int occurrences(String text, String part) {
        return text.split(Pattern.quote(part), -1).length - 1;
    }

    private static String text(PythonHooks hooks) {
        return new String(hooks.bytes(), StandardCharsets.UTF_8);
    }
}
