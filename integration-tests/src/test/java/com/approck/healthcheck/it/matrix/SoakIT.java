package com.approck.healthcheck.it.matrix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.support.App;
import com.approck.healthcheck.it.support.Sidecar;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Http;
import com.approck.healthcheck.it.support.probe.Prober;
import com.approck.healthcheck.it.support.probe.Prober.Probe;
import com.approck.healthcheck.it.support.probe.WebSocket;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.FakeClock;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.Moment;
import com.approck.healthcheck.it.support.samples.ServerVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Healthy programs with ugly habits, for a long time: not one answer may be 422. All servers run side by side on the newest JDK of
 * the machine. With {@code -Psoak} for an hour, or as many minutes as {@code -Dsoak.minutes} says; otherwise not at all.
 */
@EnabledIfSystemProperty(named = "soak.minutes", matches = "[1-9]\\d*")
final class SoakIT {

    private static final Duration TIME = Duration.ofMinutes(Integer.getInteger("soak.minutes", 0));

    /** Much shorter than a long poll, and longer than a pause of the JVM. */
    private static final String SETTINGS = "stuck-after=20s,port=";

    private static final Duration LONG_POLL = Duration.ofMinutes(5);

    /** A collection of a large heap takes as long as this. Shorter than the lease. */
    private static final Duration JVM_PAUSE = Duration.ofSeconds(3);

    /** Their requests run on the loops that accept connections: a request that blocks is no habit of a healthy program there. */
    private static final Set<String> EVENT_LOOPS = Set.of("netty", "reactor-netty", "helidon-netty", "micronaut");

    /** Their handlers read the body of a request on their worker. */
    private static final Set<String> READ_UPLOADS =
            Set.of("jetty-websocket", "tomcat-websocket", "undertow", "jdk-fixed", "grizzly", "helidon");

    /** The clock is right for most of the time, as in life. */
    private static final List<Duration> CLOCK_OFFSETS =
            List.of(Duration.ZERO, Duration.ofHours(1), Duration.ZERO, Duration.ofDays(-1));

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    private final List<Habit> habits = new ArrayList<>();
    private final AtomicInteger pauses = new AtomicInteger();
    private volatile boolean over;

    static Stream<ServerVersion.OnJdk> servers() {
        Jdk newest = Jdk.all().get(Jdk.all().size() - 1);
        return ServerVersion.newestOnEveryJdk(
                        "jetty-websocket",
                        "tomcat-websocket",
                        "undertow",
                        "jdk-fixed",
                        "netty",
                        "vertx",
                        "grpc-fixed",
                        "grizzly",
                        "helidon",
                        "armeria",
                        "ktor-cio",
                        "pekko-http")
                .filter(server -> server.jdk().equals(newest));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("servers")
    @Timeout(value = 1, unit = TimeUnit.DAYS)
    void healthyProgramWithUglyHabits_isAliveThroughout(ServerVersion.OnJdk server) throws IOException {
        FakeClock clock = FakeClock.start();
        Sidecar sidecar = processes.sidecar(server.jdk(), clock.environment());
        App app = processes.app(
                server, List.of(TestProcesses.agent(SETTINGS + sidecar.statsdPort())), clock.environment());
        Prober prober = processes.prober(sidecar);
        startWithATwentiethOfAProcessor(app, prober);
        Moment from = Moment.now();
        Moment end = from.plus(TIME);

        int port = app.port();
        begin(end, new Habit("ping", Duration.ofMillis(200), () -> ask(port, "/ping")));
        begin(end, new Habit("CPU", Duration.ofSeconds(30), () -> ask(port, "/spin?ms=2000")));
        begin(end, new Habit("executors", Duration.ofSeconds(60), () -> ask(port, "/executors?count=2000")));
        if (!EVENT_LOOPS.contains(server.server().name())) {
            begin(end, new Habit("long poll", Duration.ZERO, () -> ask(port, "/sleep?ms=" + LONG_POLL.toMillis())));
            begin(
                    end,
                    new Habit("download", Duration.ZERO, () -> drain(port, "/slow?bytes=81920&pause=500&chunk=1024")));
        }
        if (READ_UPLOADS.contains(server.server().name())) {
            begin(end, new Habit("upload", Duration.ZERO, () -> upload(port)));
        }
        if (server.server().name().endsWith("-websocket")) {
            for (int i = 0; i < 5; i++) {
                begin(end, new Habit("events", Duration.ZERO, () -> drain(port, "/events?count=60&pause=1000")));
            }
            WebSocket socket = processes.add(WebSocket.open(port, "/socket"));
            begin(end, new Habit("WebSocket", Duration.ofSeconds(5), () -> echo(socket)));
        }
        processes.onlyWaits();
        while (!end.hasCome()) {
            Await.pause(Duration.ofSeconds(57));
            app.process().signal("STOP");
            Await.pause(JVM_PAUSE);
            app.process().signal("CONT");
            clock.set(CLOCK_OFFSETS.get(pauses.incrementAndGet() % CLOCK_OFFSETS.size()));
        }
        over = true;
        System.out.printf(
                "| %s | %d min | %,d | %d | %,d | %s |%n",
                server,
                TIME.toMinutes(),
                habits.stream().mapToInt(habit -> habit.answered.get()).sum(),
                pauses.get(),
                prober.after(Probe.LIVE, from).size(),
                prober.storyOf(Probe.LIVE, from));
        assertEquals(List.of("200"), prober.storyOf(Probe.LIVE, from), prober::describe);
        assertEquals(List.of("200"), prober.storyOf(Probe.READY, from), prober::describe);
        for (Habit habit : habits) {
            // Tomcat ends an upload when the clock is set forth.
            assertTrue(habit.failed.get() == 0 || habit.answered.get() > 0, habit::toString);
        }
    }

    /** As with a CPU quota that is spent: the JVM runs for 50 ms of each second, until live is 200, and ten seconds longer. */
    private void startWithATwentiethOfAProcessor(App app, Prober prober) {
        Moment began = Moment.now();
        Moment until = null;
        while (until == null || !until.hasCome()) {
            app.process().signal("STOP");
            Await.pause(Duration.ofMillis(950));
            app.process().signal("CONT");
            Await.pause(Duration.ofMillis(50));
            if (until == null && prober.storyOf(Probe.LIVE, began).contains("200")) {
                until = Moment.now().plus(Duration.ofSeconds(10));
            }
            if (Moment.now().since(began).compareTo(Duration.ofMinutes(5)) > 0) {
                throw new AssertionError("it has not started:\n" + app.process().describe());
            }
        }
        List<String> story = prober.storyOf(Probe.LIVE, began);
        assertEquals("200", story.get(story.size() - 1), prober::describe);
    }

    /** Repeats it on a thread of its own. */
    private void begin(Moment end, Habit habit) {
        habits.add(habit);
        Thread thread = new Thread(
                () -> {
                    while (!over && !end.hasCome()) {
                        habit.runOnce();
                        Await.pause(habit.pause);
                    }
                },
                habit.name);
        thread.setDaemon(true);
        thread.start();
    }

    private static void ask(int port, String path) {
        int status = Http.request("GET", port, path, LONG_POLL.plusSeconds(30)).status();
        assertEquals(200, status);
    }

    private static void drain(int port, String path) {
        try (InputStream body = Http.open(port, path)) {
            body.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A kilobyte a second, for six times {@code stuck-after}. */
    private static void upload(int port) {
        try {
            HttpURLConnection connection = (HttpURLConnection)
                    URI.create("http://localhost:" + port + "/upload").toURL().openConnection();
            connection.setRequestMethod("POST");
            connection.setDoOutput(true);
            connection.setChunkedStreamingMode(1024);
            connection.setReadTimeout(60_000);
            try (OutputStream body = connection.getOutputStream()) {
                for (int i = 0; i < 120; i++) {
                    body.write(new byte[1024]);
                    body.flush();
                    Await.pause(Duration.ofSeconds(1));
                }
            }
            assertEquals(200, connection.getResponseCode());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void echo(WebSocket socket) {
        try {
            socket.send("/ping");
            socket.receive();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One kind of request, and how often it was answered. */
    private static final class Habit {

        private final String name;
        private final Duration pause;
        private final Runnable request;
        private final AtomicInteger answered = new AtomicInteger();
        private final AtomicInteger failed = new AtomicInteger();
        private volatile String lastFailure = "";

        Habit(String name, Duration pause, Runnable request) {
            this.name = name;
            this.pause = pause;
            this.request = request;
        }

        void runOnce() {
            try {
                request.run();
                answered.incrementAndGet();
            } catch (UncheckedIOException | AssertionError e) {
                // The JVM stood still for longer than the client waits.
                failed.incrementAndGet();
                lastFailure = e.toString();
                Await.pause(Duration.ofMillis(500));
            }
        }

        @Override
        public String toString() {
            return "%s: %d answered, %d failed, the last: %s"
                    .formatted(name, answered.get(), failed.get(), lastFailure);
        }
    }
}
