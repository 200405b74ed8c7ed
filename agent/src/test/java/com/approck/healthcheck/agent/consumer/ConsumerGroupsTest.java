package com.approck.healthcheck.agent.consumer;

import static com.approck.healthcheck.agent.consumer.WatchedConsumers.STUCK_AFTER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.agent.Await;
import com.approck.healthcheck.agent.consumer.FakeLibrary.FakeConsumer;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Consumers of a library that never was, on real threads; what follows from their calls holds for every library. */
final class ConsumerGroupsTest {
    private static final String IDLE = "orders able=1 alive=1 busy=0 stuck=0 capacity=1";
    private static final String DEAD = "orders able=0 alive=0 busy=0 stuck=1 capacity=1";

    private final List<CallingThread> threads = new ArrayList<>();
    private final CallingThread thread = thread("orders-1");
    private final FakeConsumer consumer = new FakeConsumer("orders");
    private WatchedConsumers watched = new WatchedConsumers(new FakeLibrary());

    @AfterEach
    void endThreads() {
        threads.forEach(CallingThread::close);
    }

    @Test
    void consumerThatWaits_isAbleAndIdle() {
        thread.does(() -> waits(consumer));

        assertEquals(IDLE, watched.tick(1));
        assertEquals(IDLE, watched.tick(10_000));
    }

    @Test
    void consumerThatWorksByTurns_isAble() {
        for (int i = 0; i < 3 * STUCK_AFTER; i++) {
            thread.does(() -> works(consumer));
            assertEquals("orders able=1 alive=1 busy=1 stuck=0 capacity=1", watched.tick(1));
        }
    }

    @Test
    void consumerThatWorksWithoutCpu_isStuckUntilItWaitsAgain() {
        thread.does(() -> works(consumer));

        // The thread uses CPU to come to rest.
        String stuck = "orders able=0 alive=1 busy=1 stuck=1 capacity=1";
        Await.until(stuck, () -> watched.tick(STUCK_AFTER + 1).equals(stuck));

        thread.does(() -> waits(consumer));
        assertEquals(IDLE, watched.tick(1));
    }

    @Test
    void consumerThatWorksForLongerThanItMay_isLostUntilItWaitsAgain() {
        watched = new WatchedConsumers(List.of(new FakeLibrary()), "log=off,stuck-after=0");
        consumer.maxWorkMillis = 10_000;
        thread.does(() -> works(consumer));

        assertEquals("orders able=1 alive=1 busy=1 stuck=0 capacity=1", watched.tick(11));
        assertEquals("orders able=0 alive=1 busy=1 stuck=1 capacity=1", watched.tick(1));

        thread.does(() -> waits(consumer));
        assertEquals(IDLE, watched.tick(1_000));
    }

    @Test
    void consumerThatIsStuckAndOutOfItsGroup_isLostOnce() {
        consumer.maxWorkMillis = 10_000;
        FakeConsumer other = new FakeConsumer("orders");
        thread("orders-2").does(() -> waits(other));
        thread.does(() -> works(consumer));

        assertEquals("orders able=1 alive=2 busy=1 stuck=1 capacity=2", watched.tick(100));
    }

    @Test
    void waitThatOutlastsItsLimitByFar_isLost() {
        thread.does(() -> watched.waits(consumer, Duration.ofSeconds(1)));

        assertEquals(IDLE, watched.tick(122));
        assertEquals("orders able=0 alive=1 busy=0 stuck=1 capacity=1", watched.tick(1));

        thread.does(() -> watched.waits(consumer, Duration.ofSeconds(1)));
        assertEquals(IDLE, watched.tick(1));
    }

    @Test
    void waitThatMayLastForEver_isAble() {
        thread.does(() -> watched.waits(consumer, Duration.ofSeconds(Long.MAX_VALUE)));
        FakeConsumer other = new FakeConsumer("payments");
        thread("payments-1").does(() -> waits(other));

        assertEquals(IDLE + "; " + IDLE.replace("orders", "payments"), watched.tick(10_000));
    }

    @Test
    void pauseOfTheJvm_isNoTimeInWhichAConsumerWorkedOrWaited() {
        consumer.maxWorkMillis = 10_000;
        thread.does(() -> works(consumer));
        FakeConsumer waiting = new FakeConsumer("payments");
        thread("payments-1").does(() -> watched.waits(waiting, Duration.ofSeconds(1)));
        watched.tick(2);

        assertEquals(
                "orders able=1 alive=1 busy=1 stuck=0 capacity=1; " + IDLE.replace("orders", "payments"),
                watched.tickAfterPause(1_000));
    }

    @Test
    void consumerWhoseThreadHasEnded_isLostForAsLongAsItIsThere() {
        thread.does(() -> waits(consumer));
        watched.tick(1);

        thread.ends();

        assertEquals(DEAD, watched.tick(1));
        assertEquals(DEAD, watched.tick(1_000));
    }

    @Test
    void consumerWhoseThreadEndsAtOnce_isLost() {
        thread.does(() -> works(consumer)).ends();

        assertEquals(DEAD, watched.tick(1));
    }

    @Test
    void deadConsumer_countsInItsGroupUntilAnotherTakesItsPlace() {
        FakeConsumer healthy = new FakeConsumer("orders");
        thread("orders-2").does(() -> waits(healthy));
        thread.does(() -> waits(consumer));
        assertEquals("orders able=2 alive=2 busy=0 stuck=0 capacity=2", watched.tick(1));
        thread.ends();
        assertEquals("orders able=1 alive=1 busy=0 stuck=1 capacity=2", watched.tick(1));

        FakeConsumer successor = new FakeConsumer("orders");
        thread("orders-3").does(() -> waits(successor));
        assertEquals("orders able=2 alive=2 busy=0 stuck=0 capacity=2", watched.tick(1));

        FakeConsumer another = new FakeConsumer("orders");
        thread("orders-4").does(() -> waits(another));
        assertEquals("orders able=3 alive=3 busy=0 stuck=0 capacity=3", watched.tick(1));
    }

    @Test
    void deadConsumerThatAnotherThreadCalls_isAble() {
        thread.does(() -> waits(consumer));
        watched.tick(1);
        thread.ends();
        assertEquals(DEAD, watched.tick(1));

        thread("orders-2").does(() -> waits(consumer));

        assertEquals(IDLE, watched.tick(1));
    }

    @Test
    void replacedConsumerThatAnotherThreadCalls_isAWorkerAgain() {
        thread.does(() -> waits(consumer)).ends();
        watched.tick(1);
        FakeConsumer successor = new FakeConsumer("orders");
        thread("orders-2").does(() -> waits(successor));
        assertEquals(IDLE, watched.tick(1));

        thread("orders-3").does(() -> waits(consumer));

        assertEquals("orders able=2 alive=2 busy=0 stuck=0 capacity=2", watched.tick(1));
    }

    @Test
    void consumerWhoseSuccessorJoinsBeforeItsThreadHasEnded_isReplaced() {
        thread.does(() -> works(consumer));
        watched.tick(1);

        FakeConsumer successor = new FakeConsumer("orders");
        thread("orders-2").does(() -> waits(successor));
        assertEquals("orders able=2 alive=2 busy=1 stuck=0 capacity=2", watched.tick(1));

        thread.ends();
        assertEquals(IDLE, watched.tick(1));
    }

    @Test
    void consumerThatJoinedLongAgo_takesNobodysPlace() {
        thread.does(() -> works(consumer));
        watched.tick(1);
        FakeConsumer other = new FakeConsumer("orders");
        thread("orders-2").does(() -> waits(other));
        watched.tick(1);

        thread.does(() -> works(consumer));
        watched.tick(1);
        thread.ends();

        assertEquals("orders able=1 alive=1 busy=0 stuck=1 capacity=2", watched.tick(10));
    }

    @Test
    void consumerThatIsClosedAsItsThreadGaveUp_isLostUntilAnotherJoins() {
        thread.does(() -> works(consumer));
        watched.tick(1);

        thread.does(() -> {
            watched.hook().givesUp(new AssertionError("a bug"));
            consumer.group = null;
            consumer.closed = true;
        });
        assertEquals("orders able=0 alive=0 busy=0 stuck=1 capacity=1", watched.tick(100));

        FakeConsumer next = new FakeConsumer("orders");
        thread("orders-2").does(() -> waits(next));
        assertEquals(IDLE, watched.tick(1));
        next.closed = true;
        assertEquals("", watched.tick(1));
    }

    @Test
    void consumerThatGoesOnAfterItsThreadGaveUp_isAWorker() {
        thread.does(() -> {
            works(consumer);
            watched.hook().givesUp("a reason");
        });
        assertEquals("orders able=1 alive=1 busy=1 stuck=0 capacity=1", watched.tick(1));

        thread.does(() -> waits(consumer));
        assertEquals(IDLE, watched.tick(1));
        consumer.closed = true;
        assertEquals("", watched.tick(1));
    }

    @Test
    void consumerThatItsThreadClosesToMakeAnother_countsMeanwhile() {
        thread.does(() -> works(consumer));
        watched.tick(1);

        thread.does(() -> {
            consumer.closed = true;
            watched.hook().closeCalled(consumer);
        });
        assertEquals("orders able=1 alive=1 busy=0 stuck=0 capacity=1", watched.tick(10));

        FakeConsumer next = new FakeConsumer("orders");
        thread.does(() -> waits(next));
        assertEquals(IDLE, watched.tick(100));
    }

    @Test
    void consumerThatItsThreadClosesAndReplacesByNone_isNoWorkerAfterAWhile() {
        thread.does(() -> {
            works(consumer);
            consumer.closed = true;
            watched.hook().closeCalled(consumer);
        });
        FakeConsumer other = new FakeConsumer("orders");
        thread.does(() -> works(other));
        watched.tick(1);
        thread.does(() -> {
            other.closed = true;
            watched.hook().closeCalled(other);
        });

        assertEquals(IDLE, watched.tick(30));
        assertEquals("", watched.tick(2));
    }

    @Test
    void consumerThatItsThreadClosesBeforeItEnds_isNoWorker() {
        thread.does(() -> waits(consumer));
        watched.tick(1);

        thread.does(() -> {
                    consumer.closed = true;
                    watched.hook().closeCalled(consumer);
                })
                .ends();

        assertEquals("", watched.tick(1));
    }

    @Test
    void consumerThatIsClosed_isNoWorker() {
        FakeConsumer other = new FakeConsumer("orders");
        thread("orders-2").does(() -> waits(other));
        thread.does(() -> waits(consumer));
        watched.tick(1);

        consumer.closed = true;
        assertEquals(IDLE, watched.tick(1));

        other.closed = true;
        assertEquals("", watched.tick(1));
    }

    @Test
    void closeOfAConsumer_isKnownToBeOne() {
        thread.does(() -> waits(consumer));

        assertTrue(watched.hook().closeCalled(consumer));
        assertFalse(watched.hook().closeCalled("a pool"));
    }

    @Test
    void deadConsumerThatIsClosedByAnother_isNoWorker() {
        thread.does(() -> waits(consumer)).ends();
        assertEquals(DEAD, watched.tick(1));

        consumer.closed = true;

        assertEquals("", watched.tick(1));
    }

    @Test
    void groupThatHasEnded_mayBeginAgain() {
        thread.does(() -> waits(consumer));
        watched.tick(1);
        consumer.closed = true;
        watched.tick(1);

        FakeConsumer next = new FakeConsumer("orders");
        thread.does(() -> waits(next));
        assertEquals(IDLE, watched.tick(1));

        next.closed = true;
        watched.tick(10);
        FakeConsumer last = new FakeConsumer("orders");
        thread.does(() -> waits(last));
        assertEquals(IDLE, watched.tick(1));
    }

    @Test
    void consumerThatLeavesItsGroup_isNoWorkerUntilItIsInOneAgain() {
        thread.does(() -> waits(consumer));
        watched.tick(1);

        consumer.group = null;
        assertEquals("", watched.tick(1));

        consumer.group = "payments";
        assertEquals(IDLE.replace("orders", "payments"), watched.tick(1));
    }

    @Test
    void consumerWithoutAGroup_isNoWorker() {
        FakeConsumer alone = new FakeConsumer(null);
        thread.does(() -> waits(alone));

        assertEquals("", watched.tick(1));
        assertEquals(List.of(), watched.failures);
    }

    @Test
    void consumerThatWasAbandoned_isLostUntilNothingIsLeftOfIt() {
        Object[] remains = {new Object()};
        thread.does(() -> {
            FakeConsumer local = new FakeConsumer("orders");
            local.remains = remains[0];
            waits(local);
        });
        watched.tick(1);
        thread.ends();
        awaitCollection();
        assertEquals(DEAD, watched.tick(10));

        remains[0] = null;

        Await.until("nothing is left", () -> {
            System.gc();
            return watched.tick(1).isEmpty();
        });
    }

    private static void awaitCollection() {
        java.lang.ref.WeakReference<Object> garbage = new java.lang.ref.WeakReference<>(new Object());
        Await.until("garbage is collected", () -> {
            System.gc();
            return garbage.get() == null;
        });
    }

    @Test
    void groupsOfOneThread_areSeenApart() {
        FakeConsumer other = new FakeConsumer("payments");
        thread.does(() -> {
            waits(consumer);
            waits(other);
            works(consumer);
            waits(other);
        });

        assertEquals(
                "orders able=1 alive=1 busy=1 stuck=0 capacity=1; " + IDLE.replace("orders", "payments"),
                watched.tick(2));
    }

    @Test
    void threadThatCallsTheConsumerNoMore_isNotAtWork() {
        thread.does(() -> works(consumer));
        watched.tick(1);

        thread("orders-2").does(() -> waits(consumer));

        assertEquals(IDLE, watched.tick(10 * STUCK_AFTER));
    }

    @Test
    void groupThatTheSettingExcludes_isNotWatched() {
        watched = new WatchedConsumers(List.of(new FakeLibrary()), "log=off,pools=!orders");
        FakeConsumer other = new FakeConsumer("payments");
        thread.does(() -> {
            waits(consumer);
            waits(other);
        });

        assertEquals(IDLE.replace("orders", "payments"), watched.tick(10));
    }

    @Test
    void consumerThatCannotBeRead_isSaidOnce() {
        FakeConsumer broken = new FakeConsumer("orders");
        broken.group = 1;
        thread.does(() -> waits(broken));

        assertEquals("", watched.tick(10));
        assertEquals(1, watched.failures.size(), watched.failures::toString);
    }

    @Test
    void whatHappens_isLoggedOnce() {
        PrintStream stderr = System.err;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            watched = new WatchedConsumers(List.of(new FakeLibrary()), "log=info,stuck-after=0");
            consumer.maxWorkMillis = 10_000;
            thread.does(() -> works(consumer));
            watched.tick(20);
            thread.does(() -> {
                waits(consumer);
                watched.ends(consumer, new IllegalStateException("no such topic"));
            });
            watched.tick(2);
            thread.ends();
            watched.tick(20);
        } finally {
            System.setErr(stderr);
        }
        assertEquals(
                List.of(
                        "healthcheck: a worker of pool orders of Queue is lost: its thread orders-1 has not asked for work for"
                                + " 11 s, longer than max.work of 10 s: the group goes on without it until it asks again",
                        "healthcheck: 1 lost workers of pool orders of Queue are back, were replaced or are gone",
                        "healthcheck: a worker of pool orders of Queue is lost: its thread orders-1 has ended, and its"
                                + " consumer was not closed; the last wait for work threw"
                                + " java.lang.IllegalStateException: no such topic"),
                said.toString(StandardCharsets.UTF_8).lines().toList());
    }

    private CallingThread thread(String name) {
        CallingThread started = new CallingThread(name);
        threads.add(started);
        return started;
    }

    private void waits(FakeConsumer waiting) {
        watched.waits(waiting, null);
    }

    private void works(FakeConsumer working) {
        watched.waits(working, null);
        watched.ends(working, null);
    }
}
