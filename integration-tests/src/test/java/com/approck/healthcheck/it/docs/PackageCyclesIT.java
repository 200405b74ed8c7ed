package com.approck.healthcheck.it.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Packages are stages of a pipeline: none leads back to one before it. */
final class PackageCyclesIT {
    /** Imports, and the names of classes that are loaded by name or mentioned in full. */
    private static final String PACKAGE = "com\\.approck\\.healthcheck\\.%s\\.([a-z]+)\\.";

    @ParameterizedTest
    @CsvSource({"agent, sample, pool", "sidecar, health, workers"})
    void noPackage_leadsBackToItself(String module, String user, String used) {
        Path sources = Path.of("..", module, "src/main/java/com/approck/healthcheck", module);
        Map<String, Set<String>> uses = uses(sources, Pattern.compile(PACKAGE.formatted(module)));
        assertTrue(uses.getOrDefault(user, Set.of()).contains(used), uses::toString);
        assertEquals(List.of(), cycles(uses));
    }

    @Test
    void circle_isFound() {
        assertEquals(
                List.of("a -> b -> c -> a"),
                cycles(new TreeMap<>(Map.of("a", Set.of("b"), "b", Set.of("c"), "c", Set.of("a"), "d", Set.of("a")))));
    }

    private static Map<String, Set<String>> uses(Path sources, Pattern ofModule) {
        Map<String, Set<String>> uses = new TreeMap<>();
        try (Stream<Path> files = Files.walk(sources)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".java"))
                    .filter(path -> !path.endsWith("package-info.java"))
                    .toList()) {
                Path folder = sources.relativize(file).getParent();
                if (folder != null) {
                    Set<String> used = uses.computeIfAbsent(folder.toString(), name -> new TreeSet<>());
                    Matcher matcher = ofModule.matcher(Files.readString(file));
                    while (matcher.find()) {
                        used.add(matcher.group(1));
                    }
                    used.remove(folder.toString());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return uses;
    }

    private static List<String> cycles(Map<String, Set<String>> uses) {
        List<String> cycles = new ArrayList<>();
        for (String start : uses.keySet()) {
            addCycles(start, List.of(start), uses, cycles);
        }
        return cycles;
    }

    /** Adds the circles that begin and end with the first, and have no package before it in the order of the alphabet. */
    private static void addCycles(String first, List<String> path, Map<String, Set<String>> uses, List<String> cycles) {
        for (String next : uses.getOrDefault(path.get(path.size() - 1), Set.of())) {
            if (next.equals(first)) {
                cycles.add(String.join(" -> ", path) + " -> " + first);
            } else if (next.compareTo(first) > 0 && !path.contains(next)) {
                List<String> longer = new ArrayList<>(path);
                longer.add(next);
                addCycles(first, longer, uses, cycles);
            }
        }
    }
}
