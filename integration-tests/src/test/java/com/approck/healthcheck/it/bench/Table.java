package com.approck.healthcheck.it.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a run of benchmarks prints; as Markdown, so that it goes into a README as it is. */
public final class Table {

    private final List<Row> rows = new ArrayList<>();

    /**
     * One measurement.
     *
     * @param baseline what ours is measured against; NaN if there is none
     * @param goal the bar, in words
     */
    public record Row(String what, String unit, double ours, double baseline, String baselineName, String goal) {}

    public void add(String what, String unit, double ours, String goal) {
        add(what, unit, ours, Double.NaN, "", goal);
    }

    public void add(String what, String unit, double ours, double baseline, String baselineName, String goal) {
        Row row = new Row(what, unit, ours, baseline, baselineName, goal);
        rows.add(row);
        // At once: a run takes minutes.
        System.out.println(line(row));
    }

    public List<Row> rows() {
        return List.copyOf(rows);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("| what | ours | baseline | ratio | goal |\n|---|---|---|---|---|\n");
        rows.forEach(row -> text.append(line(row)).append('\n'));
        return text.toString();
    }

    private static String line(Row row) {
        boolean alone = Double.isNaN(row.baseline);
        return "| %s | %s %s | %s | %s | %s |"
                .formatted(
                        row.what,
                        number(row.ours),
                        row.unit,
                        alone ? "" : number(row.baseline) + " " + row.unit + " (" + row.baselineName + ")",
                        alone ? "" : number(row.ours / row.baseline),
                        row.goal);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value == Math.rint(value) || value >= 100 ? "%,.0f" : "%.2f", value);
    }
}
