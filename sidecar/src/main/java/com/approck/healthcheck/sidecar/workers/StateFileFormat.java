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
 * The text of a state file: a line that says what it is, and one for each word, such as {@code 1795415746123 4
 * [::ffff:127.0.0.1]:40123 gunicorn.workers}: when it was told (milliseconds since 1970), workers, by whom, name.
 */
final class StateFileFormat {
    private static final String FIRST = "healthcheck-sidecar state 1";
    private static final Pattern LINE =
            Pattern.compile("(\\d{1,15}) (\\d{1,13}) (\\[[0-9a-fA-F.:]+]):(\\d{1,5}) ([!-~]{1,200})");
    private static final Pattern NAME = Pattern.compile("[!-~]{1,200}");
    private static final int MOST_WORDS = 64;
    private static final long OLDEST_MILLIS = Duration.ofDays(3650).toMillis();

    private StateFileFormat() {}

    /** What was heard at a ticker's time becomes wall-clock time; {@code nowNanos} and {@code nowMillis} are the same moment. */
    static String of(List<RetainedCount> kept, long nowNanos, long nowMillis) {
        StringBuilder text = new StringBuilder(FIRST).append('\n');
        for (RetainedCount word : kept) {
            if (!NAME.matcher(word.name()).matches()) {
                continue;
            }
            long toldMillis = nowMillis - (nowNanos - word.heardAt()) / 1_000_000;
            text.append(Math.max(0, toldMillis)).append(' ');
            text.append((long) word.able()).append(' ');
            text.append(host(word.from().getAddress())).append(':');
            text.append(word.from().getPort()).append(' ');
            text.append(word.name()).append('\n');
        }
        return text.toString();
    }

    /** A time in the future, which a clock that was set back makes of any, counts as now. */
    static List<RetainedCount> read(String text, long nowNanos, long nowMillis) throws CorruptStateFileException {
        String[] lines = text.split("\n", -1);
        if (!lines[0].equals(FIRST)) {
            throw new CorruptStateFileException("it does not begin with '" + FIRST + "'");
        }
        if (!lines[lines.length - 1].isEmpty() || lines.length - 2 > MOST_WORDS) {
            throw new CorruptStateFileException("it is truncated, or goes on after its end");
        }
        List<RetainedCount> kept = new ArrayList<>();
        for (int i = 1; i < lines.length - 1; i++) {
            Matcher line = LINE.matcher(lines[i]);
            if (!line.matches()) {
                throw new CorruptStateFileException("line " + (i + 1) + " is malformed");
            }
            long age = Math.max(0, Math.min(OLDEST_MILLIS, nowMillis - Long.parseLong(line.group(1))));
            kept.add(new RetainedCount(
                    line.group(5),
                    Double.parseDouble(line.group(2)),
                    address(line.group(3), Integer.parseInt(line.group(4)), i + 1),
                    nowNanos - Duration.ofMillis(age).toNanos()));
        }
        return kept;
    }

    /** In brackets, IPv4 too: the JDK takes what is in brackets for an address or for an error, never for a name to look up. */
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
