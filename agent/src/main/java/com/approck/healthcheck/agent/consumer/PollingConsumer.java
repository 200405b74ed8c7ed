package com.approck.healthcheck.agent.consumer;

import com.approck.healthcheck.agent.consumer.ConsumerSupport.Closed;
import com.approck.healthcheck.agent.pool.Worker;
import com.approck.healthcheck.agent.reflect.ModuleOpener;
import com.approck.healthcheck.agent.reflect.ReflectedObject;
import java.lang.ref.WeakReference;
import java.util.concurrent.TimeUnit;

/** A consumer that asks for work, in its group, and since when it waits or works. For the agent's thread. */
final class PollingConsumer extends GroupMember {
    /**
     * A wait may take so much longer than it was asked to, and no less than {@link ConsumerSupport#maxWorkMillis}: clients
     * commit, and wait for their group, inside it. Two minutes are the default of such requests (Kafka's
     * {@code default.api.timeout.ms} is one, doubled).
     */
    private static final long MIN_MARGIN_NANOS = TimeUnit.MINUTES.toNanos(2);

    /** The time for which a consumer that the application may have closed to make another is awaited. */
    static final long CLOSED_FOR_NANOS = TimeUnit.SECONDS.toNanos(30);

    /**
     * After its connection was lost, an application has this time to connect again: a listener from the loss on, a thread for as
     * long as it goes on to call the closed consumer.
     */
    static final long RECONNECT_NANOS = TimeUnit.MINUTES.toNanos(2);

    private final QueueConsumer consumer;
    private final ConsumerSupport support;
    private final String group;
    private final ReflectedObject reflected;
    private final WeakReference<Object> remains;
    private long maxWorkNanos;
    private long threadId = -1;
    private String threadName = "?";
    private boolean threadAlive;
    private boolean over;
    private Closed closed = Closed.NO;
    private long closedNanos;
    /** When it was closed, or a container last tried to connect after that. */
    private long awaitedNanos;

    private boolean containerActive;
    private long calledAfterCloseNanos;
    private long turns = -1;
    private long sinceNanos;

    PollingConsumer(QueueConsumer consumer, ConsumerSupport support, String group, ModuleOpener opener)
            throws ReflectiveOperationException {
        this.consumer = consumer;
        this.support = support;
        this.group = group;
        this.reflected = new ReflectedObject(consumer.get(), opener);
        this.remains = new WeakReference<>(reflected.get() == null ? null : support.remains(reflected));
    }

    @Override
    void left() {
        consumer.left();
    }

    @Override
    void replaced() {
        consumer.replaced();
    }

    /**
     * Returns whether it was closed, left the group, or nothing is left of it. Not if its thread gave up, and not for a while if
     * the thread has closed it and lives on, if a container has closed it and goes on, perhaps with another thread, or if it was
     * closed after its connection was lost: many close a consumer at an error of the broker's, and make another. If the library
     * has closed it, since it has lost the connection, the worker is the thread, or the container that calls on its threads.
     */
    @Override
    boolean hasLeft(long nowNanos) throws ReflectiveOperationException {
        if (consumer.givenUp() != null) {
            return false;
        }
        if (closed == Closed.CONNECTION_LOST) {
            return !threadAlive && consumer.isCloseCalled();
        }
        if (isClosed()) {
            boolean mayMakeAnother = closed == Closed.AFTER_LOSS || containerActive || consumer.isClosedByLiveThread();
            return !mayMakeAnother || nowNanos - awaitedNanos > CLOSED_FOR_NANOS;
        }
        return consumer.get() == null
                ? remains.get() == null
                : !group.equals(support.groupOf(reflected)) || !support.isAskedInALoop(consumer, reflected);
    }

    /** Looks what its thread does now. */
    @Override
    void look(long nowNanos) throws ReflectiveOperationException {
        Thread thread = consumer.thread();
        containerActive = support.isContainerActive(consumer, reflected);
        threadAlive = consumer.isThreadAlive() || containerActive;
        if (thread != null) {
            threadId = Worker.idOf(thread);
            threadName = thread.getName();
        }
        long number = consumer.turns();
        if (number != turns) {
            turns = number;
            sinceNanos = nowNanos;
            if (isClosed()) {
                calledAfterCloseNanos = nowNanos - closedNanos;
            } else {
                forgetSuccessors();
            }
        }
        if (!isClosed()) {
            closed = support.closed(consumer, reflected);
            closedNanos = nowNanos;
            awaitedNanos = nowNanos;
        } else if (support.isContainerConnecting(consumer, reflected)) {
            awaitedNanos = nowNanos;
        }
        over = !threadAlive || isClosed();
        if (maxWorkNanos == 0 && reflected.get() != null) {
            maxWorkNanos = TimeUnit.MILLISECONDS.toNanos(support.maxWorkMillis(reflected));
        }
    }

    private boolean isClosed() {
        return closed != Closed.NO;
    }

    /** The JVM was paused until now, so that nothing can be said of that time. */
    @Override
    void addPause(long nanos, long nowNanos) {
        sinceNanos += Math.min(nanos, nowNanos - sinceNanos);
    }

    @Override
    Thread thread() {
        return consumer.thread();
    }

    @Override
    long turns() {
        return consumer.turns();
    }

    @Override
    long threadId() {
        return threadId;
    }

    /** Returns whether its thread lives, and has not given up. */
    @Override
    boolean isThreadAlive() {
        return threadAlive && !(isClosed() && consumer.givenUp() != null);
    }

    /** Returns whether it will never ask for work again: its thread has ended, or it was closed. */
    @Override
    boolean isOver() {
        return over;
    }

    /** Returns why it is not able, without its subject; null if nothing but its stack could say so. */
    @Override
    String reasonLost(long nowNanos) {
        if (isClosed() && consumer.givenUp() == null) {
            return closed == Closed.CONNECTION_LOST ? reasonConnectionLost(nowNanos) : null;
        }
        if (over && consumer.givenUp() != null) {
            return "its thread " + threadName + " has stopped to ask for work because of " + consumer.givenUp();
        }
        if (over) {
            String thrown = consumer.thrown();
            return "its thread " + threadName + " has ended, and its consumer was not closed"
                    + (thrown == null ? "" : "; the last wait for work threw " + thrown);
        }
        long sameFor = nowNanos - sinceNanos;
        boolean works = (turns & 1) != 0;
        if (works) {
            return maxWorkNanos > 0 && sameFor > maxWorkNanos
                    ? "its thread " + threadName + " has not asked for work for " + seconds(sameFor)
                            + " s, longer than "
                            + support.maxWorkSetting() + " of " + seconds(maxWorkNanos)
                            + " s: the group goes on without it until it asks again"
                    : null;
        }
        long limit = consumer.limitSeconds();
        return seconds(sameFor - Math.max(MIN_MARGIN_NANOS, maxWorkNanos)) > limit
                ? "its thread " + threadName + " asked for work for at most " + limit
                        + " s, and the call has not returned for " + seconds(sameFor) + " s"
                : null;
    }

    /** Able while its thread lives, or the container: nobody knows how long the broker is away. */
    private String reasonConnectionLost(long nowNanos) {
        if (!threadAlive) {
            return "its thread " + threadName + " has ended after the connection to the broker was lost";
        }
        return !containerActive && calledAfterCloseNanos > RECONNECT_NANOS && nowNanos - sinceNanos < RECONNECT_NANOS
                ? "its thread " + threadName + " goes on to ask a consumer that is closed, since the connection to the"
                        + " broker was lost " + seconds(nowNanos - closedNanos) + " s ago"
                : null;
    }

    private static long seconds(long nanos) {
        return TimeUnit.NANOSECONDS.toSeconds(nanos);
    }
}
