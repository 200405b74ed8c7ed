package com.approck.healthcheck.agent.consumer;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The consumers that the hooks have seen. Bounded, thread-safe. A thread finds a consumer that was seen before without a lock.
 * The lock is held for microseconds, when one is seen for the first time or forgotten.
 */
public final class QueueConsumers {
    /** More consumers than a JVM can serve well; any more are not watched. */
    static final int MAX_CONSUMERS = 10_000;

    private static final int MIN_PLACES = 64;

    /** A thread's reference to itself, which serves for all consumers. */
    @SuppressWarnings("ThreadLocalUsage") // A JVM has one of these objects.
    private final ThreadLocal<QueueConsumer.Caller> currentThread = new ThreadLocal<>();

    private final List<QueueConsumer> consumers = new ArrayList<>();

    /**
     * The same consumers, each in the first place from that of its hash code on that was free, and at least as many free places.
     * A place is filled once; if one is to be emptied, a new table replaces this one.
     */
    private volatile AtomicReferenceArray<QueueConsumer> places = new AtomicReferenceArray<>(MIN_PLACES);

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
        QueueConsumer known = findOrAdd(consumer);
        return known == null ? null : known.waitBegan(limit, callerOf(known));
    }

    /**
     * The current thread begins to give a message to the application.
     *
     * @param deliverer gives one message after the other
     * @return its counter, which the end of the delivery makes even; null if there are too many
     */
    public AtomicLong deliveryBegan(Object deliverer) {
        QueueConsumer known = findOrAdd(deliverer);
        if (known == null) {
            return null;
        }
        callerOf(known);
        return known.deliveryBegan();
    }

    /** Returns the current thread's reference; the thread is the one that called the consumer last from now on. */
    private QueueConsumer.Caller callerOf(QueueConsumer consumer) {
        // Read first: the thread's own reference costs more.
        QueueConsumer.Caller caller = consumer.callerIf(Thread.currentThread());
        if (caller == null) {
            caller = current();
            consumer.setThread(caller);
        }
        return caller;
    }

    private QueueConsumer.Caller current() {
        QueueConsumer.Caller current = currentThread.get();
        if (current == null) {
            current = new QueueConsumer.Caller(Thread.currentThread());
            currentThread.set(current);
        }
        return current;
    }

    /**
     * An object of a framework asks for work on the current thread from now on.
     *
     * @param asker null if none does any more
     * @return what did before; null if none
     */
    public Object askedBy(Object asker) {
        QueueConsumer.Caller current = current();
        Object before = current.asker;
        current.asker = asker;
        return before;
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
            known.setCloseCalled(currentThread.get());
        }
        return known != null;
    }

    /** Returns the consumer, which is known from now on; null if there are too many. */
    QueueConsumer findOrAdd(Object consumer) {
        QueueConsumer found = find(consumer);
        if (found != null) {
            return found;
        }
        synchronized (this) {
            found = find(consumer);
            if (found != null || consumers.size() >= MAX_CONSUMERS) {
                return found;
            }
            found = new QueueConsumer(consumer);
            consumers.add(found);
            if (2 * consumers.size() > places.length()) {
                replacePlaces(2 * places.length());
            } else {
                place(found, places);
            }
        }
        onNew.run();
        return found;
    }

    /** Returns the consumer; null if it is not known. */
    QueueConsumer find(Object consumer) {
        AtomicReferenceArray<QueueConsumer> all = places;
        int place = System.identityHashCode(consumer);
        QueueConsumer found = all.get(place & (all.length() - 1));
        while (found != null && !found.is(consumer)) {
            found = all.get(++place & (all.length() - 1));
        }
        return found;
    }

    private static void place(QueueConsumer consumer, AtomicReferenceArray<QueueConsumer> to) {
        int place = consumer.hash();
        while (to.get(place & (to.length() - 1)) != null) {
            place++;
        }
        to.set(place & (to.length() - 1), consumer);
    }

    /** @param length a power of two */
    private void replacePlaces(int length) {
        AtomicReferenceArray<QueueConsumer> next = new AtomicReferenceArray<>(length);
        for (QueueConsumer each : consumers) {
            place(each, next);
        }
        places = next;
    }

    /** Returns all that were seen and not forgotten. */
    synchronized List<QueueConsumer> all() {
        return new ArrayList<>(consumers);
    }

    /** Forgets consumers: they were closed, or nothing is left of them. */
    synchronized void forget(Collection<QueueConsumer> over) {
        if (!over.isEmpty() && consumers.removeAll(over)) {
            replacePlaces(places.length());
        }
    }
}
