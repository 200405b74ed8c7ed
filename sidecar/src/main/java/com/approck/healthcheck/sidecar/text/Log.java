package com.approck.healthcheck.sidecar.text;

import java.io.PrintStream;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/**
 * Writes lines such as {@code 2026-11-23T06:17:41.123Z INFO live: 200} to one stream, UTC, one line each whatever the
 * text holds.
 *
 * <p>Errors, warnings and information (start, stop, each flip of a verdict with its reason) are always written; with
 * {@code -v} also sources that come and go, up to a number, and that there is no state file yet; with {@code -vv} also each call to the application. Not
 * {@code java.util.logging}: its start costs more than the rest of ours.
 */
public final class Log {
    private final PrintStream stream;
    private final int verbosity;

    /** Writes to {@code stream}; {@code verbosity} is how often {@code -v} was given. */
    public Log(PrintStream stream, int verbosity) {
        this.stream = stream;
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

    /** Whether {@link #debug} writes, for callers whose text costs something. */
    public boolean debugs() {
        return verbosity >= 1;
    }

    /** Whether {@link #trace} writes, for callers whose text costs something. */
    public boolean traces() {
        return verbosity >= 2;
    }

    private void write(String level, String text) {
        StringBuilder line = new StringBuilder(text.length() + 40);
        stamp(line).append(' ').append(level);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            // Senders and applications choose parts of our texts: no line of theirs may look like one of ours.
            line.append(Character.isISOControl(c) ? ' ' : c);
        }
        line.append(System.lineSeparator());
        stream.print(line);
        stream.flush();
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
