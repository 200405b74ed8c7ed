package com.approck.healthcheck.it.docs;

import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A page that cites a test as a proof cites one that exists. */
final class NamedTestsIT {
    private static final Path PROJECT = Path.of("..");
    private static final Pattern NAME = Pattern.compile("`([A-Z][A-Za-z]*[a-z](?:Test|IT|Benchmark))\\b");

    @Test
    void testsThatPagesName_exist() throws IOException {
        Set<String> existing = files(".java").stream()
                .map(file -> file.getFileName().toString().replace(".java", ""))
                .collect(toSet());
        Set<String> missing = new TreeSet<>();
        int named = 0;
        for (Path page : files(".md")) {
            Matcher matcher = NAME.matcher(Files.readString(page));
            while (matcher.find()) {
                named++;
                if (!existing.contains(matcher.group(1))) {
                    missing.add(page + ": " + matcher.group(1));
                }
            }
        }
        assertTrue(named > 20, "tests are named in the pages: " + named);
        assertEquals(Set.of(), missing);
    }

    private static List<Path> files(String ending) throws IOException {
        try (Stream<Path> files = Files.walk(PROJECT)) {
            return files.filter(file -> file.toString().endsWith(ending))
                    .filter(file -> !file.toString().contains("/target/"))
                    .toList();
        }
    }
}
