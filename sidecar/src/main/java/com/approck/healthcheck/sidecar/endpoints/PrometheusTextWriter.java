package com.approck.healthcheck.sidecar.endpoints;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/**
 * Writes the text format that Prometheus scrapes: families, one after the other, and their samples.
 *
 * <p>Names of metrics and labels are ours and written as they are; the values of labels are anybody's and escaped. Two samples
 * of a family with equal labels would have Prometheus refuse the whole text: the second is left out. So are samples with labels once there
 * are {@value #MAX_CHARACTERS} characters, because several such texts share a small heap.
 *
 * @see <a href="https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format">the format</a>
 */
final class PrometheusTextWriter {
    static final int MAX_CHARACTERS = 128 * 1024;

    private final StringBuilder text = new StringBuilder(8192);
    private final Set<String> seen = new HashSet<>();
    private String family = "";

    /** Begins a family. Help without line breaks and backslashes. */
    void family(String name, String type, String help) {
        family = name;
        seen.clear();
        text.append("# HELP ").append(name).append(' ').append(help).append('\n');
        text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    }

    /** A whole number of the family; {@code labels} are names and values by turns. */
    void number(long value, String... labels) {
        sample("", Long.toString(value), labels);
    }

    /** A time of the family, in seconds. */
    void seconds(long nanos, String... labels) {
        sample("", inSeconds(nanos), labels);
    }

    /** A sample of the family; a histogram's has a suffix: {@code _bucket}, {@code _sum}, {@code _count}. */
    void sample(String suffix, String value, String... labels) {
        if (labels.length > 0 && isFull()) {
            return;
        }
        StringBuilder key =
                new StringBuilder(family.length() + 64).append(family).append(suffix);
        for (int i = 0; i < labels.length; i += 2) {
            key.append(i == 0 ? '{' : ',').append(labels[i]).append("=\"");
            escape(key, labels[i + 1]);
            key.append('"');
        }
        if (labels.length > 0) {
            key.append('}');
        }
        if (seen.add(key.toString())) {
            text.append(key).append(' ').append(value).append('\n');
        }
    }

    /** Whether samples may have been left out. */
    boolean isFull() {
        return text.length() >= MAX_CHARACTERS;
    }

    ByteBuffer bytes() {
        return ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** As Prometheus writes them: {@code 0.0005}, {@code 5}. */
    static String inSeconds(long nanos) {
        return BigDecimal.valueOf(nanos, 9).stripTrailingZeros().toPlainString();
    }

    private static void escape(StringBuilder out, String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '\\' -> out.append("\\\\");
                case '"' -> out.append("\\\"");
                case '\n' -> out.append("\\n");
                default -> out.append(c);
            }
        }
    }
}
