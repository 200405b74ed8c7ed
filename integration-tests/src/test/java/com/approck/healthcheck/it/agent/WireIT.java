package com.approck.healthcheck.it.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.support.App;
import com.approck.healthcheck.it.support.PromisedTimes;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Http;
import com.approck.healthcheck.it.support.probe.StatsdListener;
import com.approck.healthcheck.it.support.probe.StatsdListener.Line;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.Moment;
import com.approck.healthcheck.it.support.samples.ServerVersion;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What the agent in a real server puts on the wire, to the letter. */
@ParameterizedClass(name = "{0}")
@MethodSource("com.approck.healthcheck.it.support.samples.ServerVersion#onEveryJdk")
final class WireIT {

    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final Duration SOON = Duration.ofSeconds(5);
    private static final Duration TO_EXIT = Duration.ofSeconds(30);
    /** With this the hooks go in a second after the first pool was found, not five. */
    private static final String HOOKS_SOON = "stuck-after=12s,";
    /** What the agent logs once a stop of Jetty's or Tomcat's pool is reported by a hook. */
    private static final String STOP_INSTRUMENTED =
            "instrumented (Jetty's class org.eclipse.jetty.server.Server|Tomcat's class .*AbstractEndpoint) ";

    @Parameter
    ServerVersion.OnJdk server;

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    @Test
    void beat_isLeaseThenTotalThenPools_onceASecond_fromOnePort() {
        StatsdListener wire = processes.wire();
        App app = processes.app(server, wire.port());
        Moment started = app.awaitStarted();

        List<List<Line>> beats = Await.value(
                SOON.plus(INTERVAL.multipliedBy(5)),
                () -> {
                    List<List<Line>> heard = beats(wire.linesAfter(started.plus(INTERVAL)));
                    // The last may be heard in part.
                    return heard.size() > 5 ? Optional.of(heard.subList(0, 5)) : Optional.empty();
                },
                wire::describe);

        int workers = server.server().workers();
        String pool = poolName(beats.get(0));
        for (List<Line> beat : beats) {
            List<String> texts = beat.stream().map(Line::text).toList();
            assertEquals(8, texts.size(), texts::toString);
            assertEquals("workers.lease:5000|g", texts.get(0));
            assertEquals("workers:" + workers + "|g", texts.get(1));
            assertEquals("workers.pool." + pool + ":" + workers + "|g", texts.get(2));
            assertTrue(texts.get(3).matches("workers\\.pool\\." + pool + "\\.alive:[1-9]\\d*\\|g"), texts::toString);
            assertEquals("workers.pool." + pool + ".busy:0|g", texts.get(4));
            assertEquals("workers.pool." + pool + ".stuck:0|g", texts.get(5));
            assertEquals("workers.pool." + pool + ".queued:0|g", texts.get(6));
            assertEquals("workers.pool." + pool + ".capacity:" + workers + "|g", texts.get(7));
        }
        assertEquals(1, wire.lines().stream().map(Line::from).distinct().count(), wire::describe);
        Duration fourIntervals =
                beats.get(4).get(0).at().since(beats.get(0).get(0).at());
        assertTrue(
                fourIntervals.minus(INTERVAL.multipliedBy(4)).abs().compareTo(INTERVAL) < 0,
                () -> "4 intervals took " + fourIntervals);
    }

    @Test
    void firstBeat_saysTheLeaseBeforeAnyNumber() {
        StatsdListener wire = processes.wire();
        processes.app(server, wire.port()).awaitStarted();
        wire.await(Moment.now(), SOON, line -> line.startsWith("workers:"));
        assertEquals("workers.lease:5000|g", wire.lines().get(0).text());
    }

    @Test
    void requestInFlight_isBusy() throws IOException {
        StatsdListener wire = processes.wire();
        App app = processes.app(server, wire.port());
        app.awaitStarted();
        InputStream download = Http.open(app.port(), "/slow?bytes=81920&pause=500");
        assertEquals(0, download.read());
        wire.await(Moment.now(), SOON, line -> line.matches("workers\\.pool\\.[^.]+\\.busy:1\\|g"));
        download.close();
        assertEquals(server.server().workers() + "|g", wire.last("workers").orElse("nothing"));
    }

    @Test
    void shutdown_isDraining_thenTheTruth_thenZero() throws IOException {
        StatsdListener wire = processes.wire();
        App app = processes.app(
                server, List.of(TestProcesses.agent(HOOKS_SOON + "port=" + wire.port())), Map.of(), "graceful=20000");
        app.awaitStarted();
        wire.await(app.process().startedAt(), SOON, "workers:" + server.server().workers() + "|g");
        InputStream download = Http.open(app.port(), "/slow?bytes=81920&pause=500");
        assertEquals(0, download.read());

        Moment terminated = app.process().signal("TERM");
        Line draining = wire.await(terminated, PromisedTimes.AT_ONCE, "workers.draining:1|g");
        Line zero = wire.await(terminated, TO_EXIT, "workers:0|g");
        app.process().awaitExit(TO_EXIT);
        List<Line> between = wire.linesAfter(draining.at()).stream()
                .filter(line -> line.at().isBefore(zero.at()) && line.text().startsWith("workers:"))
                .toList();
        assertTrue(between.size() >= 3, wire::describe);
        for (Line line : between) {
            assertEquals("workers:" + server.server().workers() + "|g", line.text(), wire::describe);
        }
        List<Line> totals = wire.lines().stream()
                .filter(line -> line.text().startsWith("workers:"))
                .toList();
        assertEquals("workers:0|g", totals.get(totals.size() - 1).text(), wire::describe);
        assertEquals(1, wire.lines().stream().map(Line::from).distinct().count(), wire::describe);
    }

    @Test
    void shutdown_isReportedAtOnce_howeverLongTheInterval() {
        StatsdListener wire = processes.wire();
        App app = processes.app(
                server,
                List.of(TestProcesses.agent(HOOKS_SOON + "interval=30s,lease=60s,log=debug,port=" + wire.port())),
                Map.of());
        app.awaitStarted();
        wire.await(app.process().startedAt(), SOON, "workers:" + server.server().workers() + "|g");
        // A pool that stops before its class is instrumented is noticed at a sample, if there is one.
        app.process().awaitStderr(STOP_INSTRUMENTED, SOON);
        Moment terminated = app.process().signal("TERM");
        wire.await(terminated, PromisedTimes.AT_ONCE, "workers.draining:1|g");
        app.process().awaitExit(TO_EXIT);
        wire.await(terminated, PromisedTimes.AT_ONCE, "workers:0|g");
    }

    @Test
    void stoppedPoolInALivingJvm_isZeroWithItsLease_andNotListed() {
        StatsdListener wire = processes.wire();
        App app = processes.app(server, wire.port());
        app.awaitStarted();
        wire.await(Moment.now(), SOON, line -> line.startsWith("workers.pool."));
        Http.get(app.port(), "/stop");
        wire.await(Moment.now(), SOON, "workers:0|g");

        Moment later = wire.await(Moment.now(), SOON, "workers.lease:5000|g").at();
        wire.await(later.plus(Duration.ofNanos(1)), SOON, "workers.lease:5000|g");
        List<String> since = wire.linesAfter(later).stream().map(Line::text).toList();
        assertEquals(List.of("workers.lease:5000|g", "workers:0|g"), since.subList(0, 2), wire::describe);
        assertTrue(since.stream().noneMatch(line -> line.startsWith("workers.pool.")), wire::describe);
    }

    @Test
    void secondPool_isInTheSum() {
        StatsdListener wire = processes.wire();
        App app = processes.app(server, wire.port(), "management=0");
        app.awaitStarted();
        wire.await(Moment.now(), SOON, "workers:" + 2 * server.server().workers() + "|g");
        Await.until(SOON, () -> poolsOf(wire) == 2, wire::describe);
    }

    @Test
    void settings_comeFromArgumentPropertyAndEnvironment() {
        StatsdListener wire = processes.wire();
        processes.app(
                server,
                List.of(
                        TestProcesses.agent("prefix=my.app,lease=7s"),
                        "-Dhealthcheck.lease=9s",
                        "-Dhealthcheck.interval=500ms"),
                Map.of("STATSD_PORT", Integer.toString(wire.port()), "HEALTHCHECK_INTERVAL", "10s"));
        Line first = wire.await(Moment.now(), Duration.ofSeconds(60), "my.app.workers.lease:7000|g");
        wire.await(Moment.now(), SOON, "my.app.workers:" + server.server().workers() + "|g");
        Await.until(SOON, () -> beats(wire.lines()).size() >= 5, wire::describe);
        List<List<Line>> beats = beats(wire.lines());
        Duration took = beats.get(4).get(0).at().since(first.at());
        assertTrue(took.compareTo(Duration.ofSeconds(4)) < 0, () -> "4 intervals of 500 ms took " + took);
        assertTrue(wire.lines().stream().allMatch(line -> line.text().startsWith("my.app.workers")), wire::describe);
    }

    /** The lines between one lease and the next. */
    private static List<List<Line>> beats(List<Line> lines) {
        List<List<Line>> beats = new ArrayList<>();
        for (Line line : lines) {
            if (line.text().contains("workers.lease:")) {
                beats.add(new ArrayList<>());
            }
            if (!beats.isEmpty()) {
                beats.get(beats.size() - 1).add(line);
            }
        }
        return beats;
    }

    private static String poolName(List<Line> beat) {
        String line = beat.get(2).text();
        String name = line.substring("workers.pool.".length(), line.indexOf(':'));
        assertTrue(name.matches("[A-Za-z0-9_-]+"), line);
        return name;
    }

    private static long poolsOf(StatsdListener wire) {
        List<List<Line>> beats = beats(wire.lines());
        return beats.size() < 2
                ? 0
                : beats.get(beats.size() - 2).stream()
                        .filter(line -> line.text().matches("workers\\.pool\\.[^.]+:.*"))
                        .count();
    }
}
