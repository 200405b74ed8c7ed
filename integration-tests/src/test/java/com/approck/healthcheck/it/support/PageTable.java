package com.approck.healthcheck.it.support;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A table of a page that tests write: it stands between two comments that have its name.
 *
 * @param page its path from the top folder
 */
public record PageTable(String page, String name) {

    /** Writes it below {@code target}, and fails if the page has another. */
    public void assertIs(String table) throws IOException {
        Path path = Path.of("..").resolve(page);
        Path file = Files.writeString(Path.of("target", name + ".md"), table);
        String begin = "<!-- " + name + ": begin -->\n";
        String text = Files.readString(path);
        int from = text.indexOf(begin) + begin.length();
        int to = text.indexOf("<!-- " + name + ": end -->\n", from);
        assertEquals(table, text.substring(from, to), "put " + file + " into " + path);
    }
}
