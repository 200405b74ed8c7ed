package com.approck.healthcheck.sidecar.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class PythonHooksTest {
    private static final String SHARED = "\n# --- From here on the same in ";

    @ParameterizedTest
    @EnumSource
    void module_isAsciiWithLineFeeds(PythonHooks hooks) {
        String module = text(hooks);
        assertTrue(StandardCharsets.US_ASCII.newEncoder().canEncode(module));
        assertFalse(module.contains("\r"));
        assertFalse(module.contains("\t"));
        assertTrue(module.endsWith("\n"));
        assertEquals(0, module.lines().filter(line -> line.length() > 120).count());
    }

    @Test
    void sharedPart_isTheSame() {
        assertEquals(shared(PythonHooks.GUNICORN), shared(PythonHooks.GEVENT));
    }

    private static String shared(PythonHooks hooks) {
        String module = text(hooks);
        int start = module.indexOf(SHARED);
        assertTrue(start > 0);
        return module.substring(start);
    }

    private static String text(PythonHooks hooks) {
        return new String(hooks.bytes(), StandardCharsets.UTF_8);
    }
}
