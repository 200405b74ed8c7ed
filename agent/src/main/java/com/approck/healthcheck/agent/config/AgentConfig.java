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
 * then in the environment ({@link SettingSources}).
 */
public final class AgentConfig {
    private static final long MILLISECOND = 1_000_000L;
    private static final long SECOND = 1_000 * MILLISECOND;

    private static final int DEFAULT_PORT = 8125;

    private static final long DEFAULT_EXHAUSTED_AFTER = 600 * SECOND;

    /** The default lease lasts at least this number of intervals, because some datagrams in a row may be lost. */
    private static final int LEASE_INTERVALS = 5;

    /** How much the agent says on stderr. */
    public enum LogLevel {
        OFF,
        INFO,
        DEBUG
    }

    private final SettingSources sources;
    private final List<String> problems = new ArrayList<>();

    private final String host;
    private final int port;
    private final String prefix;
    private final long intervalNanos;
    private final long leaseNanos;
    private final long stuckAfterNanos;
    private final long exhaustedAfterNanos;
    private final Globs pools;
    private final List<String> executors;
    private final LogLevel log;
    private final boolean enabled;

    private AgentConfig(String argument, Properties properties, Map<String, String> environment) {
        sources = new SettingSources(argument, properties, environment, problems);
        host = text("host", "localhost");
        port = readPort();
        prefix = readPrefix();
        intervalNanos = readDuration("interval", SECOND, 100 * MILLISECOND, 60 * SECOND);
        leaseNanos = readDuration(
                "lease", Math.max(5 * SECOND, LEASE_INTERVALS * intervalNanos), 200 * MILLISECOND, 3_600 * SECOND);
        stuckAfterNanos = readDuration("stuck-after", 60 * SECOND, 0, 86_400 * SECOND);
        exhaustedAfterNanos = readDuration("exhausted-after", DEFAULT_EXHAUSTED_AFTER, 0, 86_400 * SECOND);
        pools = new Globs(readList("pools"));
        executors = readList("executors");
        log = readLogLevel();
        enabled = readEnabled();
        if (problems.isEmpty() && leaseNanos < 2 * intervalNanos) {
            Setting interval = sources.find("interval");
            problem(
                    sources.find("lease"),
                    "at least twice the interval, " + intervalNanos / MILLISECOND + "ms"
                            + (interval == null ? "" : " by " + interval.origin)
                            + ", because one datagram may be lost");
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

    /**
     * How long every worker of a pool is on one request, with or without CPU, while others wait, before the pool counts 0;
     * 0: never.
     */
    public long exhaustedAfterNanos() {
        return exhaustedAfterNanos;
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

    /** Sentences about names in the environment and the system properties that are nearly a setting's. */
    public List<String> remarks() {
        return sources.remarks();
    }

    /** Whether to do anything at all. */
    public boolean enabled() {
        return enabled;
    }

    /** Returns each setting with its value and where that came from, for people: {@code port} → {@code 8125 (default)}. */
    public Map<String, String> describe() {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("host", host);
        values.put("port", Integer.toString(port));
        values.put("prefix", prefix.isEmpty() ? "none" : prefix);
        values.put("interval", duration(intervalNanos));
        values.put("lease", duration(leaseNanos));
        values.put("stuck-after", duration(stuckAfterNanos));
        values.put("exhausted-after", duration(exhaustedAfterNanos));
        values.put("pools", text("pools", "every pool of a known server"));
        values.put("executors", executors.isEmpty() ? "none" : String.join(",", executors));
        values.put("log", log.name().toLowerCase(Locale.ROOT));
        values.put("enabled", Boolean.toString(enabled));
        for (Map.Entry<String, String> value : values.entrySet()) {
            Setting setting = sources.find(value.getKey());
            value.setValue(value.getValue() + " (" + (setting == null ? "default" : setting.origin) + ")");
        }
        return values;
    }

    private static String duration(long nanos) {
        return nanos % SECOND == 0 ? nanos / SECOND + " s" : nanos / MILLISECOND + " ms";
    }

    private String text(String key, String otherwise) {
        Setting setting = sources.find(key);
        return setting == null ? otherwise : setting.text;
    }

    private int readPort() {
        Setting setting = sources.find("port");
        if (setting == null) {
            return DEFAULT_PORT;
        }
        try {
            int value = Integer.parseInt(setting.text);
            if (value >= 1 && value <= 65535) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Reported below, as a number out of range is.
        }
        problem(setting, "a number from 1 to 65535");
        return DEFAULT_PORT;
    }

    private String readPrefix() {
        String text = text("prefix", "");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c <= ' ' || c >= 127 || c == ':' || c == '|' || c == '@' || c == '#') {
                problem(sources.find("prefix"), "printable ASCII without blanks and the characters : | @ #");
                return "";
            }
        }
        return text.isEmpty() || text.endsWith(".") ? text : text + ".";
    }

    private List<String> readList(String key) {
        List<String> patterns = new ArrayList<>();
        for (String pattern : text(key, "").split(",", -1)) {
            String trimmed = pattern.trim();
            if (trimmed.equals("!")) {
                problem(sources.find(key), "patterns such as http-*,!http-nio-9090");
            } else if (!trimmed.isEmpty()) {
                patterns.add(trimmed);
            }
        }
        return patterns;
    }

    private LogLevel readLogLevel() {
        String text = text("log", "info");
        for (LogLevel level : LogLevel.values()) {
            if (level.name().equals(text.toUpperCase(Locale.ROOT))) {
                return level;
            }
        }
        problem(sources.find("log"), "info, debug or off");
        return LogLevel.INFO;
    }

    private boolean readEnabled() {
        String text = text("enabled", "true");
        if (!text.equalsIgnoreCase("true") && !text.equalsIgnoreCase("false")) {
            problem(sources.find("enabled"), "true or false");
        }
        return text.equalsIgnoreCase("true");
    }

    private long readDuration(String key, long otherwise, long least, long most) {
        Setting setting = sources.find(key);
        if (setting == null) {
            return otherwise;
        }
        long value = parseDuration(setting.text);
        if (value < least || value > most) {
            problem(
                    setting,
                    "a duration from " + (least == 0 ? "0" : least / MILLISECOND + "ms") + " to " + most / SECOND
                            + "s, in seconds or such as 500ms, 5s or 1m");
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

    private void problem(Setting setting, String allowed) {
        problems.add(setting.origin + " is '" + setting.text + "'; allowed: " + allowed);
    }
}
