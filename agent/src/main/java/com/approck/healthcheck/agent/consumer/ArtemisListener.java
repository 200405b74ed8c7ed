package com.approck.healthcheck.agent.consumer;

import com.approck.healthcheck.agent.consumer.ConsumerSupport.Closed;
import com.approck.healthcheck.agent.reflect.ReflectedObject;

/** A consumer of Artemis's client with a {@code MessageListener}. For the agent's thread. */
final class ArtemisListener {
    final QueueConsumer worker;
    final Subscription subscription;
    private final ReflectedObject consumer;

    /** Remembered: nobody can ask a consumer that has been collected. */
    private Closed closed = Closed.NO;

    private long closedNanos;

    ArtemisListener(ReflectedObject consumer, QueueConsumer worker, String queue) {
        this.consumer = consumer;
        this.worker = worker;
        this.subscription = new Subscription(queue);
        // Not one that asks.
        worker.joined();
    }

    /** Says what becomes of it; returns false if it was closed on purpose, or another has taken its place. */
    boolean look(long nowNanos) throws ReflectiveOperationException {
        if (closed == Closed.NO) {
            closed = ArtemisConsumers.closedBy(worker, consumer);
            closedNanos = nowNanos;
        }
        if (subscription.isReplaced()) {
            return false;
        }
        if (closed == Closed.NO) {
            subscription.setAble();
            followUnseen();
            return consumer.field("handler") != null || (Boolean) consumer.field("closing");
        }
        long closedFor = nowNanos - closedNanos;
        if (closed != Closed.CONNECTION_LOST && !ArtemisConsumers.isActive(consumer.with(worker.asker()))) {
            subscription.setAwaitsSuccessor();
            return closed == Closed.AFTER_LOSS && closedFor <= PollingConsumer.CLOSED_FOR_NANOS;
        }
        if (closedFor < PollingConsumer.RECONNECT_NANOS) {
            subscription.setAwaitsSuccessor();
        } else {
            subscription.setLost("its connection was lost, and nobody has connected again");
        }
        return true;
    }

    /** A delivery that began before the hook was in. */
    private void followUnseen() throws ReflectiveOperationException {
        if (!worker.isDeliverySeen()) {
            worker.setUnseenDelivery((Thread) consumer.field("onMessageThread"));
        }
    }

    boolean isAtWork() {
        return (worker.turns() & 1) != 0;
    }

    /** Returns what gives its messages, one after the other; itself, once that is not known any more. */
    Object session() throws ReflectiveOperationException {
        return consumer.get() == null ? this : consumer.field("session");
    }

    void end() {
        worker.left();
        subscription.setLeft();
    }
}
