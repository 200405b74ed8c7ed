package com.approck.healthcheck.agent.consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.approck.healthcheck.agent.bootstrap.Hook;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class QueueConsumersTest {
    private static final Duration LIMIT = Duration.ofSeconds(1);

    private int seen;
    private final QueueConsumers consumers = new QueueConsumers(() -> seen++);
    private final Object consumer = new Object();

    @Test
    void turns_areOddAtWorkAndOthersEachTime() {
        AtomicLong last = new AtomicLong(-1);
        for (int i = 0; i < 10; i++) {
            AtomicLong turns = consumers.waitBegan(consumer, LIMIT);
            assertTurns(last, 0);
            Hook.waitEnded(turns, consumer, null);
            assertTurns(last, 1);
        }
        assertEquals(1, seen);
    }

    @Test
    void waitsWhoseEndsAreNotReported_areDifferentWaits() {
        AtomicLong last = new AtomicLong(-1);
        for (int i = 0; i < 10; i++) {
            consumers.waitBegan(consumer, LIMIT);
            assertTurns(last, 0);
        }
    }

    @Test
    void turnsOfDeliveries_areOddDuringOneAndOthersEachTime() {
        AtomicLong last = new AtomicLong(-1);
        for (int i = 0; i < 10; i++) {
            AtomicLong turns = consumers.deliveryBegan(consumer);
            assertTurns(last, 1);
            assertEquals(Thread.currentThread(), only().thread());
            Hook.deliveryEnded(turns);
            assertTurns(last, 0);
        }
        assertEquals(1, seen);
    }

    @Test
    void deliveriesWhoseEndsAreNotReported_areDifferentDeliveries() {
        AtomicLong last = new AtomicLong(-1);
        for (int i = 0; i < 10; i++) {
            consumers.deliveryBegan(consumer);
            assertTurns(last, 1);
        }
    }

    @Test
    void manyConsumersOfOneThread_areFoundAgain() {
        Object[] many = new Object[1_000];
        for (int i = 0; i < many.length; i++) {
            many[i] = new Object();
            consumers.deliveryBegan(many[i]);
        }
        for (int i = 0; i < many.length; i += 2) {
            consumers.forget(List.of(consumers.findOrAdd(many[i])));
        }
        for (Object each : many) {
            Hook.deliveryEnded(consumers.deliveryBegan(each));
        }

        assertEquals(many.length, consumers.all().size());
        assertEquals(many.length + many.length / 2, seen);
    }

    private void assertTurns(AtomicLong last, int remainder) {
        long turns = only().turns();
        assertEquals(remainder, turns % 2);
        assertEquals(1, Long.compare(turns, last.getAndSet(turns)));
    }

    @Test
    void exceptionOfAWaitThatBeganBefore_makesNoConsumer() {
        consumers.waitThrew(consumer, new Nameless());

        assertEquals(List.of(), consumers.all());
        assertEquals(0, seen);
    }

    @Test
    void wait_isKnownWithItsThreadItsLimitAndWhatItThrew() {
        consumers.waitBegan(consumer, LIMIT);

        assertEquals(Thread.currentThread(), only().thread());
        assertEquals(1, only().limitSeconds());
        assertNull(only().thrown());

        consumers.waitThrew(consumer, new IllegalStateException("a reason"));
        assertEquals("java.lang.IllegalStateException: a reason", only().thrown());

        consumers.waitBegan(consumer, null);
        assertEquals(QueueConsumer.WITHOUT_LIMIT, only().limitSeconds());
        assertNull(only().thrown());
    }

    @Test
    void exceptionAndReasonToStop_areThoseSinceTheLastWaitBegan() {
        for (int i = 0; i < 3; i++) {
            consumers.waitBegan(consumer, null);
            assertNull(only().thrown());
            assertNull(only().givenUp());

            consumers.waitThrew(consumer, new IllegalStateException("a reason"));
            consumers.givesUp("another");
            assertEquals("java.lang.IllegalStateException: a reason", only().thrown());
            assertEquals("another", only().givenUp());
        }
    }

    @Test
    void exceptionWithoutAText_isKnownByItsClass() {
        consumers.waitBegan(consumer, null);
        consumers.waitThrew(consumer, new Nameless());

        assertEquals(Nameless.class.getName(), only().thrown());
    }

    @Test
    void consumersBeyondTheLimit_areNotKept() {
        Object[] many = new Object[QueueConsumers.MAX_CONSUMERS + 10];
        for (int i = 0; i < many.length; i++) {
            many[i] = new Object();
            consumers.waitBegan(many[i], null);
        }

        assertEquals(QueueConsumers.MAX_CONSUMERS, consumers.all().size());
        assertEquals(QueueConsumers.MAX_CONSUMERS, seen);
    }

    @Test
    void wait_allocatesNothing() {
        assertAllocatesNothing(() -> Hook.waitEnded(consumers.waitBegan(consumer, LIMIT), consumer, null));
    }

    @Test
    void receiveOfAContainer_allocatesNothing() {
        Object container = new Object();
        assertAllocatesNothing(() -> {
            Object before = consumers.askedBy(container);
            Hook.receiveEnded(consumers.waitBegan(consumer, null), consumer, LIMIT, null);
            consumers.askedBy(before);
        });
    }

    @Test
    void asker_isTheOneDuringTheCall() {
        Object outer = new Object();
        Object inner = new Object();
        assertNull(consumers.askedBy(outer));
        assertEquals(outer, consumers.askedBy(inner));
        consumers.waitBegan(consumer, null);
        assertEquals(inner, only().asker());

        consumers.askedBy(outer);
        consumers.waitBegan(consumer, null);
        assertEquals(outer, only().asker());

        consumers.askedBy(null);
        consumers.waitBegan(consumer, null);
        assertNull(only().asker());
    }

    @Test
    void deliveriesOfSeveralChannels_allocateNothing() {
        Object other = new Object();
        assertAllocatesNothing(() -> {
            Hook.deliveryEnded(consumers.deliveryBegan(consumer));
            Hook.deliveryEnded(consumers.deliveryBegan(other));
        });
    }

    private static void assertAllocatesNothing(Runnable turn) {
        ThreadMXBean bean = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        assumeTrue(bean.isThreadAllocatedMemorySupported());

        // The least of a few rounds: the first ones warm up, and the JVM may drop a little of its own into one.
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 10; round++) {
            long before = bean.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 100_000; i++) {
                turn.run();
            }
            least = Math.min(least, bean.getCurrentThreadAllocatedBytes() - before);
        }

        assertEquals(0, least);
    }

    private QueueConsumer only() {
        assertEquals(1, consumers.all().size());
        return consumers.all().get(0);
    }

    private static final class Nameless extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new IllegalStateException();
        }
    }
}
