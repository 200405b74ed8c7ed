package com.approck.healthcheck.agent.consumer;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The consumers that the hooks have seen. Bounded, thread-safe.
 *
 * <p>A thread that calls the same consumer again finds it without a lock. Its lock is held for microseconds, when a thread
 * calls another consumer than before.
 */
public final class QueueConsumers {
    /** More consumers than a JVM can serve well; any more are not watched. */
    static final int MAX_CONSUMERS = 10_000;

    @SuppressWarnings("ThreadLocalUsage") // A JVM has one of these objects.
    private final ThreadLocal<QueueConsumer> lastOfThread = new ThreadLocal<>();

    private final List<QueueConsumer> consumers = new ArrayList<>();
    private final Runnable onNew;

    /** @param onNew called when a consumer is seen for the first time, on its thread; returns at once */
    public QueueConsumers(Runnable onNew) {
        this.onNew = onNew;
    }

    /**
     * The current thread begins to wait for work.
     *
     * @return the consumer's counter, which the end of the wait makes odd; null if there are too many
     */
    public AtomicLong waitBegan(Object consumer, Object limit) {
        QueueConsumer known = lastOfThread.get();
        if (known == null || !known.is(consumer)) {
            known = findOrAdd(consumer);
            lastOfThread.set(known);
        }
        return known == null ? null : known.waitBegan(limit);
    }

    /** The wait ends with an exception. */
    public void waitThrew(Object consumer, Throwable thrown) {
        QueueConsumer known = find(consumer);
        if (known != null) {
            known.waitThrew(thrown);
        }
    }

    /** The current thread stops to call its consumers, for a reason. */
    public void givesUp(Object reason) {
        for (QueueConsumer each : all()) {
            if (each.thread() == Thread.currentThread()) {
                each.giveUp(reason);
            }
        }
    }

    /** A call has closed, or tried to close, an object; returns whether it is a consumer that was seen. */
    public boolean closeCalled(Object consumer) {
        QueueConsumer known = find(consumer);
        if (known != null) {
            known.setCloseCalled();
        }
        return known != null;
    }

    private QueueConsumer findOrAdd(Object consumer) {
        QueueConsumer found;
        synchronized (this) {
            found = find(consumer);
            if (found != null || consumers.size() >= MAX_CONSUMERS) {
                return found;
            }
            found = new QueueConsumer(consumer);
            consumers.add(found);
        }
        onNew.run();
        return found;
    }

    private synchronized QueueConsumer find(Object consumer) {
        for (QueueConsumer each : consumers) {
            if (each.is(consumer)) {
                return each;
            }
        }
        return null;
    }

    /** Returns all that were seen and not forgotten. */
    synchronized List<QueueConsumer> all() {
        return new ArrayList<>(consumers);
    }

    /** Forgets a consumer: it was closed, or nothing is left of it. */
    synchronized void forget(QueueConsumer consumer) {
        consumers.remove(consumer);
    }
}
