package com.approck.healthcheck.it;

import static com.approck.healthcheck.it.probe.Prober.Probe.LIVE;
import static com.approck.healthcheck.it.probe.Prober.Probe.READY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.probe.Http;
import com.approck.healthcheck.it.probe.Prober;
import com.approck.healthcheck.it.probe.Relay;
import com.approck.healthcheck.it.probe.WebSocket;
import com.approck.healthcheck.it.process.Await;
import com.approck.healthcheck.it.process.FakeClock;
import com.approck.healthcheck.it.process.Moment;
import com.approck.healthcheck.it.process.ProcessUnderTest;
import com.approck.healthcheck.it.process.ThreadLimit;
import com.approck.healthcheck.it.server.ServerVersion;
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
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The truth matrix on real servers: every way that workers die, and every way that they only seem to. A prober asks both
 * probes every 100 ms, so that a flap of one answer fails the row.
 */
@ParameterizedClass(name = "{0}")
@MethodSource("servers")
final class TruthMatrixIT {

    private static final List<String> ALIVE = List.of("200");
    private static final List<String> DIED = List.of("200", "422 NoWorkers");
    private static final List<String> DIED_AND_ROSE = List.of("200", "422 NoWorkers", "200");

    @Parameter
    ServerVersion.OnJdk server;

    @RegisterExtension
    final Run run = new Run();

    /** The newest Jetty and the newest Tomcat, on every JDK of this machine. */
    static Stream<ServerVersion.OnJdk> servers() {
        return ServerVersion.newestOnEveryJdk("jetty", "tomcat");
    }

    @Row(number = 1, fault = "booting, no pool yet", answer = "422, then 200 for good")
    void booting_isDead_thenAliveForGood() {
        Scene scene = new Scene(run, server).withSidecar();
        Moment before = Moment.now();
        scene.withServer("late=3000");
        scene.prober().assertBothStay(200, Contract.SILENCE_IS_SEEN);
        assertStories(scene, before, List.of("422 NoWorkers", "200"));
    }

    @Row(
            number = 2,
            fault = "idle for 3 minutes, pool shrunk to its minimum (to zero where it can)",
            answer = "200 throughout")
    void idleAndShrunk_isAlive() {
        Scene scene = new Scene(run, server).withSidecar().withServer("min=0", "idle=2000");
        CompletableFuture.allOf(scene.fill("/slow?bytes=81920&pause=500").toArray(CompletableFuture[]::new))
                .join();
        int grown = scene.requestPool().get("alive").asInt();
        run.onlyWaits();
        scene.prober().assertBothStay(200, Duration.ofMinutes(3));
        int shrunk = scene.requestPool().get("alive").asInt();
        assertTrue(shrunk < grown, "the pool has shrunk: from " + grown + " to " + shrunk);
        assertEquals(scene.capacity(), scene.requestPool().get("able").asInt());
    }

    @Row(
            number = 3,
            fault = "every worker busy for 2 s a request, queue full, for 60 s",
            answer = "live 200 throughout")
    void loadedAndQueueing_isAlive() {
        Scene scene = new Scene(run, server).withSidecar().withServer();
        Moment from = Moment.now();
        Moment end = from.plus(Duration.ofSeconds(60));
        List<CompletableFuture<Integer>> clients = new ArrayList<>();
        for (int i = 0; i < 4 * scene.capacity(); i++) {
            clients.add(askUntil(scene.app().port(), "/sleep?ms=2000", end));
        }
        // Tomcat's connections above its threads wait in its executor's queue, Jetty's in its pool's.
        Await.until(
                Duration.ofSeconds(30),
                () -> scene.requestPool().get("queued").asInt() > 0,
                () -> "requests are queued: " + scene.requestPool());
        run.onlyWaits();
        CompletableFuture.allOf(clients.toArray(CompletableFuture[]::new)).join();
        assertTrue(clients.stream().allMatch(client -> client.join() > 0), "every client was served");
        scene.prober().assertOnly(LIVE, 200, from, Moment.now());
        assertEquals(ALIVE, scene.prober().storyOf(READY, from));
    }

    @Row(number = 4, fault = "every worker on a slow download that moves", answer = "live 200 throughout")
    void slowDownloads_areAlive() {
        Scene scene = new Scene(run, server).withSidecar().withServer();
        Moment from = Moment.now();
        // 40 chunks with half a second between them: many times stuck-after.
        List<CompletableFuture<HttpResponse<String>>> downloads = scene.fill("/slow?bytes=327680&pause=500");
        run.onlyWaits();
        for (CompletableFuture<HttpResponse<String>> download : downloads) {
            assertEquals(327_680, download.join().body().length());
        }
        assertStories(scene, from, ALIVE);
    }

    @Row(number = 5, fault = "one worker of N hung", answer = "200, count N-1")
    void oneHung_isAlive_andOneIsMissing() {
        Scene scene = new Scene(run, server).withSidecar().withServer();
        Moment from = Moment.now();
        int capacity = scene.capacity();
        CompletableFuture<HttpResponse<String>> hung = scene.onOneWorker("/hang");
        scene.await("stuck", 1, Scene.STUCK_IS_SEEN.plusSeconds(1));
        assertEquals(capacity - 1, scene.requestPool().get("able").asInt());
        scene.free();
        scene.await("able", capacity, Contract.LIFE_IS_SEEN);
        assertEquals(200, hung.join().statusCode());
        assertStories(scene, from, ALIVE);
    }

    @Row(
            number = 6,
            fault = "all workers hung in a socket read without time-out",
            answer = "422 at stuck-after + 2 intervals, 200 when they come free")
    void allHung_isDead_untilTheyComeFree() {
        Scene scene = new Scene(run, server).withSidecar().withServer();
        Moment from = Moment.now();
        scene.fill("/hang");
        scene.prober().awaitBoth(422, Moment.now(), Scene.STUCK_IS_SEEN);
        Moment freed = scene.free();
        scene.prober().awaitBoth(200, freed, Contract.LIFE_IS_SEEN);
        scene.prober().assertBothStay(200, Duration.ofSeconds(3));
        assertStories(scene, from, DIED_AND_ROSE);
    }

    @Row(number = 7, fault = "all workers deadlocked on two locks", answer = "422 within 5 s")
    void deadlocked_isDead() {
        Scene scene = new Scene(run, server).withSidecar();
        // With a stuck-after of a minute: it is the deadlock that is seen, and no time that passes.
        App app = scene.startWith(List.of(Run.agent("port=" + scene.sidecar().statsdPort())));
        scene.prober().awaitBoth(200, app.awaitStarted(), Contract.LIFE_IS_SEEN);
        Moment from = Moment.now();
        scene.fill("/deadlock?shared");
        scene.prober().awaitBoth(422, Moment.now(), Duration.ofSeconds(5));
        scene.prober().assertBothStay(422, Duration.ofSeconds(3));
        assertStories(scene, from, DIED);
    }

    @Row(
            number = 8,
            fault = "a lock held for ever by a thread outside the pool, all workers wait for it",
            answer = "422 at stuck-after + 2 intervals, 200 when it is let go")
    void lockHeldElsewhere_isDead_untilItIsLetGo() {
        Scene scene = new Scene(run, server).withSidecar().withServer();
        Moment from = Moment.now();
        scene.fill("/lock");
        scene.prober().awaitBoth(422, Moment.now(), Scene.STUCK_IS_SEEN);
        scene.prober().awaitBoth(200, scene.free(), Contract.LIFE_IS_SEEN);
        assertStories(scene, from, DIED_AND_ROSE);
    }

    @Row(
            number = 9,
            fault = "a second pool (management port) healthy while the request pool is dead",
            answer = "422, the pool named in `description`")
    void managementPoolAlive_requestPoolDead_isDead() {
        Scene scene = new Scene(run, server).withSidecar().withServer();
        String requestPool = scene.requestPool().get("name").asString();
        scene.fill("/hang");
        scene.prober().awaitBoth(422, Moment.now(), Scene.STUCK_IS_SEEN);
        assertEquals("pong", Http.get(scene.app().managementPort(), "/ping").body());
        assertTrue(scene.description().contains(requestPool), scene.description());
        scene.prober().assertBothStay(422, Duration.ofSeconds(3));
    }

    @Row(number = 10, fault = "SIGKILL; and `Runtime.halt`", answer = "422 at lease + 1 s")
    void killedOrHalted_isDead_whenItsLeaseRanOut() {
        Scene scene = new Scene(run, server).withSidecar().withServer();
        Moment from = Moment.now();
        scene.prober().awaitBoth(422, scene.app().process().signal("KILL"), Contract.SILENCE_IS_SEEN);
        assertStories(scene, from, DIED);

        scene.withServer();
        Moment again = Moment.now();
        CompletableFuture<HttpResponse<String>> halting = scene.onOneWorker("/halt");
        assertEquals(137, scene.app().process().awaitExit(Duration.ofSeconds(30)));
        scene.prober().awaitBoth(422, Moment.now(), Contract.SILENCE_IS_SEEN);
        assertTrue(halting.isCompletedExceptionally(), "the JVM ended before it answered");
        assertStories(scene, again, DIED);
    }

    @Row(number = 11, fault = "SIGSTOP for 20 s, then SIGCONT", answer = "422 at lease + 1 s, 200 within 2 s of waking")
    void stopped_isDead_andAliveOnceItGoesOn() {
        Scene scene = new Scene(run, server).withSidecar().withServer();
        // Requests in flight: a worker that could not run was not stuck.
        List<CompletableFuture<HttpResponse<String>>> inFlight = scene.fill("/slow?bytes=327680&pause=500");
        Moment from = Moment.now();
        scene.prober().awaitBoth(422, scene.app().process().signal("STOP"), Contract.SILENCE_IS_SEEN);
        run.onlyWaits();
        Await.pause(from.plus(Duration.ofSeconds(20)).since(Moment.now()));
        Moment waking = scene.app().process().signal("CONT");
        scene.prober().awaitBoth(200, waking, Contract.LIFE_IS_SEEN);
        scene.prober().assertBothStay(200, Contract.SILENCE_IS_SEEN);
        assertStories(scene, from, DIED_AND_ROSE);
        inFlight.forEach(CompletableFuture::join);
    }

    @Row(number = 12, fault = "full GC or safepoint stall shorter than the lease", answer = "200 throughout")
    void stalledForLessThanTheLease_isAlive() {
        Scene scene = new Scene(run, server).withSidecar().withServer();
        Moment from = Moment.now();
        ProcessUnderTest app = scene.app().process();
        for (int i = 0; i < 5; i++) {
            run.process("jcmd", Map.of(), List.of(server.jdk().tool("jcmd").toString(), "" + app.pid(), "GC.run"))
                    .awaitExit(Duration.ofSeconds(60));
        }
        // As the longest safepoint would: no thread of the JVM runs for three seconds.
        for (int i = 0; i < 2; i++) {
            app.signal("STOP");
            Await.pause(Duration.ofSeconds(3));
            app.signal("CONT");
            Await.pause(Duration.ofSeconds(2));
        }
        assertStories(scene, from, ALIVE);
    }

    @Row(
            number = 13,
            fault = "OutOfMemoryError in workers and, the heap being full, in the agent's own thread",
            answer = "200 once it serves again, 422 if it never does or then dies: never a stuck 200")
    void outOfMemory_isTheTruthAgain_onceThereIsMemory() {
        Scene scene = new Scene(run, server).withSidecar();
        App app = scene.startWith(
                List.of("-Xmx48m", Run.agent("port=" + scene.sidecar().statsdPort() + ",stuck-after=3s")));
        scene.prober().awaitBoth(200, app.awaitStarted(), Contract.LIFE_IS_SEEN);
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
                () -> settledOnTheTruth(scene),
                () -> "the probes settle on what the server does\n"
                        + scene.prober().describe() + "\n" + app.process().describe());
        assertTrue(app.process().isAlive());
        scene.prober().awaitBoth(422, app.process().signal("KILL"), Contract.SILENCE_IS_SEEN);
    }

    @Row(
            number = 14,
            fault = "SIGTERM with 5 s of requests in flight",
            answer = "ready 422 at once, live 200 until the pool is gone, requests finish")
    void terminated_isNotReadyAtOnce_andAliveUntilItsPoolIsGone() throws IOException {
        Scene scene = new Scene(run, server).withSidecar().withServer("graceful=20000");
        Moment from = Moment.now();
        scene.prober().assertBothStay(200, Duration.ofMillis(500));
        InputStream download = Http.open(scene.app().port(), "/slow?bytes=81920&pause=500");
        assertEquals(0, download.read());
        Moment terminated = scene.app().process().signal("TERM");
        scene.prober().await(READY, 422, terminated, Contract.AT_ONCE);
        assertEquals(81_919, download.readAllBytes().length);
        scene.prober().assertOnly(LIVE, 200, terminated, Moment.now());
        scene.app().process().awaitExit(Duration.ofSeconds(30));
        scene.prober().awaitBoth(422, Moment.now(), Contract.AT_ONCE);
        scene.prober().assertBothStay(422, Duration.ofMillis(500));
        assertEquals(DIED, scene.prober().storyOf(LIVE, from));
        assertEquals(
                List.of("200", "422 ShuttingDown", "422 NoWorkers"),
                scene.prober().storyOf(READY, from));
    }

    @Row(number = 15, fault = "sidecar SIGKILLed and restarted; sidecar started 30 s late", answer = "200 within 2 s")
    void sidecarRestartedOrLate_knowsTheServer() {
        Scene scene = new Scene(run, server).withSidecar().withServer();
        scene.prober().awaitBoth(200, scene.sidecar().killAndRestart(), Contract.LIFE_IS_SEEN);
        scene.sidecar().process().close();
        run.onlyWaits();
        Await.pause(Duration.ofSeconds(30));
        scene.prober().awaitBoth(200, scene.sidecar().restart(), Contract.LIFE_IS_SEEN);
        scene.prober().assertBothStay(200, Duration.ofSeconds(3));
    }

    @Row(number = 16, fault = "sidecar SIGSTOPped for 20 s, then SIGCONT, app healthy", answer = "first answer is 200")
    void sidecarStopped_answersTheTruthFirst() {
        Scene scene = new Scene(run, server).withSidecar().withServer();
        Moment from = scene.sidecar().process().signal("STOP");
        run.onlyWaits();
        Await.pause(Duration.ofSeconds(20));
        Moment waking = scene.sidecar().process().signal("CONT");
        scene.prober().awaitBoth(200, waking, Contract.LIFE_IS_SEEN);
        Await.pause(Duration.ofSeconds(2));
        for (Prober.Probe probe : Prober.Probe.values()) {
            for (Prober.Answer answer : scene.prober().after(probe, from)) {
                assertTrue(
                        answer.status() == 200 || answer.status() == Prober.NO_ANSWER,
                        () -> "only silence and 200\n" + scene.prober().describe());
            }
        }
    }

    @Row(
            number = 17,
            fault = "30 % and 60 % of datagrams lost for 3 minutes",
            answer = "200 throughout at 30 %, and at 60 % too")
    void lossyNetwork_isAlive() {
        Scene thirty = new Scene(run, server).withSidecar();
        Scene sixty = new Scene(run, server).withSidecar();
        Relay losesThirty = run.add(Relay.start(thirty.sidecar().statsdPort(), 0.3));
        Relay losesSixty = run.add(Relay.start(sixty.sidecar().statsdPort(), 0.6));
        App first = thirty.start(losesThirty.port());
        App second = sixty.start(losesSixty.port());
        first.awaitStarted();
        second.awaitStarted();
        thirty.prober().awaitBoth(200, Moment.now(), Contract.SILENCE_IS_SEEN);
        sixty.prober().awaitBoth(200, Moment.now(), Contract.SILENCE_IS_SEEN);
        Moment from = Moment.now();
        run.onlyWaits();
        Await.pause(Duration.ofMinutes(3));
        assertStories(thirty, from, ALIVE);
        assertStories(sixty, from, ALIVE);
        assertTrue(losesThirty.lost() > losesThirty.passed() / 4, "the relay lost its share");
        assertTrue(losesSixty.lost() > losesSixty.passed(), "the relay lost its share");
    }

    @Row(
            number = 19,
            fault = "wall clock of both JVMs set an hour forth, a day back, and right again (libfaketime)",
            answer = "200 throughout, and 422 in time when the server is killed as the clock is set back")
    void wallClockSetBackAndForth_hasNoEffect() {
        FakeClock clock = FakeClock.start();
        Scene scene = new Scene(run, server)
                .withEnvironment(clock.environment())
                .withSidecar()
                .withServer();
        Moment from = Moment.now();
        for (Duration offset : List.of(Duration.ofHours(1), Duration.ofDays(-1), Duration.ZERO)) {
            clock.set(offset);
            awaitDate(scene.app(), offset);
            scene.prober().assertBothStay(200, Contract.SILENCE_IS_SEEN);
        }
        assertEquals(scene.capacity(), scene.requestPool().get("able").asInt());
        assertStories(scene, from, ALIVE);
        clock.set(Duration.ofDays(-1));
        scene.prober().awaitBoth(422, scene.app().process().signal("KILL"), Contract.SILENCE_IS_SEEN);
        assertStories(scene, from, DIED);
        // Only the sidecar's log reads its clock: the line that tells of this death is of yesterday.
        String yesterday = LocalDate.ofInstant(Instant.now().minus(Duration.ofDays(1)), ZoneOffset.UTC)
                .toString();
        scene.sidecar().process().awaitStderr("^" + yesterday + ".* live .*422", Duration.ofSeconds(10));
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

    @Row(number = 20, fault = "two JVMs, one SIGKILLed", answer = "200, the sum falls; 422 with `--min-sources 2`")
    void oneOfTwoKilled_isAlive_unlessTwoAreWanted() {
        Scene either = new Scene(run, server).withSidecar().withServer();
        App other = either.start(either.sidecar().statsdPort());
        other.awaitStarted();
        Await.until(Contract.LIFE_IS_SEEN, () -> sources(either) == 2, () -> "both are heard");
        Moment from = Moment.now();
        int both = either.sidecar().verbose().get("workers").asInt();
        other.process().signal("KILL");
        Await.until(Contract.SILENCE_IS_SEEN, () -> sources(either) == 1, () -> "one is left");
        assertEquals(both / 2, either.sidecar().verbose().get("workers").asInt());
        assertStories(either, from, ALIVE);

        Scene two = new Scene(run, server).withSidecar("--min-sources", "2");
        App first = two.start(two.sidecar().statsdPort());
        App second = two.start(two.sidecar().statsdPort());
        first.awaitStarted();
        second.awaitStarted();
        two.prober().awaitBoth(200, Moment.now(), Contract.LIFE_IS_SEEN);
        two.prober().awaitBoth(422, second.process().signal("KILL"), Contract.SILENCE_IS_SEEN);
    }

    @Row(
            number = 21,
            fault = "`keytool` and `jcmd` started in the app's container with the agent in `JAVA_TOOL_OPTIONS`",
            answer = "no effect, no output of ours")
    void jdkToolsWithTheAgent_haveNoEffect() {
        Scene scene = new Scene(run, server).withSidecar().withServer();
        Moment from = Moment.now();
        String options = Run.agent("port=" + scene.sidecar().statsdPort());
        for (List<String> command : List.of(List.of("keytool", "-help"), List.of("jcmd", "-l"))) {
            List<String> line = new ArrayList<>(command);
            line.set(0, server.jdk().tool(command.get(0)).toString());
            ProcessUnderTest tool = run.process(command.get(0), Map.of("JAVA_TOOL_OPTIONS", options), line);
            assertEquals(0, tool.awaitExit(Duration.ofSeconds(60)));
            assertTrue(!tool.stderr().contains("healthcheck: "), tool.stderr());
        }
        scene.prober().assertBothStay(200, Contract.SILENCE_IS_SEEN);
        assertStories(scene, from, ALIVE);
        assertEquals(1, sources(scene));
    }

    @Row(
            number = 24,
            fault = "server-sent events, asynchronous requests and WebSockets, 500 open connections and no busy worker",
            answer = "200 throughout")
    void asyncRequestsAndOpenConnections_areAlive() throws IOException {
        Scene scene = new Scene(run, withWebSockets()).withSidecar().withServer();
        Moment from = Moment.now();
        List<CompletableFuture<HttpResponse<String>>> streams = new ArrayList<>();
        for (int i = 0; i < 3 * scene.capacity(); i++) {
            streams.add(Http.send(scene.app().port(), "/events?count=20&pause=500"));
        }
        List<WebSocket> sockets = new ArrayList<>();
        for (int i = 0; i < 250; i++) {
            run.add(connection(scene.app().port()));
            sockets.add(run.add(WebSocket.open(scene.app().port(), "/socket")));
        }
        scene.await("busy", 0, Duration.ofSeconds(10));
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
        scene.await("busy", 0, Duration.ofSeconds(10));
        assertStories(scene, from, ALIVE);
    }

    @Row(
            number = 25,
            fault = "the thread that hands requests to the workers dies or gives up, of an OutOfMemoryError (Tomcat's "
                    + "poller, Jetty's selector)",
            answer = "422, and a line that says so: it never serves again")
    void poolThatNoRequestReaches_isDead() {
        Scene scene = new Scene(run, server).withSidecar().withServer();
        Http.get(scene.app().port(), "/poller");
        scene.prober().awaitBoth(422, Moment.now(), Duration.ofSeconds(20));
        scene.prober().assertBothStay(422, Duration.ofSeconds(3));
        scene.app()
                .process()
                .awaitStderr(
                        "healthcheck: requests no longer reach pool .* "
                                + "(its thread .*-Poller has died|no thread has waited for requests on its sockets)",
                        Duration.ofSeconds(10));
        assertTrue(scene.app().process().isAlive());
    }

    @Row(
            number = 27,
            fault = "all workers hung in the handlers of WebSockets' messages",
            answer = "422 at stuck-after + 2 intervals, 200 when they come free")
    void allHungInMessagesOfWebSockets_isDead_untilTheyComeFree() throws IOException {
        Scene scene = new Scene(run, withWebSockets()).withSidecar().withServer();
        Moment from = Moment.now();
        List<WebSocket> sockets = new ArrayList<>();
        for (int i = 0; i < 4 * scene.capacity(); i++) {
            sockets.add(run.add(WebSocket.open(scene.app().port(), "/socket")));
        }
        for (WebSocket socket : sockets) {
            socket.send("/hang");
        }
        scene.awaitFull();
        scene.prober().awaitBoth(422, Moment.now(), Scene.STUCK_IS_SEEN);
        scene.prober().awaitBoth(200, scene.free(), Contract.LIFE_IS_SEEN);
        assertStories(scene, from, DIED_AND_ROSE);
    }

    @Row(
            number = 28,
            fault = "no thread can be created any more, and the request pool has none: it is idle, and shrunk to its "
                    + "minimum of no worker",
            answer = "422 within 15 s, 200 within 15 s of when threads can be created again")
    void poolThatCannotBeGivenAThread_isDead_untilItCan() {
        ThreadLimit limit = ThreadLimit.make();
        Scene scene = new Scene(run, server)
                .withSidecar()
                .withEnvironment(limit.environment())
                .withServer("min=0");
        Moment from = Moment.now();
        scene.prober().awaitBoth(422, limit.reach(), Duration.ofSeconds(15));
        assertTrue(scene.description().contains(scene.requestPool().get("name").asString()), scene.description());
        scene.prober().assertBothStay(422, Duration.ofSeconds(12));
        scene.prober().awaitBoth(200, limit.lift(), Duration.ofSeconds(15));
        assertEquals("pong", Http.get(scene.app().port(), "/ping").body());
        scene.prober().assertBothStay(200, Duration.ofSeconds(3));
        assertStories(scene, from, DIED_AND_ROSE);
    }

    /** The same server with WebSockets. */
    private ServerVersion.OnJdk withWebSockets() {
        return ServerVersion.newestOnEveryJdk(server.server().name() + "-websocket")
                .filter(each -> each.jdk().equals(server.jdk()))
                .findFirst()
                .orElseThrow();
    }

    private static void assertStories(Scene scene, Moment from, List<String> story) {
        assertEquals(
                story, scene.prober().storyOf(LIVE, from), () -> scene.prober().describe());
        assertEquals(
                story, scene.prober().storyOf(READY, from), () -> scene.prober().describe());
    }

    private static int sources(Scene scene) {
        return scene.sidecar().verbose().get("sources_current").asInt();
    }

    /** Asks again and again until that time; the number of times that it was served. */
    private static CompletableFuture<Integer> askUntil(int port, String path, Moment end) {
        return Http.send(port, path)
                .thenCompose(response -> end.hasCome()
                        ? CompletableFuture.completedFuture(1)
                        : askUntil(port, path, end).thenApply(count -> count + 1));
    }

    /** Whether, for longer than a lease, both pools served and the probes said 200, or did not and the probes said 422. */
    private static boolean settledOnTheTruth(Scene scene) {
        boolean served = serves(scene.app());
        Moment from = Moment.now();
        Await.pause(Contract.SILENCE_IS_SEEN);
        List<String> truth = served ? ALIVE : List.of("422 NoWorkers");
        return truth.equals(scene.prober().storyOf(LIVE, from))
                && truth.equals(scene.prober().storyOf(READY, from))
                && serves(scene.app()) == served;
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
