package com.approck.healthcheck.sidecar.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SettingsReaderTest {
    private static final Path CA = Path.of("src/test/resources/ca/ca.pem");

    @Test
    void nothingGiven_isTheDefaults() {
        assertEquals(
                new Settings(
                        new ListenAddress("localhost", 8000, "default", "default", "--host", "--port"),
                        new ListenAddress("localhost", 8125, "default", "default", "--statsd-host", "--statsd-port"),
                        Optional.empty(),
                        Optional.empty(),
                        1,
                        1,
                        List.of("workers", "gunicorn.workers"),
                        Duration.ZERO,
                        Duration.ofMinutes(10),
                        Duration.ZERO,
                        Optional.empty(),
                        Optional.empty(),
                        0),
                run(Map.of()));
    }

    @Test
    void everyFlag_isTaken() {
        assertEquals(
                new Settings(
                        new ListenAddress("0.0.0.0", 1, "--host", "--port", "--host", "--port"),
                        new ListenAddress(
                                "::1", 65_535, "--statsd-host", "--statsd-port", "--statsd-host", "--statsd-port"),
                        Optional.of(InetSocketAddress.createUnresolved("fd00::7", 8125)),
                        Optional.of(new ReadinessSettings(
                                URI.create("http://app:8080/ready?full=1"),
                                Duration.ofMillis(1500),
                                List.of(new HttpHeader("Host", "app.example:80"), new HttpHeader("X-Key", "a, b")),
                                Optional.of(CA))),
                        2,
                        3,
                        List.of("workers", "gunicorn.workers", "a.b", "c"),
                        Duration.ofMinutes(2),
                        Duration.ofMinutes(5),
                        Duration.ofMillis(500),
                        Optional.of(Path.of("kept/state")),
                        Optional.of(new ListenAddress(
                                "0.0.0.0", 9000, "--host", "--agent-check-port", "--host", "--agent-check-port")),
                        2),
                run(
                        Map.of(),
                        "--host=0.0.0.0",
                        "--port",
                        "1",
                        "--statsd-host",
                        "[::1]",
                        "--statsd-port=65535",
                        "--statsd-forward",
                        "[fd00::7]:8125",
                        "--application-health-ready-url",
                        "http://app:8080/ready?full=1",
                        "--application-health-ready-timeout",
                        "1.5",
                        "--application-health-ready-header",
                        "Host: app.example:80",
                        "--application-health-ready-header=X-Key:a, b",
                        "--application-health-ready-ca",
                        CA.toString(),
                        "--min-workers",
                        "2",
                        "--min-sources",
                        "3",
                        "--metric",
                        "a.b",
                        "--metric=c,workers",
                        "--workers-ttl",
                        "2m",
                        "--drain-limit",
                        "5m",
                        "--drain",
                        "500ms",
                        "--state-file",
                        "kept/state",
                        "--agent-check-port=9000",
                        "-vvv"));
    }

    @Test
    void everyVariable_isTaken() {
        assertEquals(
                new Settings(
                        new ListenAddress("0.0.0.0", 1, "HEALTHCHECK_HOST", "HEALTHCHECK_PORT", "--host", "--port"),
                        new ListenAddress(
                                "::1",
                                65_535,
                                "HEALTHCHECK_STATSD_HOST",
                                "HEALTHCHECK_STATSD_PORT",
                                "--statsd-host",
                                "--statsd-port"),
                        Optional.of(InetSocketAddress.createUnresolved("statsd.example", 9125)),
                        Optional.of(new ReadinessSettings(
                                URI.create("https://app/ready"),
                                Duration.ofSeconds(2),
                                List.of(new HttpHeader("Host", "app.example"), new HttpHeader("X-Key", "")),
                                Optional.of(CA))),
                        2,
                        3,
                        List.of("workers", "gunicorn.workers", "a.b", "c"),
                        Duration.ofHours(1),
                        Duration.ofSeconds(90),
                        Duration.ofSeconds(5),
                        Optional.of(Path.of("/kept")),
                        Optional.of(new ListenAddress(
                                "0.0.0.0",
                                0,
                                "HEALTHCHECK_HOST",
                                "HEALTHCHECK_AGENT_CHECK_PORT",
                                "--host",
                                "--agent-check-port")),
                        1),
                run(Map.ofEntries(
                        Map.entry("HEALTHCHECK_AGENT_CHECK_PORT", "0"),
                        Map.entry("HEALTHCHECK_HOST", "0.0.0.0"),
                        Map.entry("HEALTHCHECK_PORT", "1"),
                        Map.entry("HEALTHCHECK_STATSD_HOST", "::1"),
                        Map.entry("HEALTHCHECK_STATSD_PORT", "65535"),
                        Map.entry("HEALTHCHECK_STATSD_FORWARD", "statsd.example:9125"),
                        Map.entry("HEALTHCHECK_APPLICATION_HEALTH_READY_URL", "https://app/ready"),
                        Map.entry("HEALTHCHECK_APPLICATION_HEALTH_READY_TIMEOUT", "2s"),
                        Map.entry("HEALTHCHECK_APPLICATION_HEALTH_READY_HEADER", "Host: app.example\nX-Key:\n"),
                        Map.entry("HEALTHCHECK_APPLICATION_HEALTH_READY_CA", CA.toString()),
                        Map.entry("HEALTHCHECK_MIN_WORKERS", "2"),
                        Map.entry("HEALTHCHECK_MIN_SOURCES", "3"),
                        Map.entry("HEALTHCHECK_METRIC", "a.b, c"),
                        Map.entry("HEALTHCHECK_WORKERS_TTL", "1h"),
                        Map.entry("HEALTHCHECK_DRAIN_LIMIT", "90"),
                        Map.entry("HEALTHCHECK_DRAIN", "5"),
                        Map.entry("HEALTHCHECK_STATE_FILE", "/kept"),
                        Map.entry("HEALTHCHECK_VERBOSE", "1"))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "x:", ":8125", "x:0", "x:65536", "x:y", "fd00::7:8125", "a b:1", "http://x:1", ""})
    void forwardThatIsNoServer_isRefused(String text) {
        assertEquals(
                List.of("--statsd-forward: '" + text + "' is not an address and a port; allowed: HOST:PORT,"
                        + " such as statsd.example.org:8125 or [::1]:8126"),
                problems(Map.of(), "--statsd-forward=" + text));
    }

    @ParameterizedTest
    @CsvSource({"localhost, localhost:9", "0.0.0.0, 127.0.0.1:9", "::1, [::1]:9", "a.example, A.example:9"})
    void forwardToOurselves_isRefused(String host, String forward) {
        assertEquals(
                List.of("--statsd-forward: '" + forward + "' is the sidecar's own address: datagrams would loop;"
                        + " allowed: another server's HOST:PORT, or another --statsd-port"),
                problems(Map.of(), "--statsd-port=9", "--statsd-host", host, "--statsd-forward", forward));
        assertTrue(run(Map.of(), "--statsd-port=8", "--statsd-host", host, "--statsd-forward", forward)
                .forward()
                .isPresent());
    }

    @Test
    void everySetting_isInThisTest() {
        // A new flag wants its line in the two tests above.
        assertEquals(24, Flag.values().length);
    }

    @Test
    void flag_beatsVariable_beatsStatsdVariable() {
        Map<String, String> both = Map.of("HEALTHCHECK_STATSD_PORT", "2", "STATSD_PORT", "3", "STATSD_HOST", "stats");
        assertEquals(1, run(both, "--statsd-port", "1").statsd().port());
        assertEquals(2, run(both).statsd().port());
        assertEquals(3, run(Map.of("STATSD_PORT", "3")).statsd().port());
        assertEquals("stats", run(both).statsd().host());
    }

    @Test
    void emptyVariable_isNone() {
        assertEquals(8000, run(Map.of("HEALTHCHECK_PORT", "")).http().port());
    }

    @Test
    void variablesThatAPlatformInjects_areNoSettings() {
        Map<String, String> injected = new HashMap<>();
        for (String service : List.of("HEALTHCHECK", "HEALTHCHECK_STATSD", "STATSD", "HEALTHCHECK_DRAINS")) {
            injected.put(service + "_SERVICE_HOST", "10.96.0.7");
            injected.put(service + "_SERVICE_PORT", "8125");
            injected.put(service + "_SERVICE_PORT_STATSD", "8125");
            injected.put(service + "_PORT", "tcp://10.96.0.7:8125");
            injected.put(service + "_PORT_8125_TCP", "tcp://10.96.0.7:8125");
            injected.put(service + "_PORT_8125_TCP_PROTO", "tcp");
            injected.put(service + "_PORT_8125_TCP_PORT", "8125");
            injected.put(service + "_PORT_8125_TCP_ADDR", "10.96.0.7");
        }
        injected.put("HEALTHCHECK_DRAIN", "udp://10.96.0.7:80");

        assertEquals(read(Map.of()), read(injected));
    }

    @Test
    void variablesOfTheAgentAndOthers_areNoRemark() {
        assertEquals(
                read(Map.of()),
                read(Map.of(
                        "HEALTHCHECK_INTERVAL",
                        "30",
                        "HEALTHCHECK_LOG",
                        "off",
                        "HEALTHCHECK_URL",
                        "http://localhost/")));
    }

    @Test
    void misspeltVariable_isARemark_andKeepsNothingFromStarting() {
        ParseResult outcome = read(Map.of("HEALTHCHECK_STATSD_PROT", "1", "HEALTHCHECK_POST", "yes"));

        assertEquals(
                List.of(
                        "the variable HEALTHCHECK_POST is not a setting; did you mean HEALTHCHECK_HOST?",
                        "the variable HEALTHCHECK_STATSD_PROT is not a setting; did you mean HEALTHCHECK_STATSD_PORT?"),
                assertInstanceOf(ParseResult.Run.class, outcome).remarks());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '"',
            value = {
                "secret~a header without a colon; allowed: NAME:VALUE, such as Host:app.example",
                "X Y:secret~'X Y' is not a header's name; allowed: NAME:VALUE, such as Host:app.example",
                ":secret~'' is not a header's name; allowed: NAME:VALUE, such as Host:app.example",
                "Content-Length:7~'Content-Length' is set by the sidecar itself; allowed: any other header",
                "X:\u20ac~the value of 'X' has a character that no header can have; allowed: printable characters up to ÿ",
            })
    void wrongHeader_isNamedWithoutItsValue(String header, String problem) {
        assertEquals(
                List.of("--application-health-ready-header: " + problem),
                problems(Map.of(), "--application-health-ready-header", header.replace("\\u20ac", "\u20ac")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "no/such/file~is not a file",
                "src~is not a file",
                "pom.xml~is not a file of certificates",
                "src/test/resources/ca/empty.pem~has no certificate in it"
            })
    void wrongCa_isNamed(String file, String isNot) {
        assertEquals(
                List.of("--application-health-ready-ca: '" + file + "' " + isNot
                        + "; allowed: a file with one or more certificates in PEM"),
                problems(Map.of(), "--application-health-ready-ca", file));
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://u:secret@my_app/", "http://u:sec/secret@app/", "u:secret@app"})
    void wrongUrl_isNamedWithoutItsCredentials(String url) {
        List<String> problems = problems(Map.of(), "--application-health-ready-url", url);
        assertEquals(1, problems.size());
        assertFalse(problems.get(0).contains("sec"), problems.get(0));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "-P8001;8001",
                "-P 8001;8001",
                "-P=8001;8001",
                "-vP8001;8001",
                "-vP 8001;8001",
                "--p 8001;8001",
                "--port=1 -P 8001;8001",
                "--port 0;0"
            })
    void port_isTakenAsArgparseTakesIt(String args, int port) {
        assertEquals(port, run(Map.of(), args.split(" ", -1)).http().port());
    }

    @Test
    void beginnings_thatFittedOneFlagOfTheOriginal_stillDo() {
        Settings settings = run(
                Map.of(), "--ho", "a", "--app", "http://b/", "--statsd-h", "c", "--statsd-p=4", "--verb", "--me", "x");
        assertEquals("a", settings.http().host());
        assertEquals(URI.create("http://b/"), settings.readiness().orElseThrow().url());
        assertEquals("c", settings.statsd().host());
        assertEquals(4, settings.statsd().port());
    }

    @ParameterizedTest
    @CsvSource({"5,5000", "0.25,250", "1.5s,1500", "250ms,250", "2m,120000", "1h,3600000", "2S,2000"})
    void time_isInSecondsOrSaysItsUnit(String text, long millis) {
        assertEquals(Duration.ofMillis(millis), run(Map.of(), "--drain", text).drain());
    }

    @ParameterizedTest
    @ValueSource(strings = {"-h", "--help", "--hel", "-vh"})
    void help_isGiven_whateverElseIsWrong(String flag) {
        String text = assertInstanceOf(ParseResult.Help.class, read(Map.of(), "--nonsense", flag))
                .text();
        for (Flag known : Flag.values()) {
            assertTrue(text.contains(known.flag()), known.flag());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'--probe live',http://localhost:8000/health/live",
        "'--probe=ready --host=0.0.0.0 --port=81',http://127.0.0.1:81/health/ready",
        "'--probe live --host ::',http://127.0.0.1:8000/health/live",
        "'--probe live --host ::1',http://[::1]:8000/health/live",
        "'--probe live --url http://app:1/below/',http://app:1/below/health/live",
        "'--probe live --url https://app',https://app/health/live",
    })
    void probe_asksWhatTheSameSettingsStart_orTheUrl(String args, String asked) {
        assertEquals(
                URI.create(asked),
                assertInstanceOf(ParseResult.Ask.class, SettingsReader.read(args.split(" ", -1), Map.of()))
                        .probe());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--probe dead", "--probe live --url ftp://app", "--probe live --port 0"})
    void probeThatCannotBeAsked_isRefused(String args) {
        assertInstanceOf(ParseResult.Wrong.class, SettingsReader.read(args.split(" ", -1), Map.of()));
    }

    @Test
    void version_isGiven() {
        assertInstanceOf(ParseResult.Version.class, read(Map.of(), "--version"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '"',
            value = {
                "--port 70000~--port: '70000' is not a port; allowed: 0 to 65535",
                "-P -1~-P: '-1' is not a port; allowed: 0 to 65535",
                "--statsd-port http~--statsd-port: 'http' is not a port; allowed: 0 to 65535",
                "--port=~--port: '' is not a port; allowed: 0 to 65535",
                "--port 99999999999999999999~--port: '99999999999999999999' is not a port; allowed: 0 to 65535",
                "--port~--port: no value; give --port PORT",
                "--host --port 1~--host: no value; give --host HOST",
                "--host=~--host: '' is not a host; allowed: a host name or an IP address",
                "--statsd-host http://x~--statsd-host: 'http://x' is not a host; allowed: a host name or an IP address",
                "--min-workers 0~--min-workers: '0' is not a number; allowed: 1 to 1000000",
                "--min-sources two~--min-sources: 'two' is not a number; allowed: 1 to 1000000",
                "--drain 5x~--drain: '5x' is not a time; allowed: 0 to 24h, in seconds or as 500ms, 5s, 2m, 1h",
                "--drain .~--drain: '.' is not a time; allowed: 0 to 24h, in seconds or as 500ms, 5s, 2m, 1h",
                "--drain 2d~--drain: '2d' is not a time; allowed: 0 to 24h, in seconds or as 500ms, 5s, 2m, 1h",
                "--drain 25h~--drain: '25h' is not a time; allowed: 0 to 24h, in seconds or as 500ms, 5s, 2m, 1h",
                "--application-health-ready-timeout 0~--application-health-ready-timeout: '0' is not a time; allowed: 1ms to 60s, in seconds or as 500ms, 5s, 2m, 1h",
                "--metric a:b~--metric: 'a:b' is not a gauge name; allowed: 1 to 128 characters of ASCII without spaces and : | ; # [ ] @",
                "--metric a,,b~--metric: '' is not a gauge name; allowed: 1 to 128 characters of ASCII without spaces and : | ; # [ ] @",
                "--application-health-ready-url ftp://x/~--application-health-ready-url: 'ftp://x/' is not an HTTP URL; allowed: http://host:port/path or https://…",
                "--application-health-ready-url localhost:80/x~--application-health-ready-url: 'localhost:80/x' is not an HTTP URL; allowed: http://host:port/path or https://…",
                "--application-health-ready-url http://a b/~--application-health-ready-url: 'http://a b/' is not a URL; allowed: http://host:port/path or https://…",
                "--application-health-ready-url http://my_app/~--application-health-ready-url: 'http://my_app/' has no valid host or port; allowed: http://host:port/path or https://…; a host of letters, digits, dots and hyphens",
                "--application-health-ready-url http://a:99999/~--application-health-ready-url: 'http://a:99999/' has no valid host or port; allowed: http://host:port/path or https://…; a host of letters, digits, dots and hyphens",
                "--statsd-prot 1~'--statsd-prot' is not a flag; the nearest is --statsd-port, --help shows all",
                "--statsd-prot=1~'--statsd-prot=1' is not a flag; the nearest is --statsd-port, --help shows all",
                "--min 1~'--min' fits more than one flag: --min-workers, --min-sources",
                "--statsd 1~'--statsd' fits more than one flag: --statsd-host, --statsd-port, --statsd-forward",
                "-x~'-x': -x is not a flag; allowed: -h, -H HOST, -P PORT, -v",
                "--version=1~--version: '1' is not allowed; it takes no value",
                "8000~'8000' is not a flag; allowed: the flags of --help, each value after its flag",
            })
    void wrongArgument_isNamed(String args, String problem) {
        // A space inside a value: only the first one separates.
        String[] split = args.startsWith("--host --port") ? args.split(" ", -1) : args.split(" ", 2);
        ParseResult outcome = args.equals("--version=1") ? read(Map.of(), "--version=1", "-x") : read(Map.of(), split);
        assertEquals(
                problem,
                assertInstanceOf(ParseResult.Wrong.class, outcome).problems().get(0));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '"',
            value = {
                "HEALTHCHECK_PORT~x~HEALTHCHECK_PORT: 'x' is not a port; allowed: 0 to 65535",
                "STATSD_PORT~x~STATSD_PORT: 'x' is not a port; allowed: 0 to 65535",
                "HEALTHCHECK_VERBOSE~3~HEALTHCHECK_VERBOSE: '3' is not a level; allowed: 0 to 2",
            })
    void wrongVariable_isNamed(String name, String value, String problem) {
        assertEquals(List.of(problem), problems(Map.of(name, value)));
    }

    @Test
    void allProblems_areReportedAtOnce() {
        assertEquals(
                List.of(
                        "'--drian' is not a flag; the nearest is --drain, --help shows all",
                        "--port: '70000' is not a port; allowed: 0 to 65535",
                        "HEALTHCHECK_MIN_WORKERS: '-1' is not a number; allowed: 1 to 1000000"),
                problems(Map.of("HEALTHCHECK_MIN_WORKERS", "-1"), "--port", "70000", "--drian", "5"));
    }

    private static ParseResult read(Map<String, String> variables, String... args) {
        return SettingsReader.read(args, variables);
    }

    private static Settings run(Map<String, String> variables, String... args) {
        ParseResult outcome = read(variables, args);
        return assertInstanceOf(ParseResult.Run.class, outcome, outcome.toString())
                .settings();
    }

    private static List<String> problems(Map<String, String> variables, String... args) {
        return assertInstanceOf(ParseResult.Wrong.class, read(variables, args)).problems();
    }
}
