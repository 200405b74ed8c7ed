package com.approck.healthcheck.sidecar.log;

import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.function.Consumer;

/**
 * Makes lines such as {@code 2026-11-23T06:17:41.123Z INFO live: 200}, UTC, one line each whatever the text holds.
 *
 * <p>Errors, warnings and information (start, stop, each verdict that changed, with the reason) are always logged; with
 * {@code -v} also sources that appear and expire, up to a number, and that there is no state file yet; with {@code -vv}
 * also each call to the application. Not {@code java.util.logging}: its start costs more than the rest of the sidecar's.
 */
public final class Log {
    private final Consumer<String> lines;
    private final int verbosity;

    /**
     * Gives lines, each with its line separator, to {@code lines}, on the thread that logs.
     *
     * @param verbosity how often {@code -v} was given
     */
    public Log(Consumer<String> lines, int verbosity) {
        this.lines = lines;
        this.verbosity = verbosity;
    }

    public void error(String text) {
        write("ERROR ", text);
    }

    public void warn(String text) {
        write("WARN ", text);
    }

    public void info(String text) {
        write("INFO ", text);
    }

    /** Shown with {@code -v}. */
    public void debug(String text) {
        if (verbosity >= 1) {
            write("DEBUG ", text);
        }
    }

    /** Shown with {@code -vv}. */
    public void trace(String text) {
        if (verbosity >= 2) {
            write("TRACE ", text);
        }
    }

    /** Returns whether {@link #debug} logs, for callers whose text costs something. */
    public boolean isDebugEnabled() {
        return verbosity >= 1;
    }

    /** Returns whether {@link #trace} logs, for callers whose text costs something. */
    public boolean isTraceEnabled() {
        return verbosity >= 2;
    }

    private void write(String level, String text) {
        lines.accept(line(level, text));
    }

    /** The line that {@link LogWriter} writes once it has dropped some. */
    public static String droppedLine(long count) {
        return line(
                "WARN ",
                "dropped " + count + (count == 1 ? " line" : " lines")
                        + " of this log, because nobody read it in time");
    }

    private static String line(String level, String text) {
        StringBuilder line = new StringBuilder(text.length() + 40);
        stamp(line).append(' ').append(level);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            // Senders and applications choose parts of the text: none of it may look like a line of the sidecar.
            line.append(Character.isISOControl(c) ? ' ' : c);
        }
        return line.append(System.lineSeparator()).toString();
    }

    /** By hand: a DateTimeFormatter is the most expensive thing that start-up would load. */
    private static StringBuilder stamp(StringBuilder line) {
        long millis = System.currentTimeMillis();
        LocalDateTime time = LocalDateTime.ofEpochSecond(Math.floorDiv(millis, 1000L), 0, ZoneOffset.UTC);
        line.append(time.getYear()).append('-');
        pad(line, time.getMonthValue(), 2).append('-');
        pad(line, time.getDayOfMonth(), 2).append('T');
        pad(line, time.getHour(), 2).append(':');
        pad(line, time.getMinute(), 2).append(':');
        pad(line, time.getSecond(), 2).append('.');
        return pad(line, Math.floorMod(millis, 1000), 3).append('Z');
    }

    private static StringBuilder pad(StringBuilder line, int number, int width) {
        String digits = Integer.toString(number);
        for (int i = digits.length(); i < width; i++) {
            line.append('0');
        }
        return line.append(digits);
    }
}
