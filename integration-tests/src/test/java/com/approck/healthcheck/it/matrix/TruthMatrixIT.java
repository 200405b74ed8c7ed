package com.approck.healthcheck.it.matrix;

import static com.approck.healthcheck.it.support.probe.Prober.Probe.LIVE;
import static com.approck.healthcheck.it.support.probe.Prober.Probe.READY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.support.App;
import com.approck.healthcheck.it.support.PromisedTimes;
import com.approck.healthcheck.it.support.Scenario;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Http;
import com.approck.healthcheck.it.support.probe.Prober;
import com.approck.healthcheck.it.support.probe.Relay;
import com.approck.healthcheck.it.support.probe.WebSocket;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.FakeClock;
import com.approck.healthcheck.it.support.process.Moment;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import com.approck.healthcheck.it.support.process.ThreadLimit;
import com.approck.healthcheck.it.support.samples.ServerVersion;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/**
 * The truth matrix on real servers: every way that workers die, and every way that they only seem to. A prober asks both
 * probes every 100 ms, so that a flap of one answer fails the row.
 */
@ParameterizedClass(name = "{0}")
@MethodSource("servers")
@Order(TestProcesses.WAITS_FOR_MINUTES)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
// An order alone would run the methods one after the other.
@Execution(ExecutionMode.CONCURRENT)
public final class TruthMatrixIT {

    private static final List<String> ALIVE = List.of("200");
    private static final List<String> DIED = List.of("200", "422 NoWorkers");
    private static final List<String> DIED_AND_ROSE = List.of("200", "422 NoWorkers", "200");

    @Parameter
    ServerVersion.OnJdk server;

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    /** The newest Jetty and the newest Tomcat, on every JDK of this machine. */
    static Stream<ServerVersion.OnJdk> servers() {
        return ServerVersion.newestOnEveryJdk("jetty", "tomcat");
    }

    @TruthMatrixRow(number = 1, fault = "booting, no pool yet", answer = "422, then 200 for good")
    void booting_isDead_thenAliveForGood() {
        Scenario scenario = new Scenario(processes, server).withSidecar();
        Moment before = Moment.now();
        scenario.withServer("late=3000");
        scenario.prober().assertBothStay(200, PromisedTimes.SILENCE_IS_SEEN);
        assertStories(scenario, before, List.of("422 NoWorkers", "200"));
    }

    @Order(TestProcesses.WAITS_FOR_MINUTES)
    @TruthMatrixRow(
            number = 2,
            fault = "idle for 3 minutes, pool shrunk to its minimum (to zero where it can)",
            answer = "200 throughout")
    void idleAndShrunk_isAlive() {
        Scenario scenario = new Scenario(processes, server).withSidecar().withServer("min=0", "idle=2000");
        CompletableFuture.allOf(scenario.fill("/slow?bytes=81920&pause=500").toArray(CompletableFuture[]::new))
                .join();
        int grown = scenario.requestPool().get("alive").asInt();
        processes.onlyWaits();
        scenario.prober().assertBothStay(200, Duration.ofMinutes(3));
        int shrunk = scenario.requestPool().get("alive").asInt();
        assertTrue(shrunk < grown, "the pool has shrunk: from " + grown + " to " + shrunk);
        assertEquals(scenario.capacity(), scenario.requestPool().get("able").asInt());
    }

    @TruthMatrixRow(
            number = 3,
            fault = "every worker busy for 2 s a request, queue full, for 60 s",
            answer = "live 200 throughout")
    void loadedAndQueueing_isAlive() {
        Scenario scenario = new Scenario(processes, server).withSidecar().withServer();
        Moment from = Moment.now();
        Moment end = from.plus(Duration.ofSeconds(60));
        List<CompletableFuture<Integer>> clients = new ArrayList<>();
        for (int i = 0; i < 4 * scenario.capacity(); i++) {
            clients.add(askUntil(scenario.app().port(), "/sleep?ms=2000", end));
        }
        // Tomcat's connections above its threads wait in its executor's queue, Jetty's in its pool's.
        Await.until(
                Duration.ofSeconds(30),
                () -> scenario.requestPool().get("queued").asInt() > 0,
                () -> "requests are queued: " + scenario.requestPool());
        processes.onlyWaits();
        CompletableFuture.allOf(clients.toArray(CompletableFuture[]::new)).join();
        assertTrue(clients.stream().allMatch(client -> client.join() > 0), "every client was served");
        scenario.prober().assertOnly(LIVE, 200, from, Moment.now());
        assertEquals(ALIVE, scenario.prober().storyOf(READY, from));
    }

    @TruthMatrixRow(number = 4, fault = "every worker on a slow download that moves", answer = "live 200 throughout")
    void slowDownloads_areAlive() {
        Scenario scenario = new Scenario(processes, server).withSidecar().withServer();
        Moment from = Moment.now();
        // 40 chunks with half a second between them: many times stuck-after.
        List<CompletableFuture<HttpResponse<String>>> downloads = scenario.fill("/slow?bytes=327680&pause=500");
        processes.onlyWaits();
        for (CompletableFuture<HttpResponse<String>> download : downloads) {
            assertEquals(327_680, download.join().body().length());
        }
        assertStories(scenario, from, ALIVE);
    }

    @TruthMatrixRow(number = 5, fault = "one worker of N hung", answer = "200, count N-1")
    void oneHung_isAlive_andOneIsMissing() {
        Scenario scenario = new Scenario(processes, server).withSidecar().withServer();
        Moment from = Moment.now();
        int capacity = scenario.capacity();
        CompletableFuture<HttpResponse<String>> hung = scenario.onOneWorker("/hang");
        scenario.await("stuck", 1, Scenario.STUCK_IS_SEEN.plusSeconds(1));
        assertEquals(capacity - 1, scenario.requestPool().get("able").asInt());
        scenario.free();
        scenario.await("able", capacity, PromisedTimes.LIFE_IS_SEEN);
        assertEquals(200, hung.join().statusCode());
        assertStories(scenario, from, ALIVE);
    }

    @TruthMatrixRow(
            number = 6,
            fault = "all workers hung in a socket read without time-out",
            answer = "422 at stuck-after + 2 intervals, 200 when they come free")
    void allHung_isDead_untilTheyComeFree() {
        Scenario scenario = new Scenario(processes, server).withSidecar().withServer();
        Moment from = Moment.now();
        scenario.fill("/hang");
        processes.onlyWaits();
        scenario.prober().awaitBoth(422, Moment.now(), Scenario.STUCK_IS_SEEN);
        Moment freed = scenario.free();
        scenario.prober().awaitBoth(200, freed, PromisedTimes.LIFE_IS_SEEN);
        scenario.prober().assertBothStay(200, Duration.ofSeconds(3));
        assertStories(scenario, from, DIED_AND_ROSE);
    }

    @TruthMatrixRow(number = 7, fault = "all workers deadlocked on two locks", answer = "422 within 5 s")
    void deadlocked_isDead() {
        Scenario scenario = new Scenario(processes, server).withSidecar();
        // With a stuck-after of a minute: it is the deadlock that is seen, and no time that passes.
        App app = scenario.startWith(
                List.of(TestProcesses.agent("port=" + scenario.sidecar().statsdPort())));
        scenario.prober().awaitBoth(200, app.awaitStarted(), PromisedTimes.LIFE_IS_SEEN);
        Moment from = Moment.now();
        scenario.fill("/deadlock?shared");
        processes.onlyWaits();
        scenario.prober().awaitBoth(422, Moment.now(), Duration.ofSeconds(5));
        scenario.prober().assertBothStay(422, Duration.ofSeconds(3));
        assertStories(scenario, from, DIED);
    }

    @TruthMatrixRow(
            number = 8,
            fault = "a lock held for ever by a thread outside the pool, all workers wait for it",
            answer = "422 at stuck-after + 2 intervals, 200 when it is let go")
    void lockHeldElsewhere_isDead_untilItIsLetGo() {
        Scenario scenario = new Scenario(processes, server).withSidecar().withServer();
        Moment from = Moment.now();
        scenario.fill("/lock");
        processes.onlyWaits();
        scenario.prober().awaitBoth(422, Moment.now(), Scenario.STUCK_IS_SEEN);
        scenario.prober().awaitBoth(200, scenario.free(), PromisedTimes.LIFE_IS_SEEN);
        assertStories(scenario, from, DIED_AND_ROSE);
    }

    @TruthMatrixRow(
            number = 9,
            fault = "a second pool (management port) healthy while the request pool is dead",
            answer = "422, the pool named in `description`")
    void managementPoolAlive_requestPoolDead_isDead() {
        Scenario scenario = new Scenario(processes, server).withSidecar().withServer();
        String requestPool = scenario.requestPool().get("name").asString();
        scenario.fill("/hang");
        processes.onlyWaits();
        scenario.prober().awaitBoth(422, Moment.now(), Scenario.STUCK_IS_SEEN);
        assertEquals("pong", Http.get(scenario.app().managementPort(), "/ping").body());
        assertTrue(scenario.description().contains(requestPool), scenario.description());
        scenario.prober().assertBothStay(422, Duration.ofSeconds(3));
    }

    @TruthMatrixRow(number = 10, fault = "SIGKILL; and `Runtime.halt`", answer = "422 at lease + 1 s")
    void killedOrHalted_isDead_whenItsLeaseRanOut() {
        Scenario scenario = new Scenario(processes, server).withSidecar().withServer();
        Moment from = Moment.now();
        scenario.prober().awaitBoth(422, scenario.app().process().signal("KILL"), PromisedTimes.SILENCE_IS_SEEN);
        assertStories(scenario, from, DIED);

        scenario.withServer();
        Moment again = Moment.now();
        CompletableFuture<HttpResponse<String>> halting = scenario.onOneWorker("/halt");
        processes.onlyWaits();
        assertEquals(137, scenario.app().process().awaitExit(Duration.ofSeconds(30)));
        scenario.prober().awaitBoth(422, Moment.now(), PromisedTimes.SILENCE_IS_SEEN);
        assertTrue(halting.isCompletedExceptionally(), "the JVM ended before it answered");
        assertStories(scenario, again, DIED);
    }

    @TruthMatrixRow(
            number = 11,
            fault = "SIGSTOP for 20 s, then SIGCONT",
            answer = "422 at lease + 1 s, 200 within 2 s of waking")
    void stopped_isDead_andAliveOnceItGoesOn() {
        Scenario scenario = new Scenario(processes, server).withSidecar().withServer();
        // Requests in flight: a worker that could not run was not stuck.
        List<CompletableFuture<HttpResponse<String>>> inFlight = scenario.fill("/slow?bytes=327680&pause=500");
        Moment from = Moment.now();
        scenario.prober().awaitBoth(422, scenario.app().process().signal("STOP"), PromisedTimes.SILENCE_IS_SEEN);
        processes.onlyWaits();
        Await.pause(from.plus(Duration.ofSeconds(20)).since(Moment.now()));
        Moment waking = scenario.app().process().signal("CONT");
        scenario.prober().awaitBoth(200, waking, PromisedTimes.LIFE_IS_SEEN);
        scenario.prober().assertBothStay(200, PromisedTimes.SILENCE_IS_SEEN);
        assertStories(scenario, from, DIED_AND_ROSE);
        inFlight.forEach(CompletableFuture::join);
    }

    @TruthMatrixRow(number = 12, fault = "full GC or safepoint stall shorter than the lease", answer = "200 throughout")
    void stalledForLessThanTheLease_isAlive() {
        Scenario scenario = new Scenario(processes, server).withSidecar().withServer();
        Moment from = Moment.now();
        ProcessUnderTest app = scenario.app().process();
        for (int i = 0; i < 5; i++) {
            processes
                    .process("jcmd", Map.of(), List.of(server.jdk().tool("jcmd").toString(), "" + app.pid(), "GC.run"))
                    .awaitExit(Duration.ofSeconds(60));
        }
        processes.onlyWaits();
        // As the longest safepoint would: no thread of the JVM runs for three seconds.
        for (int i = 0; i < 2; i++) {
            app.signal("STOP");
            Await.pause(Duration.ofSeconds(3));
            app.signal("CONT");
            Await.pause(Duration.ofSeconds(2));
        }
        assertStories(scenario, from, ALIVE);
    }

    @TruthMatrixRow(
            number = 13,
            fault = "OutOfMemoryError in workers and, the heap being full, in the agent's own thread",
            answer = "200 once it serves again, 422 if it never does or then dies: never a stuck 200")
    void outOfMemory_isTheTruthAgain_onceThereIsMemory() {
        Scenario scenario = new Scenario(processes, server).withSidecar();
        App app = scenario.startWith(List.of(
                "-Xmx48m", TestProcesses.agent("port=" + scenario.sidecar().statsdPort() + ",stuck-after=3s")));
        scenario.prober().awaitBoth(200, app.awaitStarted(), PromisedTimes.LIFE_IS_SEEN);
        List<CompletableFuture<HttpResponse<String>>> hungry = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            hungry.add(Http.send(app.port(), "/oom?hold=7000"));
        }
        // One whose worker or connection died of it is never answered.
        CompletableFuture.allOf(hungry.toArray(CompletableFuture[]::new))
                .handle((all, error) -> null)
                .completeOnTimeout(null, 20, TimeUnit.SECONDS)
                .join();
        // What the full heap breaks is a matter of chance: Tomcat's poller may have died of it, and never comes back.
        Await.until(
                Duration.ofSeconds(90),
                () -> settledOnTheTruth(scenario),
                () -> "the probes settle on what the server does\n"
                        + scenario.prober().describe() + "\n" + app.process().describe());
        assertTrue(app.process().isAlive());
        scenario.prober().awaitBoth(422, app.process().signal("KILL"), PromisedTimes.SILENCE_IS_SEEN);
    }

    @TruthMatrixRow(
            number = 14,
            fault = "SIGTERM with 5 s of requests in flight",
            answer = "ready 422 at once, live 200 until the pool is gone, requests finish")
    void terminated_isNotReadyAtOnce_andAliveUntilItsPoolIsGone() throws IOException {
        Scenario scenario = new Scenario(processes, server).withSidecar().withServer("graceful=20000");
        Moment from = Moment.now();
        scenario.prober().assertBothStay(200, Duration.ofMillis(500));
        InputStream download = Http.open(scenario.app().port(), "/slow?bytes=81920&pause=500");
        assertEquals(0, download.read());
        Moment terminated = scenario.app().process().signal("TERM");
        scenario.prober().await(READY, 422, terminated, PromisedTimes.AT_ONCE);
        assertEquals(81_919, download.readAllBytes().length);
        scenario.prober().assertOnly(LIVE, 200, terminated, Moment.now());
        scenario.app().process().awaitExit(Duration.ofSeconds(30));
        scenario.prober().awaitBoth(422, Moment.now(), PromisedTimes.AT_ONCE);
        scenario.prober().assertBothStay(422, Duration.ofMillis(500));
        assertEquals(DIED, scenario.prober().storyOf(LIVE, from));
        assertEquals(
                List.of("200", "422 ShuttingDown", "422 NoWorkers"),
                scenario.prober().storyOf(READY, from));
    }

    @TruthMatrixRow(
            number = 15,
            fault = "sidecar SIGKILLed and restarted; sidecar started 30 s late",
            answer = "200 within 2 s")
    void sidecarRestartedOrLate_knowsTheServer() {
        Scenario scenario = new Scenario(processes, server).withSidecar().withServer();
        scenario.prober().awaitBoth(200, scenario.sidecar().killAndRestart(), PromisedTimes.LIFE_IS_SEEN);
        scenario.sidecar().process().close();
        processes.onlyWaits();
        Await.pause(Duration.ofSeconds(30));
        scenario.prober().awaitBoth(200, scenario.sidecar().restart(), PromisedTimes.LIFE_IS_SEEN);
        scenario.prober().assertBothStay(200, Duration.ofSeconds(3));
    }

    @TruthMatrixRow(
            number = 16,
            fault = "sidecar SIGSTOPped for 20 s, then SIGCONT, app healthy",
            answer = "first answer is 200")
    void sidecarStopped_answersTheTruthFirst() {
        Scenario scenario = new Scenario(processes, server).withSidecar().withServer();
        Moment from = scenario.sidecar().process().signal("STOP");
        processes.onlyWaits();
        Await.pause(Duration.ofSeconds(20));
        Moment waking = scenario.sidecar().process().signal("CONT");
        scenario.prober().awaitBoth(200, waking, PromisedTimes.LIFE_IS_SEEN);
        Await.pause(Duration.ofSeconds(2));
        for (Prober.Probe probe : Prober.Probe.values()) {
            for (Prober.Answer answer : scenario.prober().after(probe, from)) {
                assertTrue(
                        answer.status() == 200 || answer.status() == Prober.NO_ANSWER,
                        () -> "only silence and 200\n" + scenario.prober().describe());
            }
        }
    }

    @Order(TestProcesses.WAITS_FOR_MINUTES)
    @TruthMatrixRow(
            number = 17,
            fault = "30 % and 60 % of datagrams lost for 3 minutes",
            answer = "200 throughout at 30 %, and at 60 % too")
    void lossyNetwork_isAlive() {
        Scenario thirty = new Scenario(processes, server).withSidecar();
        Scenario sixty = new Scenario(processes, server).withSidecar();
        Relay losesThirty = processes.add(Relay.start(thirty.sidecar().statsdPort(), 0.3));
        Relay losesSixty = processes.add(Relay.start(sixty.sidecar().statsdPort(), 0.6));
        App first = thirty.start(losesThirty.port());
        App second = sixty.start(losesSixty.port());
        first.awaitStarted();
        second.awaitStarted();
        thirty.prober().awaitBoth(200, Moment.now(), PromisedTimes.SILENCE_IS_SEEN);
        sixty.prober().awaitBoth(200, Moment.now(), PromisedTimes.SILENCE_IS_SEEN);
        Moment from = Moment.now();
        processes.onlyWaits();
        Await.pause(Duration.ofMinutes(3));
        assertStories(thirty, from, ALIVE);
        assertStories(sixty, from, ALIVE);
        assertTrue(losesThirty.lost() > losesThirty.passed() / 4, "the relay lost its share");
        assertTrue(losesSixty.lost() > losesSixty.passed(), "the relay lost its share");
    }

    @TruthMatrixRow(
            number = 19,
            fault = "wall clock of both JVMs set an hour forth, a day back, and right again (libfaketime)",
            answer = "200 throughout, and 422 in time when the server is killed as the clock is set back")
    void wallClockSetBackAndForth_hasNoEffect() {
        FakeClock clock = FakeClock.start();
        Scenario scenario = new Scenario(processes, server)
                .withEnvironment(clock.environment())
                .withSidecar()
                .withServer();
        processes.onlyWaits();
        Moment from = Moment.now();
        for (Duration offset : List.of(Duration.ofHours(1), Duration.ofDays(-1), Duration.ZERO)) {
            clock.set(offset);
            awaitDate(scenario.app(), offset);
            scenario.prober().assertBothStay(200, PromisedTimes.SILENCE_IS_SEEN);
        }
        assertEquals(scenario.capacity(), scenario.requestPool().get("able").asInt());
        assertStories(scenario, from, ALIVE);
        clock.set(Duration.ofDays(-1));
        scenario.prober().awaitBoth(422, scenario.app().process().signal("KILL"), PromisedTimes.SILENCE_IS_SEEN);
        assertStories(scenario, from, DIED);
        // Only the sidecar's log reads its clock: the line that tells of this death is of yesterday.
        String yesterday = LocalDate.ofInstant(Instant.now().minus(Duration.ofDays(1)), ZoneOffset.UTC)
                .toString();
        scenario.sidecar().process().awaitStderr("^" + yesterday + ".* live .*422", Duration.ofSeconds(10));
    }

    /** Until the server dates its answers by the time that its clock has been set to. */
    private static void awaitDate(App app, Duration offset) {
        Await.until(
                Duration.ofSeconds(10),
                () -> {
                    Instant date = DateTimeFormatter.RFC_1123_DATE_TIME.parse(
                            Http.get(app.port(), "/ping").header("Date"), Instant::from);
                    Duration error =
                            Duration.between(Instant.now().plus(offset), date).abs();
                    return error.compareTo(Duration.ofMinutes(10)) < 0;
                },
                () -> "the server's clock is set by " + offset);
    }

    @TruthMatrixRow(
            number = 20,
            fault = "two JVMs, one SIGKILLed",
            answer = "200, the sum falls; 422 with `--min-sources 2`")
    void oneOfTwoKilled_isAlive_unlessTwoAreWanted() {
        Scenario either = new Scenario(processes, server).withSidecar().withServer();
        App other = either.start(either.sidecar().statsdPort());
        other.awaitStarted();
        // The second pool of a JVM, the management port's, may be found a sample later than the first.
        Await.until(
                PromisedTimes.LIFE_IS_SEEN,
                () -> sources(either) == 2 && pools(either) == 4,
                () -> either.sidecar().verbose().toString());
        Moment from = Moment.now();
        int both = either.sidecar().verbose().get("workers").asInt();
        other.process().signal("KILL");
        Await.until(PromisedTimes.SILENCE_IS_SEEN, () -> sources(either) == 1, () -> "one is left");
        assertEquals(both / 2, either.sidecar().verbose().get("workers").asInt());
        assertStories(either, from, ALIVE);

        Scenario two = new Scenario(processes, server).withSidecar("--min-sources", "2");
        App first = two.start(two.sidecar().statsdPort());
        App second = two.start(two.sidecar().statsdPort());
        first.awaitStarted();
        second.awaitStarted();
        processes.onlyWaits();
        two.prober().awaitBoth(200, Moment.now(), PromisedTimes.LIFE_IS_SEEN);
        two.prober().awaitBoth(422, second.process().signal("KILL"), PromisedTimes.SILENCE_IS_SEEN);
    }

    @TruthMatrixRow(
            number = 21,
            fault = "`keytool` and `jcmd` started in the app's container with the agent in `JAVA_TOOL_OPTIONS`",
            answer = "no effect, no output of ours")
    void jdkToolsWithTheAgent_haveNoEffect() {
        Scenario scenario = new Scenario(processes, server).withSidecar().withServer();
        Moment from = Moment.now();
        String options = TestProcesses.agent("port=" + scenario.sidecar().statsdPort());
        for (List<String> command : List.of(List.of("keytool", "-help"), List.of("jcmd", "-l"))) {
            List<String> line = new ArrayList<>(command);
            line.set(0, server.jdk().tool(command.get(0)).toString());
            ProcessUnderTest tool = processes.process(command.get(0), Map.of("JAVA_TOOL_OPTIONS", options), line);
            assertEquals(0, tool.awaitExit(Duration.ofSeconds(60)));
            assertTrue(!tool.stderr().contains("healthcheck: "), tool.stderr());
        }
        scenario.prober().assertBothStay(200, PromisedTimes.SILENCE_IS_SEEN);
        assertStories(scenario, from, ALIVE);
        assertEquals(1, sources(scenario));
    }

    @TruthMatrixRow(
            number = 24,
            fault = "server-sent events, asynchronous requests and WebSockets, 500 open connections and no busy worker",
            answer = "200 throughout")
    void asyncRequestsAndOpenConnections_areAlive() throws IOException {
        Scenario scenario =
                new Scenario(processes, withWebSockets()).withSidecar().withServer();
        Moment from = Moment.now();
        List<CompletableFuture<HttpResponse<String>>> streams = new ArrayList<>();
        for (int i = 0; i < 3 * scenario.capacity(); i++) {
            streams.add(Http.send(scenario.app().port(), "/events?count=20&pause=500"));
        }
        List<WebSocket> sockets = new ArrayList<>();
        for (int i = 0; i < 250; i++) {
            processes.add(connection(scenario.app().port()));
            sockets.add(processes.add(WebSocket.open(scenario.app().port(), "/socket")));
        }
        scenario.await("busy", 0, Duration.ofSeconds(10));
        processes.onlyWaits();
        for (int i = 0; i < 3; i++) {
            for (WebSocket socket : sockets) {
                socket.send("/ping");
            }
            for (WebSocket socket : sockets) {
                assertEquals("pong", socket.receive());
            }
            Await.pause(Duration.ofSeconds(1));
        }
        for (CompletableFuture<HttpResponse<String>> stream : streams) {
            assertEquals(
                    20,
                    stream.join()
                            .body()
                            .lines()
                            .filter(line -> line.equals("data: tick"))
                            .count());
        }
        scenario.await("busy", 0, Duration.ofSeconds(10));
        assertStories(scenario, from, ALIVE);
    }

    @TruthMatrixRow(
            number = 25,
            fault = "the thread that hands requests to the workers dies or gives up, of an OutOfMemoryError (Tomcat's "
                    + "poller, Jetty's selector)",
            answer = "422, and a line that says so: it never serves again")
    void poolThatNoRequestReaches_isDead() {
        Scenario scenario = new Scenario(processes, server).withSidecar().withServer();
        Http.get(scenario.app().port(), "/poller");
        processes.onlyWaits();
        scenario.prober().awaitBoth(422, Moment.now(), Duration.ofSeconds(20));
        scenario.prober().assertBothStay(422, Duration.ofSeconds(3));
        scenario.app()
                .process()
                .awaitStderr(
                        "healthcheck: requests no longer reach pool .* "
                                + "(its thread .*-Poller has died|no thread has waited for requests on its sockets)",
                        Duration.ofSeconds(10));
        assertTrue(scenario.app().process().isAlive());
    }

    @TruthMatrixRow(
            number = 27,
            fault = "all workers hung in the handlers of WebSockets' messages",
            answer = "422 at stuck-after + 2 intervals, 200 when they come free")
    void allHungInMessagesOfWebSockets_isDead_untilTheyComeFree() throws IOException {
        Scenario scenario =
                new Scenario(processes, withWebSockets()).withSidecar().withServer();
        Moment from = Moment.now();
        List<WebSocket> sockets = new ArrayList<>();
        for (int i = 0; i < 4 * scenario.capacity(); i++) {
            sockets.add(processes.add(WebSocket.open(scenario.app().port(), "/socket")));
        }
        for (WebSocket socket : sockets) {
            socket.send("/hang");
        }
        scenario.awaitFull();
        processes.onlyWaits();
        scenario.prober().awaitBoth(422, Moment.now(), Scenario.STUCK_IS_SEEN);
        scenario.prober().awaitBoth(200, scenario.free(), PromisedTimes.LIFE_IS_SEEN);
        assertStories(scenario, from, DIED_AND_ROSE);
    }

    @TruthMatrixRow(
            number = 28,
            fault = "no thread can be created any more, and the request pool has none: it is idle, and shrunk to its "
                    + "minimum of no worker",
            answer = "422 within 15 s, 200 within 15 s of when threads can be created again")
    void poolThatCannotBeGivenAThread_isDead_untilItCan() {
        ThreadLimit limit = ThreadLimit.make();
        Scenario scenario = new Scenario(processes, server)
                .withSidecar()
                .withEnvironment(limit.environment())
                .withServer("min=0");
        processes.onlyWaits();
        Moment from = Moment.now();
        scenario.prober().awaitBoth(422, limit.reach(), Duration.ofSeconds(15));
        assertTrue(
                scenario.description()
                        .contains(scenario.requestPool().get("name").asString()),
                scenario.description());
        scenario.prober().assertBothStay(422, Duration.ofSeconds(12));
        scenario.prober().awaitBoth(200, limit.lift(), Duration.ofSeconds(15));
        assertEquals("pong", Http.get(scenario.app().port(), "/ping").body());
        scenario.prober().assertBothStay(200, Duration.ofSeconds(3));
        assertStories(scenario, from, DIED_AND_ROSE);
    }

    /** The same server with WebSockets. */
    private ServerVersion.OnJdk withWebSockets() {
        return ServerVersion.newestOnEveryJdk(server.server().name() + "-websocket")
                .filter(each -> each.jdk().equals(server.jdk()))
                .findFirst()
                .orElseThrow();
    }

    private static void assertStories(Scenario scenario, Moment from, List<String> story) {
        assertEquals(
                story,
                scenario.prober().storyOf(LIVE, from),
                () -> scenario.prober().describe());
        assertEquals(
                story,
                scenario.prober().storyOf(READY, from),
                () -> scenario.prober().describe());
    }

    private static int sources(Scenario scenario) {
        return scenario.sidecar().verbose().get("sources_current").asInt();
    }

    private static int pools(Scenario scenario) {
        int pools = 0;
        for (JsonNode source : scenario.sidecar().verbose().get("sources")) {
            pools += source.get("pools").size();
        }
        return pools;
    }

    /** Asks again and again until that time; the number of times that it was served. */
    private static CompletableFuture<Integer> askUntil(int port, String path, Moment end) {
        return Http.send(port, path)
                .thenCompose(response -> end.hasCome()
                        ? CompletableFuture.completedFuture(1)
                        : askUntil(port, path, end).thenApply(count -> count + 1));
    }

    /** Whether, for longer than a lease, both pools served and the probes said 200, or did not and the probes said 422. */
    private static boolean settledOnTheTruth(Scenario scenario) {
        boolean served = serves(scenario.app());
        Moment from = Moment.now();
        Await.pause(PromisedTimes.SILENCE_IS_SEEN);
        List<String> truth = served ? ALIVE : List.of("422 NoWorkers");
        return truth.equals(scenario.prober().storyOf(LIVE, from))
                && truth.equals(scenario.prober().storyOf(READY, from))
                && serves(scenario.app()) == served;
    }

    private static boolean serves(App app) {
        return answers(app.port()) && answers(app.managementPort());
    }

    private static boolean answers(int port) {
        try {
            return Http.ask("GET", port, "/ping", Duration.ofSeconds(2)).status() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /** A connection on which one request was answered, and which is kept. */
    private static Socket connection(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getByName("localhost"), port);
        socket.getOutputStream().write("GET /ping HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        assertTrue(socket.getInputStream().read() >= 0);
        return socket;
    }
}
