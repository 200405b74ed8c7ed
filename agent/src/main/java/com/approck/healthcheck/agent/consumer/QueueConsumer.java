package com.approck.healthcheck.agent.consumer;

import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A consumer as its hooks see it: the thread that called it last, and whether that thread waits for work or works. Consumer
 * and thread are held weakly.
 *
 * <p>{@link #waitBegan} and {@link #waitEnded} are for the consumer's thread: no lock, no clock, and no allocation but for a
 * new thread or an exception. All else may be called on any thread.
 */
final class QueueConsumer {
    private final WeakReference<Object> consumer;

    /** Even while the thread waits for work, odd while it works; another number after each begin and end of a wait. */
    private final AtomicLong turns = new AtomicLong();

    private volatile WeakReference<Thread> thread = new WeakReference<>(null);

    // Written before the turns, read after them.
    private Object limit;
    private String thrown;

    private volatile boolean closeCalled;
    private volatile boolean closedByItsThread;
    private volatile String givenUp;

    // For the agent's thread alone.
    private boolean member;
    private boolean replaced;

    QueueConsumer(Object consumer) {
        this.consumer = new WeakReference<>(consumer);
    }

    boolean is(Object other) {
        return consumer.get() == other;
    }

    /** Returns the library's object; null once it has been collected. */
    Object get() {
        return consumer.get();
    }

    void waitBegan(Object limitOfCall) {
        Thread current = Thread.currentThread();
        if (thread.get() != current) {
            thread = new WeakReference<>(current);
        }
        limit = limitOfCall;
        if (givenUp != null) {
            givenUp = null;
        }
        long number = turns.get();
        turns.lazySet(number + 2 - (number & 1));
    }

    void waitEnded(Throwable thrownByCall) {
        thrown = thrownByCall == null ? null : describe(thrownByCall);
        turns.lazySet(turns.get() | 1);
    }

    /** The method of an exception may be the application's, and throw. */
    private static String describe(Object thrown) {
        try {
            return thrown.toString();
        } catch (RuntimeException e) {
            return thrown.getClass().getName();
        }
    }

    /** Its thread stops to call it. */
    void giveUp(Object reason) {
        givenUp = describe(reason);
    }

    /** Returns why its thread has stopped to call it; null if no framework has said so since the last call. */
    String givenUp() {
        return givenUp;
    }

    /** A call that closes it has returned or thrown on the current thread. */
    void setCloseCalled() {
        closedByItsThread = thread.get() == Thread.currentThread();
        closeCalled = true;
    }

    /** Returns whether the thread that called it last has closed it, and still lives: it may be about to make another. */
    boolean isClosedByLiveThread() {
        return closeCalled && closedByItsThread && isThreadAlive();
    }

    /** Returns whether a call that closes it has returned or thrown. */
    boolean isCloseCalled() {
        return closeCalled;
    }

    /** Returns the thread that called it last; null once that has been collected. */
    Thread thread() {
        return thread.get();
    }

    /** Returns a number that is odd while the thread works, and changes at each begin and end of a wait. */
    long turns() {
        return turns.get();
    }

    /** Returns the time limit that the last wait was given, as the library has it; null if none. */
    Object limit() {
        return limit;
    }

    /** Returns what the last wait threw; null if it returned, or has not ended. */
    String thrown() {
        return thrown;
    }

    /** Returns whether it counts in a group. */
    boolean isMember() {
        return member;
    }

    /** It has joined a group. */
    void joined() {
        member = true;
        replaced = false;
    }

    /** It has left its group. */
    void left() {
        member = false;
    }

    /** It has left its group, since another has taken its place. */
    void replaced() {
        member = false;
        replaced = true;
    }

    /** Returns whether another has taken its place, and no thread has called it since. */
    boolean isReplaced() {
        return replaced && !isThreadAlive();
    }

    boolean isThreadAlive() {
        Thread last = thread();
        return last != null && last.isAlive();
    }
}
