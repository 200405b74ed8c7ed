package com.approck.healthcheck.agent.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;

/**
 * The agent's settings. Immutable.
 *
 * <p>Each is looked for in the agent's argument ({@code key=value,key=value}; a piece without {@code =} goes on with the
 * list before it: {@code pools=http-*,!http-nio-9090,interval=2s}), then in the system property {@code healthcheck.key},
 * then in the environment variable {@code HEALTHCHECK_KEY} ({@code STATSD_HOST} and {@code STATSD_PORT} after that).
 */
public final class AgentConfig {
    private static final String[] KEYS = {
        "host", "port", "prefix", "interval", "lease", "stuck-after", "pools", "executors", "log", "enabled"
    };

    private static final long MILLISECOND = 1_000_000L;
    private static final long SECOND = 1_000 * MILLISECOND;

    /** How much the agent says on stderr. */
    public enum LogLevel {
        OFF,
        INFO,
        DEBUG
    }

    private final Map<String, String> arguments = new LinkedHashMap<>();
    private final Properties properties;
    private final Map<String, String> environment;
    private final List<String> problems = new ArrayList<>();

    private final String host;
    private final int port;
    private final String prefix;
    private final long intervalNanos;
    private final long leaseNanos;
    private final long stuckAfterNanos;
    private final Globs pools;
    private final List<String> executors;
    private final LogLevel log;
    private final boolean enabled;

    private AgentConfig(String argument, Properties properties, Map<String, String> environment) {
        this.properties = properties;
        this.environment = environment;
        readArgument(argument == null ? "" : argument);
        host = text("host", "STATSD_HOST", "localhost");
        port = readPort();
        prefix = readPrefix();
        intervalNanos = readDuration("interval", SECOND, 100 * MILLISECOND, 60 * SECOND);
        leaseNanos = readDuration("lease", 5 * SECOND, 200 * MILLISECOND, 3_600 * SECOND);
        stuckAfterNanos = readDuration("stuck-after", 60 * SECOND, 0, 86_400 * SECOND);
        pools = new Globs(readList("pools"));
        executors = readList("executors");
        log = readLogLevel();
        enabled = readEnabled();
        if (problems.isEmpty() && leaseNanos < 2 * intervalNanos) {
            problem(
                    "lease",
                    leaseNanos / MILLISECOND + "ms",
                    "at least twice the interval, or one lost datagram is a death");
        }
    }

    /**
     * Reads the settings.
     *
     * @param argument the agent's argument, or null
     * @throws BadSettingException with every problem in one line
     */
    public static AgentConfig read(String argument, Properties properties, Map<String, String> environment)
            throws BadSettingException {
        AgentConfig config = new AgentConfig(argument, properties, environment);
        if (!config.problems.isEmpty()) {
            throw new BadSettingException(String.join("; ", config.problems));
        }
        return config;
    }

    /** The StatsD server's name or address; not resolved here. */
    public String host() {
        return host;
    }

    /** The StatsD server's UDP port, 1 to 65535. */
    public int port() {
        return port;
    }

    /** What stands before every gauge's name, with a dot at its end, or nothing. */
    public String prefix() {
        return prefix;
    }

    /** The time between two samples. */
    public long intervalNanos() {
        return intervalNanos;
    }

    /** How long what is sent is good for. */
    public long leaseNanos() {
        return leaseNanos;
    }

    /** How long a request lasts without using CPU before its worker counts as stuck; 0: it never does. */
    public long stuckAfterNanos() {
        return stuckAfterNanos;
    }

    /** Which server pools to watch, by their names. */
    public Globs pools() {
        return pools;
    }

    /** Patterns over the names of threads whose java.util.concurrent executors are watched as well. */
    public List<String> executors() {
        return executors;
    }

    /** How much to say on stderr. */
    public LogLevel log() {
        return log;
    }

    /** Whether to do anything at all. */
    public boolean enabled() {
        return enabled;
    }

    private void readArgument(String argument) {
        String last = null;
        for (String piece : argument.split(",", -1)) {
            String trimmed = piece.trim();
            int equals = trimmed.indexOf('=');
            if (trimmed.isEmpty()) {
                continue;
            }
            if (equals < 0 && last != null && isList(last)) {
                arguments.put(last, arguments.get(last) + "," + trimmed);
            } else if (equals < 0) {
                problems.add("'" + trimmed + "' is not key=value" + nearest(trimmed));
            } else {
                last = trimmed.substring(0, equals).trim();
                if (isKnown(last)) {
                    arguments.put(last, trimmed.substring(equals + 1).trim());
                } else {
                    problems.add("'" + last + "' is not a setting (value '" + trimmed.substring(equals + 1) + "')"
                            + nearest(last));
                }
            }
        }
    }

    /** The value from the first place that has one; an empty one counts as none. */
    private String text(String key, String furtherVariable, String otherwise) {
        String[] places = {
            arguments.get(key),
            properties.getProperty("healthcheck." + key),
            environment.get("HEALTHCHECK_" + key.toUpperCase(Locale.ROOT).replace('-', '_')),
            furtherVariable == null ? null : withoutServiceLink(environment.get(furtherVariable))
        };
        for (String place : places) {
            if (place != null && !place.trim().isEmpty()) {
                return place.trim();
            }
        }
        return otherwise;
    }

    /** Kubernetes gives each pod beside a service called statsd STATSD_PORT=udp://10.0.0.7:8125: nobody's setting. */
    private static String withoutServiceLink(String value) {
        return value != null && value.contains("://") ? null : value;
    }

    private int readPort() {
        String text = text("port", "STATSD_PORT", "8125");
        try {
            int value = Integer.parseInt(text);
            if (value >= 1 && value <= 65535) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Told below, as a number out of range is.
        }
        problem("port", text, "a number from 1 to 65535");
        return 0;
    }

    private String readPrefix() {
        String text = text("prefix", null, "");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c <= ' ' || c >= 127 || c == ':' || c == '|' || c == '@' || c == '#') {
                problem("prefix", text, "printable ASCII without blanks and the characters : | @ #");
                return "";
            }
        }
        return text.isEmpty() || text.endsWith(".") ? text : text + ".";
    }

    private List<String> readList(String key) {
        List<String> patterns = new ArrayList<>();
        for (String pattern : text(key, null, "").split(",", -1)) {
            String trimmed = pattern.trim();
            if (trimmed.equals("!")) {
                problem(key, pattern, "patterns such as http-*,!http-nio-9090");
            } else if (!trimmed.isEmpty()) {
                patterns.add(trimmed);
            }
        }
        return patterns;
    }

    private LogLevel readLogLevel() {
        String text = text("log", null, "info");
        for (LogLevel level : LogLevel.values()) {
            if (level.name().equals(text.toUpperCase(Locale.ROOT))) {
                return level;
            }
        }
        problem("log", text, "info, debug or off");
        return LogLevel.INFO;
    }

    private boolean readEnabled() {
        String text = text("enabled", null, "true");
        if (!text.equalsIgnoreCase("true") && !text.equalsIgnoreCase("false")) {
            problem("enabled", text, "true or false");
        }
        return text.equalsIgnoreCase("true");
    }

    private long readDuration(String key, long otherwise, long least, long most) {
        String text = text(key, null, null);
        if (text == null) {
            return otherwise;
        }
        long value = parseDuration(text);
        if (value < least || value > most) {
            problem(
                    key,
                    text,
                    "a duration from " + (least == 0 ? "0" : least / MILLISECOND + "ms") + " to " + most / SECOND
                            + "s, such as 500ms, 5s or 1m");
            return otherwise;
        }
        return value;
    }

    /** Nanoseconds of {@code 500ms}, {@code 5s}, {@code 1m}, {@code 1h} or plain seconds; -1 if it is none of these. */
    private static long parseDuration(String text) {
        int digits = 0;
        while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
            digits++;
        }
        if (digits == 0 || digits > 9) {
            return -1;
        }
        long number = Long.parseLong(text.substring(0, digits));
        long unit = unitNanos(text.substring(digits).trim().toLowerCase(Locale.ROOT));
        return unit < 0 || number > Long.MAX_VALUE / unit ? -1 : number * unit;
    }

    private static long unitNanos(String unit) {
        switch (unit) {
            case "ms":
                return MILLISECOND;
            case "":
            case "s":
                return SECOND;
            case "m":
                return 60 * SECOND;
            case "h":
                return 3_600 * SECOND;
            default:
                return -1;
        }
    }

    private void problem(String key, String value, String allowed) {
        problems.add("setting " + key + " is '" + value + "'; allowed: " + allowed);
    }

    private static boolean isList(String key) {
        return key.equals("pools") || key.equals("executors");
    }

    private static boolean isKnown(String key) {
        for (String known : KEYS) {
            if (known.equals(key)) {
                return true;
            }
        }
        return false;
    }

    private static String nearest(String wrong) {
        String best = null;
        int least = Integer.MAX_VALUE;
        for (String key : KEYS) {
            int distance = editDistance(key, wrong.toLowerCase(Locale.ROOT));
            if (distance < least) {
                least = distance;
                best = key;
            }
        }
        return least <= Math.max(2, wrong.length() / 2)
                ? "; did you mean '" + best + "'?"
                : "; known: " + String.join(", ", KEYS);
    }

    /** Levenshtein's distance. */
    private static int editDistance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int above = row[j];
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, Math.min(above, row[j - 1]) + 1);
                diagonal = above;
            }
        }
        return row[b.length()];
    }
}
