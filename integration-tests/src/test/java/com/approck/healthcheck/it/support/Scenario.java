package com.approck.healthcheck.it.support;

import com.approck.healthcheck.it.support.probe.Http;
import com.approck.healthcheck.it.support.probe.Prober;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.Moment;
import com.approck.healthcheck.it.support.samples.ServerVersion;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;

/** What a row of the truth matrix acts with: a real server with the agent, a sidecar, and a prober that misses nothing. */
public final class Scenario {

    /** The {@code stuck-after} of the rows that wait for it. */
    static final Duration STUCK_AFTER = Duration.ofSeconds(3);

    /** What the agent takes at most to say so: it looks once an interval, and sees a request at its next look. */
    public static final Duration STUCK_IS_SEEN = STUCK_AFTER.plusSeconds(2).plusSeconds(1);

    private static final int THREADS = 12;

    /** The management pool has the server's default: 200, less what Jetty keeps for itself. */
    private static final int MIN_DEFAULT_THREADS = 100;

    private static final Duration TO_ARRIVE = Duration.ofSeconds(20);

    private final TestProcesses processes;
    private final ServerVersion.OnJdk server;
    private Map<String, String> environment = Map.of();
    private UnaryOperator<List<String>> launcher = command -> command;
    private Sidecar sidecar;
    private Prober prober;
    private App app;

    public Scenario(TestProcesses processes, ServerVersion.OnJdk server) {
        this.processes = processes;
        this.server = server;
    }

    TestProcesses processes() {
        return processes;
    }

    Jdk jdk() {
        return server.jdk();
    }

    public Sidecar sidecar() {
        return sidecar;
    }

    public Prober prober() {
        return prober;
    }

    public App app() {
        return app;
    }

    /** What is started from now on has these variables. */
    public Scenario withEnvironment(Map<String, String> variables) {
        environment = variables;
        return this;
    }

    /** Servers that are started from now on are started by that command, which is given theirs. */
    public Scenario launchedBy(UnaryOperator<List<String>> launcher) {
        this.launcher = launcher;
        return this;
    }

    /** A sidecar and its prober, of which both have answered. */
    public Scenario withSidecar(String... flags) {
        sidecar = processes.sidecar(server.jdk(), environment, flags);
        prober = processes.prober(sidecar);
        prober.awaitFirst();
        return this;
    }

    /** A server beside the sidecar, seen alive: twelve threads, and a second pool on the management port. */
    public Scenario withServer(String... options) {
        app = start(sidecar.statsdPort(), options);
        Moment started = app.awaitStarted();
        prober.awaitBoth(200, started, PromisedTimes.LIFE_IS_SEEN);
        return this;
    }

    /** A server that speaks to that port; with {@link #STUCK_AFTER}. */
    public App start(int statsdPort, String... options) {
        return startWith(
                List.of(TestProcesses.agent("port=" + statsdPort + ",stuck-after=" + STUCK_AFTER.toSeconds() + "s")),
                options);
    }

    public App startWith(List<String> jvmFlags, String... options) {
        List<String> all = new ArrayList<>(List.of("threads=" + THREADS, "management=0"));
        all.addAll(List.of(options));
        app = processes.app(server, jvmFlags, environment, launcher, all.toArray(String[]::new));
        return app;
    }

    /** How many requests the request pool takes at once, as the agent says. */
    public int capacity() {
        return requestPool().get("capacity").asInt();
    }

    /** The request pool's entry in {@code ?verbose}: that of the two which is not the management pool. */
    public JsonNode requestPool() {
        return Await.value(
                PromisedTimes.LIFE_IS_SEEN,
                () -> sidecar.verbose()
                        .get("sources")
                        .valueStream()
                        .flatMap(source -> source.get("pools").valueStream())
                        // Each number comes in a datagram of its own: some may not be there yet.
                        .filter(pool -> pool.has("capacity") && pool.has("queued"))
                        .filter(pool -> pool.get("capacity").asInt() < MIN_DEFAULT_THREADS)
                        .findFirst(),
                () -> "the request pool is heard of");
    }

    /** Waits until the request pool's number of that name is so. */
    public void await(String number, int value, Duration within) {
        Await.until(
                within,
                () -> requestPool().get(number).asInt() == value,
                () -> number + " is " + value + " in " + requestPool());
    }

    /** Puts requests of that path on every worker that takes them, and returns once the agent has seen them there. */
    public List<CompletableFuture<HttpResponse<String>>> fill(String path) {
        int capacity = capacity();
        List<CompletableFuture<HttpResponse<String>>> requests = new ArrayList<>();
        for (int i = 0; i < capacity; i++) {
            requests.add(Http.send(app.port(), path));
        }
        Moment deadline = Moment.now().plus(TO_ARRIVE);
        while (!isFull(requestPool(), capacity)) {
            if (deadline.hasCome()) {
                throw new AssertionError("every worker is on a request: " + requestPool());
            }
            Await.pause(Duration.ofMillis(500));
            requests.add(Http.send(app.port(), path));
        }
        return requests;
    }

    /** Waits until every worker is on a request. */
    public void awaitFull() {
        int capacity = capacity();
        Await.until(
                TO_ARRIVE,
                () -> isFull(requestPool(), capacity),
                () -> "every worker is on a request: " + requestPool());
    }

    /** Jetty holds one thread in reserve for its selector: then its pool is full with one less, and a queue. */
    private static boolean isFull(JsonNode pool, int capacity) {
        int busy = pool.get("busy").asInt();
        return busy == capacity || (busy == capacity - 1 && pool.get("queued").asInt() > 2);
    }

    /** Puts one request of that path on a worker. */
    public CompletableFuture<HttpResponse<String>> onOneWorker(String path) {
        return Http.send(app.port(), path);
    }

    /** Lets go what hangs, by way of the management port. */
    public Moment free() {
        Http.Answer answer = Http.get(app.managementPort(), "/free");
        if (answer.status() != 200) {
            throw new AssertionError("/free answered " + answer.status());
        }
        return Moment.now();
    }

    public String description() {
        return sidecar.verbose().get("description").asString();
    }
}
