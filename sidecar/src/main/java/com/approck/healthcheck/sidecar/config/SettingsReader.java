package com.approck.healthcheck.sidecar.config;

import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Makes settings of arguments and environment: flag beats {@code HEALTHCHECK_…} beats {@code STATSD_…} beats default.
 * Finds all problems before it gives up; each names the setting, the text, and what is allowed.
 */
public final class SettingsReader {
    private static final List<String> ORIGINAL_METRICS = List.of("workers", "gunicorn.workers");
    private static final int MAX_METRICS = 32;
    private static final int MAX_METRIC_CHARS = 128;
    private static final int MAX_COUNT = 1_000_000;
    private static final Duration DAY = Duration.ofDays(1);

    private final List<String> problems = new ArrayList<>();
    private final CommandLine line;
    private final Environment environment;

    private SettingsReader(String[] args, Map<String, String> variables) {
        line = new CommandLine(args, problems);
        environment = new Environment(variables);
    }

    /** Never throws. */
    public static ParseResult read(String[] args, Map<String, String> variables) {
        return new SettingsReader(args, variables).outcome();
    }

    private ParseResult outcome() {
        if (line.has(Flag.HELP)) {
            return new ParseResult.Help(Usage.text());
        }
        if (line.has(Flag.VERSION)) {
            return new ParseResult.Version();
        }
        if (line.has(Flag.PRINT_HOOKS)) {
            return hooks();
        }
        if (line.has(Flag.WRITE_HOOKS)) {
            return writeHooks();
        }
        if (line.has(Flag.PROBE)) {
            return ask();
        }
        ListenAddress http = address(Flag.HOST, Flag.PORT);
        Settings settings = new Settings(
                http,
                address(Flag.STATSD_HOST, Flag.STATSD_PORT),
                forward(),
                readiness(),
                integer(Flag.MIN_WORKERS, "a number", 1, MAX_COUNT),
                integer(Flag.MIN_SOURCES, "a number", 1, MAX_COUNT),
                metrics(),
                time(Flag.WORKERS_TTL, Duration.ZERO, DAY.multipliedBy(365)),
                time(Flag.DRAIN_LIMIT, Duration.ZERO, DAY),
                time(Flag.DRAIN, Duration.ZERO, DAY),
                path(Flag.STATE_FILE),
                agentCheck(http),
                verbosity());
        return problems.isEmpty()
                ? new ParseResult.Run(settings, environment.remarks())
                : new ParseResult.Wrong(problems);
    }

    private ParseResult hooks() {
        RawSetting given = given(Flag.PRINT_HOOKS);
        for (PythonHooks hooks : PythonHooks.values()) {
            if (given.text().equals(hooks.label())) {
                return problems.isEmpty() ? new ParseResult.Print(hooks) : new ParseResult.Wrong(problems);
            }
        }
        wrong(given, "is no program that there are hooks for", PythonHooks.labels());
        return new ParseResult.Wrong(problems);
    }

    private ParseResult writeHooks() {
        RawSetting given = given(Flag.WRITE_HOOKS);
        try {
            Path folder = Path.of(given.text());
            if (!given.text().isEmpty() && (Files.notExists(folder) || Files.isDirectory(folder))) {
                return problems.isEmpty() ? new ParseResult.WriteHooks(folder) : new ParseResult.Wrong(problems);
            }
        } catch (InvalidPathException e) {
            // Reported below.
        }
        wrong(given, "is not a folder's path", "a folder that is there or can be made");
        return new ParseResult.Wrong(problems);
    }

    /** The sidecar to ask is the one that the same settings start, unless {@code --url} says where it is. */
    private ParseResult ask() {
        RawSetting probe = given(Flag.PROBE);
        if (!probe.text().equals("live") && !probe.text().equals("ready")) {
            wrong(probe, "is no probe", "live, ready");
        }
        Optional<URI> url = new ReadinessReader(problems).url(given(Flag.URL));
        String host = host(given(Flag.HOST));
        int port = integer(Flag.PORT, "a port", 1, 65_535);
        if (!problems.isEmpty()) {
            return new ParseResult.Wrong(problems);
        }
        return url.map(base -> ParseResult.Ask.below(base.toString(), probe.text()))
                .orElseGet(() -> ParseResult.Ask.at(host, port, probe.text()));
    }

    /** On the host of HTTP. */
    private Optional<ListenAddress> agentCheck(ListenAddress http) {
        RawSetting given = given(Flag.AGENT_CHECK_PORT);
        if (given.text().isEmpty() && given.isDefault()) {
            return Optional.empty();
        }
        return Optional.of(new ListenAddress(
                http.host(),
                integer(Flag.AGENT_CHECK_PORT, "a port", 0, 65_535),
                http.hostOrigin(),
                given.origin(),
                http.hostFlag(),
                Flag.AGENT_CHECK_PORT.flag()));
    }

    private RawSetting given(Flag flag) {
        List<RawSetting> all = line.all(flag);
        if (!all.isEmpty()) {
            return all.get(all.size() - 1);
        }
        RawSetting variable = environment.get(flag);
        return variable == null ? new RawSetting(RawSetting.DEFAULT, flag.standard) : variable;
    }

    private void wrong(RawSetting given, String isNot, String allowed) {
        problems.add(given.origin() + ": '" + given.text() + "' " + isNot + "; allowed: " + allowed);
    }

    private ListenAddress address(Flag hostFlag, Flag portFlag) {
        return new ListenAddress(
                host(given(hostFlag)),
                integer(portFlag, "a port", 0, 65_535),
                given(hostFlag).origin(),
                given(portFlag).origin(),
                hostFlag.flag(),
                portFlag.flag());
    }

    private String host(RawSetting given) {
        if (!isHost(given.text())) {
            wrong(given, "is not a host", "a host name or an IP address");
        }
        return unbracketed(given.text());
    }

    private static boolean isHost(String text) {
        boolean good = !text.isEmpty();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            good &= c > ' ' && c < 0x7f && "/?#@'\"".indexOf(c) < 0;
        }
        return good;
    }

    private static String unbracketed(String host) {
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }

    private Optional<InetSocketAddress> forward() {
        RawSetting given = given(Flag.FORWARD);
        String text = given.text();
        if (text.isEmpty() && given.isDefault()) {
            return Optional.empty();
        }
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        long port = colon < 0 ? -1 : digits(text.substring(colon + 1));
        String bare = unbracketed(host);
        // Without brackets it is not clear which colon ends an IPv6 address.
        boolean ambiguous = bare.equals(host) && host.indexOf(':') >= 0;
        if (!isHost(bare) || ambiguous || port < 1 || port > 65_535) {
            wrong(given, "is not an address and a port", "HOST:PORT, such as statsd.example.org:8125 or [::1]:8126");
            return Optional.empty();
        }
        // What names are is known only when they are looked up; the plainest mistake is reported at once.
        String ours = unbracketed(given(Flag.STATSD_HOST).text());
        boolean same = bare.equalsIgnoreCase(ours) || (isOfThisMachine(bare) && isOfThisMachine(ours));
        if (same && digits(given(Flag.STATSD_PORT).text()) == port) {
            wrong(
                    given,
                    "is the sidecar's own address: datagrams would loop",
                    "another server's HOST:PORT, or another --statsd-port");
        }
        return Optional.of(InetSocketAddress.createUnresolved(bare, (int) port));
    }

    /** Whether the host is this machine, without a look-up. */
    private static boolean isOfThisMachine(String host) {
        return host.equalsIgnoreCase("localhost")
                || host.startsWith("127.")
                || host.equals("::1")
                || host.equals("0.0.0.0")
                || host.equals("::");
    }

    private int integer(Flag flag, String what, int min, int max) {
        RawSetting given = given(flag);
        long number = digits(given.text());
        if (number < min || number > max) {
            wrong(given, "is not " + what, min + " to " + max);
            return min;
        }
        return (int) number;
    }

    /** -1 if the text is anything but up to 18 digits. */
    static long digits(String text) {
        if (text.isEmpty() || text.length() > 18) {
            return -1;
        }
        long number = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            number = number * 10 + (c - '0');
        }
        return number;
    }

    private int verbosity() {
        int times = line.all(Flag.VERBOSE).size();
        return times > 0 ? Math.min(times, 2) : integer(Flag.VERBOSE, "a level", 0, 2);
    }

    private Duration time(Flag flag, Duration min, Duration max) {
        RawSetting given = given(flag);
        Duration time = DurationParser.parse(given.text());
        if (time == null || time.compareTo(min) < 0 || time.compareTo(max) > 0) {
            wrong(
                    given,
                    "is not a time",
                    DurationParser.format(min) + " to " + DurationParser.format(max)
                            + ", in seconds or as 500ms, 5s, 2m, 1h");
            return min;
        }
        return time;
    }

    private Optional<Path> path(Flag flag) {
        RawSetting given = given(flag);
        if (given.text().isEmpty() && given.isDefault()) {
            return Optional.empty();
        }
        try {
            Path path = Path.of(given.text());
            // A read from a pipe would wait for its writer.
            boolean canBeOne = path.getFileName() != null && !given.text().endsWith("/");
            if (canBeOne && (Files.notExists(path) || Files.isRegularFile(path))) {
                return Optional.of(path);
            }
        } catch (InvalidPathException e) {
            // Reported below, like a folder.
        }
        wrong(given, "is not a file path", "an existing file, or a new one in an existing directory");
        return Optional.empty();
    }

    private Optional<ReadinessSettings> readiness() {
        ReadinessReader reader = new ReadinessReader(problems);
        Optional<URI> url = reader.url(given(Flag.READY_URL));
        Duration timeout = time(Flag.READY_TIMEOUT, Duration.ofMillis(1), Duration.ofMinutes(1));
        List<HttpHeader> headers = reader.headers(all(Flag.READY_HEADER));
        Optional<Path> ca = reader.ca(given(Flag.READY_CA));
        return url.map(to -> new ReadinessSettings(to, timeout, headers, ca));
    }

    /** Each time that a repeatable flag was given, or its variable. */
    private List<RawSetting> all(Flag flag) {
        List<RawSetting> all = line.all(flag);
        if (!all.isEmpty()) {
            return all;
        }
        RawSetting variable = environment.get(flag);
        return variable == null ? List.of() : List.of(variable);
    }

    private List<String> metrics() {
        Set<String> metrics = new LinkedHashSet<>(ORIGINAL_METRICS);
        List<RawSetting> all = all(Flag.METRIC);
        for (RawSetting given : all) {
            int start = 0;
            while (start <= given.text().length()) {
                int comma = given.text().indexOf(',', start);
                int end = comma < 0 ? given.text().length() : comma;
                metric(given, given.text().substring(start, end).strip(), metrics);
                start = end + 1;
            }
        }
        if (metrics.size() > MAX_METRICS) {
            problems.add(all.get(all.size() - 1).origin() + ": " + metrics.size() + " names are too many; allowed: "
                    + MAX_METRICS);
        }
        return List.copyOf(metrics);
    }

    private void metric(RawSetting given, String name, Set<String> metrics) {
        boolean good = !name.isEmpty() && name.length() <= MAX_METRIC_CHARS;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            good &= c > ' ' && c < 0x7f && ":|;#[],@".indexOf(c) < 0;
        }
        if (good) {
            metrics.add(name);
        } else {
            wrong(
                    new RawSetting(given.origin(), name),
                    "is not a gauge name",
                    "1 to " + MAX_METRIC_CHARS + " characters of ASCII without spaces and : | ; # [ ] @");
        }
    }
}
