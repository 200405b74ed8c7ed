package com.approck.healthcheck.agent.consumer;

import com.approck.healthcheck.agent.pool.Worker;
import java.util.concurrent.TimeUnit;

/**
 * One worker of a library that gives messages to the application: the messages of one queue that come over one channel, one after
 * the other. What the connection says of it is set at each look; whether it is at work is known by the hook.
 *
 * <p>For the agent's thread.
 */
final class Subscription extends GroupMember {
    /**
     * One that joined in this time before another was lost is its successor: both may be seen at one look, and a look takes a
     * while.
     */
    private static final long SUCCESSOR_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** No thread has such an identifier. */
    private static final long NO_THREAD = Long.MIN_VALUE / 2;

    private static long created;

    private final long number = ++created;
    private final String queue;
    private QueueConsumer worker;
    private String reasonLost;
    private boolean over;
    private boolean left;
    private boolean replaced;

    Subscription(String queue) {
        this.queue = queue;
    }

    /** Returns the name of the group that it belongs to. */
    String queue() {
        return queue;
    }

    /** Sets whose turns are its own; null if that is not known. */
    void setWorker(QueueConsumer worker) {
        this.worker = worker;
    }

    /** Messages may come, now or once the library has connected again. */
    void setAble() {
        over = false;
        reasonLost = null;
    }

    /** No message will come any more, and yet it is able: somebody may consume again in its place. */
    void setAwaitsSuccessor() {
        over = true;
        reasonLost = null;
    }

    /** No message comes any more, for a reason, without its subject. */
    void setLost(String reason) {
        over = true;
        reasonLost = reason;
    }

    /** It was closed on purpose, or nothing is left of it. */
    void setLeft() {
        left = true;
    }

    /** Returns whether another has taken its place. */
    boolean isReplaced() {
        return replaced;
    }

    @Override
    void look(long nowNanos) {
        if (!over) {
            forgetSuccessorsBefore(nowNanos - SUCCESSOR_NANOS);
        }
    }

    @Override
    boolean hasLeft(long nowNanos) {
        return left;
    }

    @Override
    boolean isOver() {
        return left || over;
    }

    @Override
    void addPause(long nanos, long nowNanos) {
        // It waits for no time.
    }

    @Override
    Thread thread() {
        // The thread of the last turn may serve others meanwhile.
        return worker == null || (worker.turns() & 1) == 0 ? null : worker.thread();
    }

    /** Returns another number than any other subscription: a thread may work for one after the other. */
    @Override
    long turns() {
        return (number << Integer.SIZE) + (worker == null ? 0 : worker.turns());
    }

    @Override
    long threadId() {
        Thread thread = thread();
        return thread == null ? NO_THREAD - number : Worker.idOf(thread);
    }

    /** It has no thread of its own. */
    @Override
    boolean isThreadAlive() {
        return !left && reasonLost == null;
    }

    @Override
    String reasonLost(long nowNanos) {
        return left ? null : reasonLost;
    }

    @Override
    void left() {
        // Its connection has said so.
    }

    @Override
    void replaced() {
        replaced = true;
    }
}
