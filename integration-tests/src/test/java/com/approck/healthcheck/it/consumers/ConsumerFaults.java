package com.approck.healthcheck.it.consumers;

import static com.approck.healthcheck.it.consumers.ConsumerScene.SOON;
import static com.approck.healthcheck.it.consumers.ConsumerScene.STUCK_AFTER;
import static com.approck.healthcheck.it.consumers.ConsumerScene.STUCK_IS_SEEN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.support.Explained;
import com.approck.healthcheck.it.support.PromisedTimes;
import com.approck.healthcheck.it.support.probe.Http;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.Moment;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The scenarios of {@link ConsumerRow}. */
final class ConsumerFaults {

    private static final Duration DEATH_IS_SEEN = Duration.ofSeconds(3);
    private static final Duration MAX_POLL = Duration.ofSeconds(6);
    private static final String HANG = "/hang";

    /** {@code -Dconsumers.away=180} keeps brokers away for three minutes. */
    private static final Duration AWAY = Duration.ofSeconds(Integer.getInteger("consumers.away", 8));

    /** An application has this time to connect again. */
    private static final Duration TO_CONNECT_AGAIN = Duration.ofMinutes(2);

    private ConsumerFaults() {}

    static void idle(ConsumerScene scene) {
        scene.start(1);
        assertEquals(1, scene.capacity());
        scene.assertLiveStays(200, STUCK_AFTER.multipliedBy(2));
    }

    static void error(ConsumerScene scene) {
        scene.start(1);
        Moment thrown = scene.send("/error");
        scene.awaitLive(422, thrown, DEATH_IS_SEEN);
        scene.assertLiveStays(422, Duration.ofSeconds(2));
    }

    static void errorSurvived(ConsumerScene scene) {
        scene.start(1);
        Moment thrown = scene.send("/error");
        scene.send("/ping");
        scene.awaitProcessed("/ping");
        Await.pause(DEATH_IS_SEEN);
        scene.assertLiveWas(200, thrown);
    }

    static void oneOfTwo(ConsumerScene scene) {
        scene.start(2, "threads=2");
        Moment thrown = scene.send("/error");
        scene.awaitAble(1);
        assertEquals(2, scene.capacity());
        scene.program().awaitStderr(scene.death(), SOON);
        scene.assertLiveWas(200, thrown);
    }

    static void hang(ConsumerScene scene) {
        scene.start(1);
        Moment hung = scene.send(HANG);
        scene.awaitLive(422, hung, STUCK_IS_SEEN);
        scene.free();
        Moment free = Moment.now();
        scene.awaitLive(200, free, PromisedTimes.LIFE_IS_SEEN);
    }

    static void spin(ConsumerScene scene) {
        scene.start(1);
        Moment begun = scene.send("/spin?ms=" + STUCK_AFTER.multipliedBy(2).toMillis());
        scene.awaitProcessed("/spin");
        scene.assertLiveWas(200, begun);
    }

    static void deadlock(ConsumerScene scene) {
        // It is the deadlock that is seen, and no time that passes.
        scene.withStuckAfter("60s").start(2, "threads=2");
        scene.send("/deadlock");
        scene.program().type("/deadlock\n");
        scene.program().awaitStdout("^PROCESSING /deadlock\\s+PROCESSING /deadlock$", SOON);
        scene.awaitLive(422, Moment.now(), Duration.ofSeconds(5));
        scene.assertLiveStays(422, Duration.ofSeconds(2));
    }

    static void expelled(ConsumerScene scene) {
        scene.start(1, "maxPoll=" + MAX_POLL.toMillis());
        Moment begun =
                scene.send("/drip?ms=" + MAX_POLL.multipliedBy(2).plusSeconds(1).toMillis());
        scene.awaitLive(422, begun, MAX_POLL.plusSeconds(2));
        scene.awaitProcessed("/drip");
        scene.awaitLive(200, Moment.now(), PromisedTimes.LIFE_IS_SEEN);
    }

    static void brokerAway(ConsumerScene scene) {
        Broker broker = scene.ownBroker();
        scene.start(1);
        Moment before = Moment.now();
        broker.kill();
        Await.pause(AWAY);
        broker.restart();
        scene.send("/ping");
        scene.assertLiveWas(200, before);
    }

    /** If the broker is away for long enough, nobody counts in the meantime. */
    static void clientGivesUp(ConsumerScene scene) {
        Broker broker = scene.ownBroker();
        scene.start(1, "attempts=3");
        Moment before = Moment.now();
        broker.kill();
        scene.program().awaitStdout("^CONNECTION LOST$", SOON);
        Moment lost = Moment.now();
        Await.pause(AWAY);
        broker.restart();
        boolean tooLong = AWAY.compareTo(TO_CONNECT_AGAIN.plus(DEATH_IS_SEEN)) > 0;
        if (tooLong) {
            scene.awaitLive(422, lost.plus(TO_CONNECT_AGAIN), DEATH_IS_SEEN);
            scene.program().awaitStderr("its connection was lost, and nobody has connected again", SOON);
        }
        scene.reconnect();
        scene.send("/ping");
        scene.awaitProcessed("/ping");
        scene.awaitLive(200, Moment.now(), PromisedTimes.LIFE_IS_SEEN);
        // The new worker has taken the place of the lost one.
        scene.assertLiveStays(200, DEATH_IS_SEEN);
        assertEquals(1, scene.capacity());
        scene.assertLiveWas(200, before, tooLong ? before.plus(TO_CONNECT_AGAIN) : Moment.now());
    }

    static void closesAndConnects(ConsumerScene scene) {
        Broker broker = scene.ownBroker();
        scene.start(1, "replaces=true");
        Moment before = Moment.now();
        broker.kill();
        Await.pause(AWAY);
        broker.restart();
        scene.program().awaitStdout("^RECONNECTED$", SOON);
        scene.send("/ping");
        scene.awaitProcessed("/ping");
        // The new worker has taken the place of the one that was closed.
        Await.pause(DEATH_IS_SEEN);
        assertEquals(1, scene.capacity());
        scene.assertLiveWas(200, before);
    }

    static void rebalance(ConsumerScene scene) {
        scene.start(1);
        Moment before = Moment.now();
        ProcessUnderTest another = scene.startAnother();
        Await.pause(Duration.ofSeconds(4));
        another.close();
        Await.pause(Duration.ofSeconds(4));
        scene.assertLiveWas(200, before);
    }

    static void closed(ConsumerScene scene) {
        scene.start(1);
        scene.close();
        scene.awaitLive(422, Moment.now(), DEATH_IS_SEEN);
        scene.assertLiveStays(422, Duration.ofSeconds(2));
        assertFalse(scene.program().stderr().contains("is lost"), scene.program()::describe);
    }

    static void deleted(ConsumerScene scene) {
        scene.start(1);
        // That the broker has cancelled a consumer is known by the hook alone, and Spring closes its channel at once.
        scene.program()
                .awaitStderr(
                        "instrumented RabbitMQ's class com\\.rabbitmq\\.client\\.impl\\.ConsumerDispatcher ", SOON);
        scene.delete();
        scene.awaitLive(422, Moment.now(), DEATH_IS_SEEN);
        scene.assertLiveStays(422, Duration.ofSeconds(2));
        scene.program().awaitStderr("is lost: the broker has cancelled its consumer", SOON);
    }

    /** The first message is there before the consumer is. */
    static void hangsAtOnce(ConsumerScene scene) {
        scene.launch("first=/hang");
        scene.program().awaitStdout("^PROCESSING /hang$", SOON);
        scene.awaitLive(200, Moment.now(), SOON);
        scene.awaitLive(422, Moment.now(), STUCK_IS_SEEN.plusSeconds(2));
    }

    static void killed(ConsumerScene scene) {
        scene.start(1);
        Moment killed = scene.program().signal("KILL");
        scene.awaitLive(422, killed, PromisedTimes.SILENCE_IS_SEEN);
        scene.launchAgain();
        scene.awaitLive(200, Moment.now(), SOON);
    }

    static void attached(ConsumerScene scene) {
        scene.startWithoutAgent();
        scene.send("/ping");
        scene.attach();
        scene.awaitLive(200, Moment.now(), SOON);
        scene.awaitAble(1);
        scene.awaitHooks();
        Moment hung = scene.send(HANG);
        scene.awaitLive(422, hung, STUCK_IS_SEEN);
    }

    static void besideTomcat(ConsumerScene scene) {
        scene.start(1, "http=tomcat");
        scene.program().awaitStdout("^LISTENING (\\d+)$", SOON);
        Await.until(
                SOON,
                () -> scene.sidecar().verbose().get("workers").asInt() == 11,
                () -> "both pools: " + scene.sidecar().verbose());
        scene.prober().awaitBoth(200, Moment.now(), PromisedTimes.LIFE_IS_SEEN);
        Moment thrown = scene.send("/error");
        scene.awaitLive(422, thrown, DEATH_IS_SEEN);
        assertTrue(scene.description().contains(scene.group()), scene::description);
        scene.program().awaitStderr(scene.death(), SOON);
        Explained explained = scene.explain();
        explained.assertHasBelow(
                "pool " + scene.group() + " of " + scene.server() + ": 0 able of 1; ",
                "  capacity 1: the consumers of this group in this JVM");
        explained.assertHasBelow("pool " + scene.group() + " of " + scene.server() + ": ", "  lost: ");
        scene.assertLiveStays(422, Duration.ofSeconds(2));
    }

    static void tomcatHangs(ConsumerScene scene) {
        scene.start(1, "http=tomcat");
        int port = Integer.parseInt(
                scene.program().awaitStdout("^LISTENING (\\d+)$", SOON).group(1));
        Await.until(
                SOON,
                () -> scene.sidecar().verbose().get("workers").asInt() == 11,
                () -> "both pools: " + scene.sidecar().verbose());
        List<CompletableFuture<?>> requests = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            requests.add(Http.send(port, HANG));
        }
        scene.awaitLive(422, Moment.now(), STUCK_IS_SEEN);
        assertTrue(requests.stream().noneMatch(CompletableFuture::isDone));
        assertTrue(scene.description().contains("http-nio"), scene::description);
        assertEquals(1, scene.pool().orElseThrow().get("able").asInt());
    }

    static void onlySends(ConsumerScene scene) {
        scene.launch("threads=0");
        scene.program().type("/ping\n");
        scene.assertLiveStays(422, Duration.ofSeconds(6));
        assertFalse(scene.program().stderr().contains("watching"), scene.program()::describe);
    }

    static void noWorkers(ConsumerScene scene) {
        scene.launch("assigned=true");
        scene.send("/ping");
        scene.assertLiveStays(422, Duration.ofSeconds(6));
        assertFalse(scene.program().stderr().contains("watching"), scene.program()::describe);
    }
}
