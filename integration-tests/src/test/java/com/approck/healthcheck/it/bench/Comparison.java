package com.approck.healthcheck.it.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The figures of several JVMs side by side, as Markdown: on stdout and in {@code target/benchmarks}. Not thread-safe. */
final class Comparison {

    private static final Path FOLDER = Path.of("target", "benchmarks");

    private final String name;
    private final List<String> lines = new ArrayList<>();

    /** @param columns the heads of the columns after the first, which says what was measured */
    Comparison(String name, String... columns) {
        this.name = name;
        lines.add("| " + name + " | " + String.join(" | ", columns) + " |");
        lines.add("|---|" + "---|".repeat(columns.length));
    }

    void row(String what, String... cells) {
        String line = "| " + what + " | " + String.join(" | ", cells) + " |";
        lines.add(line);
        // As they come: a benchmark takes minutes.
        System.out.println(line);
    }

    void print() {
        String text = String.join("\n", lines) + "\n";
        System.out.println("\n" + text);
        try {
            Files.createDirectories(FOLDER);
            Files.writeString(FOLDER.resolve(name.replaceAll("\\W+", "-") + ".md"), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The middle one; of an even number the lower of the two. */
    static double median(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        return sorted[(sorted.length - 1) / 2];
    }
}
