package com.approck.healthcheck.it.docs;

import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.approck.healthcheck.it.support.samples.ServerVersion;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The table in {@code agent/SERVERS.md} is what the tests run. {@code -Dsupport.write=true} writes it anew.
 */
final class SupportMatrixTest {

    private static final Path DOCUMENT = Path.of("../agent/SERVERS.md");
    private static final String BEGIN = "<!-- written by SupportMatrixTest: -Dsupport.write=true -->\n";
    private static final String END = "<!-- end of what SupportMatrixTest writes -->\n";
    private static final String HEAD = """
            | server | versions tested | from Java | `workers` counts | stuck is seen | notes |
            |---|---|---|---|---|---|
            """;

    @Test
    void supportMatrix_isThatOfTheTests() throws IOException {
        String document = Files.readString(DOCUMENT);
        int begin = document.indexOf(BEGIN) + BEGIN.length();
        int end = document.indexOf(END);
        String wanted = HEAD + families().stream().map(SupportMatrixTest::row).collect(joining());
        if (Boolean.getBoolean("support.write")) {
            Files.writeString(DOCUMENT, document.substring(0, begin) + wanted + document.substring(end));
            return;
        }
        assertEquals(wanted, document.substring(begin, end), "run this test with -Dsupport.write=true");
    }

    @Test
    void everyServerOfTheTests_isInTheMatrix() throws IOException {
        assertEquals(
                ServerVersion.all().stream()
                        .map(ServerVersion::name)
                        .distinct()
                        .sorted()
                        .toList(),
                families().stream().map(family -> family.get(0)).sorted().toList());
    }

    private static String row(List<String> family) {
        List<ServerVersion> versions = ServerVersion.all().stream()
                .filter(server -> server.name().equals(family.get(0)))
                .toList();
        String tested = versions.stream()
                .map(server -> server.version().equals("-") ? "the JDK's" : server.version())
                .collect(joining(", "));
        int oldest = versions.stream().mapToInt(ServerVersion::oldestJdk).min().orElseThrow();
        return "| " + String.join(" | ", family.get(1), tested, Integer.toString(oldest), family.get(2), family.get(3))
                + " | " + family.get(4) + " |\n";
    }

    /** The lines of {@code support.txt}, each as its five cells. */
    private static List<List<String>> families() throws IOException {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                SupportMatrixTest.class.getResourceAsStream("/support.txt"), StandardCharsets.UTF_8))) {
            return reader.lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(line -> List.of(line.split("\\|", -1)).stream()
                            .map(String::strip)
                            .toList())
                    .toList();
        }
    }
}
