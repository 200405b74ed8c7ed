package com.approck.healthcheck.it.consumers;

import com.approck.healthcheck.it.consumers.ConsumerClient.Library;
import com.approck.healthcheck.it.support.Explained;
import com.approck.healthcheck.it.support.Sidecar;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Prober;
import com.approck.healthcheck.it.support.probe.Prober.Probe;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.Moment;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;

/** A sidecar, a program that consumes from a broker, and what can be done to it. Each has a topic and a group of its own. */
final class ConsumerScene {

    static final Duration STUCK_AFTER = Duration.ofSeconds(3);

    /** At most: two samples, and the time that a machine takes whose two cores start four JVMs meanwhile. */
    static final Duration STUCK_IS_SEEN = STUCK_AFTER.plusSeconds(3);

    static final Duration SOON = Duration.ofSeconds(60);

    private static final AtomicInteger SCENES = new AtomicInteger();

    private final String name = "orders-" + SCENES.incrementAndGet();
    private final TestProcesses processes;
    private final ConsumerClient client;
    private String stuckAfter = STUCK_AFTER.toSeconds() + "s";
    private Broker broker;
    private Sidecar sidecar;
    private Prober prober;
    private ProcessUnderTest program;

    ConsumerScene(TestProcesses processes, ConsumerClient client, Broker broker) {
        this.processes = processes;
        this.client = client;
        this.broker = broker;
    }

    /** A broker of its own, which may be killed. */
    Broker ownBroker() {
        broker = processes.add(client.library.startBroker());
        return broker;
    }

    /** With another time for the agent's setting {@code stuck-after}. */
    ConsumerScene withStuckAfter(String time) {
        stuckAfter = time;
        return this;
    }

    private String settings() {
        return "log=debug,interval=500ms,stuck-after=" + stuckAfter + ",port=" + sidecar.statsdPort();
    }

    /** Starts the sidecar and the program with the agent in it, and waits for no more than its start. */
    ConsumerScene launch(String... options) {
        startSidecar();
        return launchAgain(options);
    }

    /** Starts the program once more. */
    ConsumerScene launchAgain(String... options) {
        program = run(List.of(TestProcesses.agent(settings())), options);
        program.awaitStdout("^STARTED$", SOON);
        return this;
    }

    private void startSidecar() {
        sidecar = processes.sidecar(client.jdk());
        prober = processes.prober(sidecar);
    }

    /** Starts both, and waits until the sidecar knows as many workers of the group. */
    ConsumerScene start(int workers, String... options) {
        launch(options);
        awaitAble(workers);
        awaitHooks();
        prober.awaitBoth(200, Moment.now(), Duration.ofSeconds(2));
        processes.onlyWaits();
        return this;
    }

    /** Starts the sidecar, and the program without the agent. */
    ConsumerScene startWithoutAgent() {
        startSidecar();
        program = run(List.of());
        program.awaitStdout("^STARTED$", SOON);
        return this;
    }

    Explained explain() {
        return Explained.by(processes, client.jdk(), program);
    }

    void attach() {
        int status =
                processes.attacher(client.jdk(), "" + program.pid(), settings()).awaitExit(SOON);
        if (status != 0) {
            throw new AssertionError("attach ended with " + status);
        }
    }

    /** Waits until what the consumers do is followed: those that the broker gives messages to are known before. */
    void awaitHooks() {
        if (client.library == Library.RABBITMQ) {
            program.awaitStderr("instrumented RabbitMQ's class \\S+ConsumerDispatcher\\$5 ", SOON);
        }
        if (client.library == Library.ARTEMIS) {
            program.awaitStderr("instrumented Artemis's class \\S+ClientConsumerImpl\\$Runner ", SOON);
            program.awaitStderr("instrumented Artemis's class \\S+ClientConsumerImpl ", SOON);
        }
        if (client == ConsumerClient.SPRING_JMS || client == ConsumerClient.SPRING_JAVAX_JMS) {
            program.awaitStderr("instrumented Artemis's class \\S+JmsDestinationAccessor ", SOON);
            // The container asks for a second at a time: a call that began before says nothing of the container.
            Await.pause(Duration.ofSeconds(2));
        }
    }

    void delete() {
        program.type("delete\n");
        program.awaitStdout("^DELETED$", SOON);
    }

    /** As the agent calls it. */
    String server() {
        return switch (client.library) {
            case KAFKA -> "Kafka";
            case RABBITMQ -> "RabbitMQ";
            case ARTEMIS -> "Artemis";
        };
    }

    /** Why a worker is lost that has died, in the log. */
    String death() {
        return "a worker of pool " + name + " of " + server() + " is lost: "
                + (client.library == Library.RABBITMQ ? "its channel was closed: " : "its thread \\S+ has ");
    }

    /** Another program of the group, without the agent. */
    ProcessUnderTest startAnother() {
        ProcessUnderTest another = run(List.of());
        another.awaitStdout("^STARTED$", SOON);
        return another;
    }

    private ProcessUnderTest run(List<String> flags, String... options) {
        List<String> arguments = new ArrayList<>(flags);
        arguments.addAll(TestProcesses.LIGHT_JVM);
        arguments.addAll(client.arguments());
        arguments.addAll(List.of("bootstrap=" + broker.address(), "topic=" + name, "group=" + name));
        arguments.addAll(client.options());
        arguments.addAll(List.of(options));
        return processes.java(client.name() + "-jdk" + client.jdk().feature(), client.jdk(), Map.of(), arguments);
    }

    /** Sends a message; the moment at which the program has begun to process it. */
    Moment send(String message) {
        program.type(message + "\n");
        program.awaitStdout("^PROCESSING " + path(message) + "$", SOON);
        return Moment.now();
    }

    void awaitProcessed(String message) {
        program.awaitStdout("^PROCESSED " + path(message) + "$", SOON);
    }

    private static String path(String message) {
        return message.replaceAll("\\?.*", "");
    }

    void free() {
        program.type("/free\n");
    }

    void reconnect() {
        program.type("reconnect\n");
        program.awaitStdout("^RECONNECTED$", SOON);
    }

    void close() {
        program.type("close\n");
        program.awaitStdout("^CLOSED$", SOON);
    }

    String group() {
        return name;
    }

    ProcessUnderTest program() {
        return program;
    }

    Prober prober() {
        return prober;
    }

    Sidecar sidecar() {
        return sidecar;
    }

    TestProcesses processes() {
        return processes;
    }

    void awaitLive(int status, Moment since, Duration within) {
        prober.await(Probe.LIVE, status, since, within);
    }

    /** Lets that much time pass, and fails unless live is that throughout. */
    void assertLiveStays(int status, Duration time) {
        Moment from = Moment.now();
        Await.pause(time);
        prober.assertOnly(Probe.LIVE, status, from, Moment.now());
    }

    /** Fails unless live was that since then. What a test has seen meanwhile may have come sooner than a probe. */
    void assertLiveWas(int status, Moment since) {
        Await.until(
                Duration.ofSeconds(10), () -> !prober.after(Probe.LIVE, since).isEmpty(), prober::describe);
        assertLiveWas(status, since, Moment.now());
    }

    void assertLiveWas(int status, Moment from, Moment to) {
        prober.assertOnly(Probe.LIVE, status, from, to);
    }

    /** The entry of the group's pool in {@code ?verbose}. */
    Optional<JsonNode> pool() {
        JsonNode sources = sidecar.verbose().get("sources");
        return sources.valueStream()
                .flatMap(source -> source.get("pools").valueStream())
                .filter(pool -> pool.get("name").asString().equals(name))
                .findFirst();
    }

    void awaitAble(int able) {
        Await.until(
                SOON,
                () -> pool().map(pool -> pool.get("able").asInt()).orElse(-1) == able,
                () -> able + " able in " + name + ": " + sidecar.verbose() + "\n" + program.describe());
    }

    int capacity() {
        return pool().orElseThrow().get("capacity").asInt();
    }

    String description() {
        return sidecar.verbose().get("description").asString();
    }
}
