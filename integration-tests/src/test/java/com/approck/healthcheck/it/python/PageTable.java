package com.approck.healthcheck.it.python;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A table of {@code PYTHON.md} that tests write: it stands between two comments that have its name. */
record PageTable(String name) {

    private static final Path PAGE = Path.of("..", "sidecar", "PYTHON.md");

    /** Writes it below {@code target}, and fails if the page has another. */
    void assertIs(String table) throws IOException {
        Path file = Files.writeString(Path.of("target", name + ".md"), table);
        String begin = "<!-- " + name + ": begin -->\n";
        String page = Files.readString(PAGE);
        int from = page.indexOf(begin) + begin.length();
        int to = page.indexOf("<!-- " + name + ": end -->\n", from);
        assertEquals(table, page.substring(from, to), "put " + file + " into " + PAGE);
    }
}
