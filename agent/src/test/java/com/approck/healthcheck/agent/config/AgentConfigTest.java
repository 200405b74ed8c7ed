package com.approck.healthcheck.agent.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.agent.config.AgentConfig.LogLevel;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class AgentConfigTest {
    private final Properties properties = new Properties();
    private final Map<String, String> environment = new HashMap<>();

    @Test
    void defaults_areThoseOfTheReadme() throws BadSettingException {
        AgentConfig config = read(null);

        assertEquals("localhost", config.host());
        assertEquals(8125, config.port());
        assertEquals("", config.prefix());
        assertEquals(Duration.ofSeconds(1).toNanos(), config.intervalNanos());
        assertEquals(Duration.ofSeconds(5).toNanos(), config.leaseNanos());
        assertEquals(Duration.ofSeconds(60).toNanos(), config.stuckAfterNanos());
        assertEquals(List.of(), config.pools().included());
        assertTrue(config.pools().matches("any"));
        assertEquals(List.of(), config.executors());
        assertEquals(LogLevel.INFO, config.log());
        assertTrue(config.enabled());
    }

    @Test
    void describe_saysEachValueAndWhereItCameFrom() throws BadSettingException {
        environment.put("STATSD_HOST", "statsd");
        properties.setProperty("healthcheck.stuck-after", "1500ms");
        AgentConfig config = read("pools=http-*,!http-9090");
        properties.setProperty("healthcheck.stuck-after", "9s");

        Map<String, String> described = config.describe();

        assertEquals(
                List.of(
                        "host",
                        "port",
                        "prefix",
                        "interval",
                        "lease",
                        "stuck-after",
                        "exhausted-after",
                        "pools",
                        "executors",
                        "log",
                        "enabled"),
                List.copyOf(described.keySet()));
        assertEquals("statsd (variable STATSD_HOST)", described.get("host"));
        assertEquals("8125 (default)", described.get("port"));
        assertEquals("none (default)", described.get("prefix"));
        assertEquals("1 s (default)", described.get("interval"));
        assertEquals("1500 ms (system property healthcheck.stuck-after)", described.get("stuck-after"));
        assertEquals("http-*,!http-9090 (argument pools)", described.get("pools"));
        assertEquals("info (default)", described.get("log"));
    }

    @Test
    void everyKey_isSetByArgument() throws BadSettingException {
        assertIsAllSet(read("host=statsd,port=9125,prefix=app,interval=2s,lease=20s,stuck-after=3m,exhausted-after=4m,"
                + "pools=http-*,!http-9090,executors=batch-*,log=debug,enabled=false"));
    }

    @Test
    void everyKey_isSetBySystemProperty() throws BadSettingException {
        properties.setProperty("healthcheck.host", "statsd");
        properties.setProperty("healthcheck.port", "9125");
        properties.setProperty("healthcheck.prefix", "app");
        properties.setProperty("healthcheck.interval", "2s");
        properties.setProperty("healthcheck.lease", "20s");
        properties.setProperty("healthcheck.stuck-after", "3m");
        properties.setProperty("healthcheck.exhausted-after", "4m");
        properties.setProperty("healthcheck.pools", "http-*,!http-9090");
        properties.setProperty("healthcheck.executors", "batch-*");
        properties.setProperty("healthcheck.log", "debug");
        properties.setProperty("healthcheck.enabled", "false");

        assertIsAllSet(read(null));
    }

    @Test
    void everyKey_isSetByEnvironmentVariable() throws BadSettingException {
        environment.put("HEALTHCHECK_STATSD_HOST", "statsd");
        environment.put("HEALTHCHECK_STATSD_PORT", "9125");
        environment.put("HEALTHCHECK_PREFIX", "app");
        environment.put("HEALTHCHECK_INTERVAL", "2s");
        environment.put("HEALTHCHECK_LEASE", "20s");
        environment.put("HEALTHCHECK_STUCK_AFTER", "3m");
        environment.put("HEALTHCHECK_EXHAUSTED_AFTER", "4m");
        environment.put("HEALTHCHECK_POOLS", "http-*,!http-9090");
        environment.put("HEALTHCHECK_EXECUTORS", "batch-*");
        environment.put("HEALTHCHECK_LOG", "debug");
        environment.put("HEALTHCHECK_ENABLED", "false");

        assertIsAllSet(read(null));
    }

    private static void assertIsAllSet(AgentConfig config) {
        assertEquals("statsd", config.host());
        assertEquals(9125, config.port());
        assertEquals("app.", config.prefix());
        assertEquals(Duration.ofSeconds(2).toNanos(), config.intervalNanos());
        assertEquals(Duration.ofSeconds(20).toNanos(), config.leaseNanos());
        assertEquals(Duration.ofMinutes(3).toNanos(), config.stuckAfterNanos());
        assertEquals(Duration.ofMinutes(4).toNanos(), config.exhaustedAfterNanos());
        assertTrue(config.pools().matches("http-8080"));
        assertFalse(config.pools().matches("http-9090"));
        assertFalse(config.pools().matches("ajp-8009"));
        assertEquals(List.of("batch-*"), config.executors());
        assertEquals(LogLevel.DEBUG, config.log());
        assertFalse(config.enabled());
    }

    @Test
    void argument_beatsPropertyBeatsEnvironmentBeatsStatsdVariable() throws BadSettingException {
        environment.put("STATSD_HOST", "from-statsd");
        environment.put("STATSD_PORT", "1");
        assertEquals("from-statsd", read(null).host());
        assertEquals(1, read(null).port());

        environment.put("HEALTHCHECK_STATSD_HOST", "from-environment");
        environment.put("HEALTHCHECK_STATSD_PORT", "2");
        assertEquals("from-environment", read(null).host());
        assertEquals(2, read(null).port());

        properties.setProperty("healthcheck.host", "from-property");
        properties.setProperty("healthcheck.port", "3");
        assertEquals("from-property", read(null).host());
        assertEquals(3, read(null).port());

        AgentConfig config = read("host=from-argument,port=4");
        assertEquals("from-argument", config.host());
        assertEquals(4, config.port());
    }

    @Test
    void addressOfTheSidecar_isNotWhereGaugesGo() throws BadSettingException {
        environment.put("HEALTHCHECK_HOST", "0.0.0.0");
        environment.put("HEALTHCHECK_PORT", "8000");

        AgentConfig config = read(null);

        assertEquals("localhost", config.host());
        assertEquals(8125, config.port());
        assertEquals(List.of(), config.remarks());
    }

    @Test
    void variablesThatAPlatformInjects_areNoSettings() throws BadSettingException {
        for (String service : List.of("HEALTHCHECK", "HEALTHCHECK_STATSD", "STATSD", "HEALTHCHECK_LOGS")) {
            environment.put(service + "_SERVICE_HOST", "10.96.0.7");
            environment.put(service + "_SERVICE_PORT", "8125");
            environment.put(service + "_SERVICE_PORT_STATSD", "8125");
            environment.put(service + "_PORT", "udp://10.96.0.7:8125");
            environment.put(service + "_PORT_8125_UDP", "udp://10.96.0.7:8125");
            environment.put(service + "_PORT_8125_UDP_PROTO", "udp");
            environment.put(service + "_PORT_8125_UDP_PORT", "8125");
            environment.put(service + "_PORT_8125_UDP_ADDR", "10.96.0.7");
        }
        environment.put("HEALTHCHECK_LOG", "tcp://10.96.0.7:80");

        AgentConfig config = read(null);

        assertEquals("localhost", config.host());
        assertEquals(8125, config.port());
        assertEquals(LogLevel.INFO, config.log());
        assertEquals(List.of(), config.remarks());
    }

    @Test
    void variablesOfTheSidecarAndOfOthers_areNoRemark() throws BadSettingException {
        environment.put("HEALTHCHECK_DRAIN", "5");
        environment.put("HEALTHCHECK_MIN_WORKERS", "2");
        environment.put("HEALTHCHECK_URL", "http://localhost/");
        properties.setProperty("healthcheck.path", "/");

        assertEquals(List.of(), read(null).remarks());
    }

    @Test
    void misspeltVariableAndProperty_areRemarks() throws BadSettingException {
        environment.put("HEALTHCHECK_STATSD_PROT", "1");
        properties.setProperty("healthcheck.intervall", "2s");

        assertEquals(
                List.of(
                        "system property healthcheck.intervall is not a setting; did you mean healthcheck.interval?",
                        "variable HEALTHCHECK_STATSD_PROT is not a setting; did you mean HEALTHCHECK_STATSD_PORT?"),
                read(null).remarks());
    }

    @Test
    void leaseThatNobodySet_isAtLeastFiveIntervals() throws BadSettingException {
        environment.put("HEALTHCHECK_INTERVAL", "30");

        assertEquals(Duration.ofSeconds(30).toNanos(), read(null).intervalNanos());
        assertEquals(Duration.ofSeconds(150).toNanos(), read(null).leaseNanos());
        assertEquals(Duration.ofSeconds(5).toNanos(), read("interval=100ms").leaseNanos());
    }

    @Test
    void emptyValue_countsAsNone() throws BadSettingException {
        environment.put("STATSD_HOST", "statsd");
        environment.put("HEALTHCHECK_STATSD_HOST", " ");
        properties.setProperty("healthcheck.host", "");

        assertEquals("statsd", read("host=").host());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", ",", " , ,"})
    void argumentOfNothing_setsNothing(String argument) throws BadSettingException {
        assertEquals("localhost", read(argument).host());
    }

    @Test
    void blanks_areTrimmed() throws BadSettingException {
        AgentConfig config = read(" host = statsd , port = 9125 ");

        assertEquals("statsd", config.host());
        assertEquals(9125, config.port());
    }

    @Test
    void list_goesOnUntilTheNextKey() throws BadSettingException {
        AgentConfig config = read("pools=http-*, x?, !y,interval=2s,executors=a-*,b-*,lease=10s");

        assertEquals(List.of("http-*", "x?"), config.pools().included());
        assertFalse(config.pools().matches("y"));
        assertEquals(List.of("a-*", "b-*"), config.executors());
        assertEquals(Duration.ofSeconds(2).toNanos(), config.intervalNanos());
        assertEquals(Duration.ofSeconds(10).toNanos(), config.leaseNanos());
    }

    @Test
    void listOfExclusions_watchesAllOthers() throws BadSettingException {
        AgentConfig config = read("pools=!http-9090");

        assertTrue(config.pools().matches("http-8080"));
        assertFalse(config.pools().matches("http-9090"));
    }

    @ParameterizedTest
    @CsvSource({
        "500ms, 500000000",
        "1s, 1000000000",
        "1S, 1000000000",
        "7, 7000000000",
        "5 s, 5000000000",
        "1m, 60000000000",
        "0, 0",
        "0s, 0",
        "24h, 86400000000000"
    })
    void duration_isRead(String text, long nanos) throws BadSettingException {
        assertEquals(nanos, read("stuck-after=" + text).stuckAfterNanos());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '"',
            value = {
                "port=0 ~ argument port is '0'; allowed: a number from 1 to 65535",
                "port=70000 ~ argument port is '70000'; allowed: a number from 1 to 65535",
                "port=-1 ~ argument port is '-1'; allowed: a number from 1 to 65535",
                "port=http ~ argument port is 'http'; allowed: a number from 1 to 65535",
                "port=99999999999 ~ argument port is '99999999999'; allowed: a number from 1 to 65535",
                "prefix=a b ~ argument prefix is 'a b'; allowed: printable ASCII without blanks and the characters"
                        + " : | @ #",
                "prefix=a:b ~ argument prefix is 'a:b'; allowed: printable ASCII without blanks and the characters"
                        + " : | @ #",
                "prefix=ü ~ argument prefix is 'ü'; allowed: printable ASCII without blanks and the characters : | @ #",
                "interval=99ms ~ argument interval is '99ms'; allowed: a duration from 100ms to 60s, in seconds or such as 500ms, 5s"
                        + " or 1m",
                "interval=61 ~ argument interval is '61'; allowed: a duration from 100ms to 60s, in seconds or such as 500ms, 5s or"
                        + " 1m",
                "interval=soon ~ argument interval is 'soon'; allowed: a duration from 100ms to 60s, in seconds or such as 500ms, 5s"
                        + " or 1m",
                "interval=-1s ~ argument interval is '-1s'; allowed: a duration from 100ms to 60s, in seconds or such as 500ms, 5s or"
                        + " 1m",
                "interval=1.5s ~ argument interval is '1.5s'; allowed: a duration from 100ms to 60s, in seconds or such as 500ms, 5s"
                        + " or 1m",
                "lease=2h ~ argument lease is '2h'; allowed: a duration from 200ms to 3600s, in seconds or such as 500ms, 5s or 1m",
                "lease=5124096h ~ argument lease is '5124096h'; allowed: a duration from 200ms to 3600s, in seconds or such as 500ms,"
                        + " 5s or 1m",
                "lease=1s ~ argument lease is '1s'; allowed: at least twice the interval, 1000ms, because one datagram may"
                        + " be lost",
                "interval=4s,lease=7s ~ argument lease is '7s'; allowed: at least twice the interval, 4000ms by"
                        + " argument interval, because one datagram may be lost",
                "stuck-after=25h ~ argument stuck-after is '25h'; allowed: a duration from 0 to 86400s, in seconds or such as 500ms,"
                        + " 5s or 1m",
                "stuck-after=1d ~ argument stuck-after is '1d'; allowed: a duration from 0 to 86400s, in seconds or such as 500ms, 5s"
                        + " or 1m",
                "pools=http-*,! ~ argument pools is 'http-*,!'; allowed: patterns such as http-*,!http-nio-9090",
                "log=loud ~ argument log is 'loud'; allowed: info, debug or off",
                "enabled=flase ~ argument enabled is 'flase'; allowed: true or false",
                "hots=statsd ~ argument 'hots' is not a setting (value 'statsd'); did you mean 'host'?",
                "stuckafter=5s ~ argument 'stuckafter' is not a setting (value '5s'); did you mean 'stuck-after'?",
                "Port=1 ~ argument 'Port' is not a setting (value '1'); did you mean 'port'?",
                "x=1 ~ argument 'x' is not a setting (value '1'); known: host, port, prefix, interval, lease, stuck-after,"
                        + " exhausted-after, pools, executors, log, enabled",
                "statsd ~ argument 'statsd' is not key=value; known: host, port, prefix, interval, lease, stuck-after,"
                        + " exhausted-after, pools,"
                        + " executors, log, enabled",
                "host=a,b ~ argument 'b' is not key=value; known: host, port, prefix, interval, lease, stuck-after,"
                        + " exhausted-after, pools,"
                        + " executors, log, enabled",
            })
    void wrongArgument_namesItselfItsValueAndWhatIsAllowed(String argument, String message) {
        assertEquals(message, problemOf(argument));
    }

    @Test
    void wrongPropertyAndVariable_areReportedLikeAnArgument() {
        properties.setProperty("healthcheck.port", "http");
        environment.put("HEALTHCHECK_STUCK_AFTER", "never");

        assertEquals(
                "system property healthcheck.port is 'http'; allowed: a number from 1 to 65535; variable"
                        + " HEALTHCHECK_STUCK_AFTER is 'never'; allowed: a duration from 0 to 86400s, in seconds or such as 500ms, 5s or 1m",
                problemOf(null));
    }

    @Test
    void severalProblems_areOneLine() {
        assertEquals(
                "argument 'prot' is not a setting (value '1'); did you mean 'port'?; argument interval is '0';"
                        + " allowed: a duration from 100ms to 60s, in seconds or such as 500ms, 5s or 1m; argument"
                        + " log is 'x'; allowed: info, debug or off",
                problemOf("prot=1,interval=0,log=x"));
    }

    @Test
    void valueOfSeveralLines_isReportedInOne() {
        environment.put("HEALTHCHECK_LOG", "de\nbug\r");

        assertEquals("variable HEALTHCHECK_LOG is 'de bug'; allowed: info, debug or off", problemOf(null));
    }

    private String problemOf(String argument) {
        return assertThrows(BadSettingException.class, () -> read(argument)).getMessage();
    }

    private AgentConfig read(String argument) throws BadSettingException {
        return AgentConfig.read(argument, properties, environment);
    }
}
