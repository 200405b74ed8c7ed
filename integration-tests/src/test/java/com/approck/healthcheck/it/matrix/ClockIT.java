package com.approck.healthcheck.it.matrix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.support.BuiltJars;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;

/** Why the row of the truth matrix about the wall clock holds: next to nothing of ours reads that clock. */
final class ClockIT {

    /** What reads the wall clock, as a class file names it. */
    private static final List<String> WALL_CLOCK = List.of(
            "currentTimeMillis",
            "java/time/Instant",
            "java/time/Clock",
            "java/time/LocalDateTime",
            "java/time/ZonedDateTime",
            "java/time/OffsetDateTime",
            "java/util/Date");

    @Test
    void wallClock_isReadByLogAndStateFileAlone() throws IOException {
        assertEquals(List.of(), readers(BuiltJars.agent()));
        List<String> readers = readers(BuiltJars.sidecar());
        Collections.sort(readers);
        // The second gives the clock to the state file, whose age has to outlast the sidecar.
        assertEquals(
                List.of(
                        "com/approck/healthcheck/sidecar/Sidecar.class",
                        "com/approck/healthcheck/sidecar/text/Log.class"),
                readers);
    }

    private static List<String> readers(Path jar) throws IOException {
        List<String> readers = new ArrayList<>();
        int own = 0;
        try (JarFile file = new JarFile(jar.toFile())) {
            for (JarEntry entry : Collections.list(file.entries())) {
                String name = entry.getName();
                if (!name.endsWith(".class")
                        || !name.contains("com/approck/healthcheck/")
                        || name.contains("/shaded/")) {
                    continue;
                }
                own++;
                try (InputStream in = file.getInputStream(entry)) {
                    String constants = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
                    if (WALL_CLOCK.stream().anyMatch(constants::contains)) {
                        readers.add(name);
                    }
                }
            }
        }
        assertTrue(own > 20, "the jar's own classes were found: " + own);
        return readers;
    }
}
