package com.approck.healthcheck.sidecar.workers;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The text of a state file: a line that says what it is, and one for each count, such as {@code 1795415746123 4
 * [::ffff:127.0.0.1]:40123 gunicorn.workers}: time of the report (milliseconds since 1970), workers, sender, name.
 */
final class StateFileFormat {
    private static final String HEADER = "healthcheck-sidecar state 1";
    private static final Pattern LINE =
            Pattern.compile("(\\d{1,15}) (\\d{1,13}) (\\[[0-9a-fA-F.:]+]):(\\d{1,5}) ([!-~]{1,200})");
    private static final Pattern NAME = Pattern.compile("[!-~]{1,200}");
    private static final int MAX_COUNTS = 64;
    private static final long MAX_AGE_MILLIS = Duration.ofDays(3650).toMillis();

    private StateFileFormat() {}

    /**
     * Turns the ticker's times into those of the wall clock; {@code nowNanos} and {@code nowMillis} are the same moment.
     */
    static String of(List<RetainedCount> counts, long nowNanos, long nowMillis) {
        StringBuilder text = new StringBuilder(HEADER).append('\n');
        for (RetainedCount count : counts) {
            if (!NAME.matcher(count.name()).matches()) {
                continue;
            }
            long reportedMillis = nowMillis - (nowNanos - count.reportedAt()) / 1_000_000;
            text.append(Math.max(0, reportedMillis)).append(' ');
            text.append((long) count.able()).append(' ');
            text.append(host(count.from().getAddress())).append(':');
            text.append(count.from().getPort()).append(' ');
            text.append(count.name()).append('\n');
        }
        return text.toString();
    }

    /** A time in the future counts as now: it only means that the wall clock was set back. */
    static List<RetainedCount> read(String text, long nowNanos, long nowMillis) throws CorruptStateFileException {
        String[] lines = text.split("\n", -1);
        if (!lines[0].equals(HEADER)) {
            throw new CorruptStateFileException("it does not begin with '" + HEADER + "'");
        }
        if (!lines[lines.length - 1].isEmpty() || lines.length - 2 > MAX_COUNTS) {
            throw new CorruptStateFileException("its end is missing, or something follows it");
        }
        List<RetainedCount> counts = new ArrayList<>();
        for (int i = 1; i < lines.length - 1; i++) {
            Matcher line = LINE.matcher(lines[i]);
            if (!line.matches()) {
                throw new CorruptStateFileException("line " + (i + 1) + " is malformed");
            }
            long age = Math.max(0, Math.min(MAX_AGE_MILLIS, nowMillis - Long.parseLong(line.group(1))));
            counts.add(new RetainedCount(
                    line.group(5),
                    Double.parseDouble(line.group(2)),
                    address(line.group(3), Integer.parseInt(line.group(4)), i + 1),
                    nowNanos - Duration.ofMillis(age).toNanos()));
        }
        return counts;
    }

    /**
     * In brackets, IPv4 too: the JDK takes text in brackets for an address or an error, and never looks it up as a name.
     */
    private static String host(InetAddress address) {
        String text = address.getHostAddress();
        int scope = text.indexOf('%');
        String host = scope < 0 ? text : text.substring(0, scope);
        return address instanceof Inet4Address ? "[::ffff:" + host + "]" : "[" + host + "]";
    }

    private static InetSocketAddress address(String host, int port, int line) throws CorruptStateFileException {
        try {
            return new InetSocketAddress(InetAddress.getByName(host), port);
        } catch (UnknownHostException | IllegalArgumentException e) {
            throw new CorruptStateFileException("line " + line + " has no address (" + e.getMessage() + ")");
        }
    }
}
