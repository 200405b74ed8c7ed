package com.approck.healthcheck.agent.consumer;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A consumer as its hooks see it: the thread that called it last, or on which it was last at work, and whether that thread waits
 * for work or works. Consumer and thread are held weakly.
 *
 * <p>{@link #waitBegan}, {@link #deliveryBegan} and {@link #waitThrew} are for the consumer's thread: no lock, no clock, and no
 * allocation but for an exception. All else may be called on any thread.
 */
final class QueueConsumer {
    /** What {@link #limitSeconds} returns for a wait that may take any time. */
    static final long WITHOUT_LIMIT = Long.MAX_VALUE;

    /** The turns during work that the hook has not seen begin; those of any that it sees are more. */
    private static final long UNSEEN_WORK = 1;

    private static final WeakReference<Thread> NO_THREAD = new WeakReference<>(null);
    private static final WeakReference<Object> NO_ASKER = new WeakReference<>(null);

    private final WeakReference<Object> consumer;
    private final int hash;

    /** Even while the thread waits for work, odd while it works; another number after each begin and end of a wait. */
    private final AtomicLong turns = new AtomicLong();

    /** A thread that calls consumers. Each has one such reference, which serves for all consumers. */
    static final class Caller extends WeakReference<Thread> {
        /** The object of a framework that asks for work on the thread at this moment; null if none. For the thread alone. */
        Object asker;

        Caller(Thread thread) {
            super(thread);
        }
    }

    /** Of the threads that call it, one at a time: a {@link Caller}, if the hook has seen its call. */
    private final AtomicReference<WeakReference<Thread>> thread = new AtomicReference<>(NO_THREAD);

    // Written before the turns, read after them.
    private long limitSeconds = WITHOUT_LIMIT;
    private String thrown;

    /** Whether it has not been asked yet, or its last call threw, or its thread gave up: one look for the three of them. */
    private boolean notable = true;

    private volatile boolean asked;
    private volatile WeakReference<Object> asker = NO_ASKER;
    private volatile boolean closeCalled;
    private volatile boolean closedByItsThread;
    private volatile String givenUp;

    // For the agent's thread alone.
    private boolean member;
    private boolean replaced;
    private boolean connectionKnown;

    QueueConsumer(Object consumer) {
        this.consumer = new WeakReference<>(consumer);
        this.hash = System.identityHashCode(consumer);
    }

    /** Returns the library's object's own hash code, as {@link System#identityHashCode} has it. */
    int hash() {
        return hash;
    }

    boolean is(Object other) {
        return consumer.get() == other;
    }

    /** Returns the library's object; null once it has been collected. */
    Object get() {
        return consumer.get();
    }

    /** Returns the turns, which are even from now on, and which the end of the wait makes odd. */
    @SuppressWarnings("JavaDurationGetSecondsToToSeconds") // toSeconds() came with Java 9.
    AtomicLong waitBegan(Object limitOfCall, Caller caller) {
        // Not the object: to keep a new one in an old one costs the collector a mark each time.
        limitSeconds = limitOfCall instanceof Duration ? ((Duration) limitOfCall).getSeconds() : WITHOUT_LIMIT;
        if (notable) {
            beginAnew();
        }
        if (asker.get() != caller.asker) {
            setAsker(caller.asker);
        }
        long number = turns.get();
        turns.lazySet(number + 2 - (number & 1));
        return turns;
    }

    private void beginAnew() {
        notable = false;
        thrown = null;
        givenUp = null;
        asked = true;
    }

    private void setAsker(Object now) {
        asker = now == null ? NO_ASKER : new WeakReference<>(now);
    }

    /** Returns what asked it last or has closed it, if that is known to be an object of a framework and not collected; else null. */
    Object asker() {
        return asker.get();
    }

    /** Returns whether a thread has asked it for work: else it is one to which work is given. */
    boolean isAsked() {
        return asked;
    }

    /** Returns the reference to that thread if a hook has seen it call this consumer, and no other thread since; else null. */
    Caller callerIf(Thread current) {
        WeakReference<Thread> last = thread.get();
        return last.get() == current && last instanceof Caller ? (Caller) last : null;
    }

    /** Returns whether a hook has seen a call of it. */
    boolean isCallSeen() {
        return thread.get() instanceof Caller;
    }

    /**
     * As long as no hook has seen a call of it: a thread waits for it, in a call that began before the hook was in.
     *
     * @param waiting null if none does: the thread that did is at work
     */
    void setUnseenWait(Thread waiting) {
        if (isCallSeen()) {
            return;
        }
        if (waiting == null) {
            turns.compareAndSet(0, asked ? UNSEEN_WORK : 0);
        } else {
            asked = true;
            if (thread() != waiting) {
                thread.compareAndSet(thread.get(), new WeakReference<>(waiting));
            }
            turns.compareAndSet(UNSEEN_WORK, 0);
        }
    }

    /** Returns the turns, which are odd from now on, and which the end of the delivery makes even. */
    AtomicLong deliveryBegan() {
        turns.lazySet((Math.max(turns.get(), UNSEEN_WORK) + 1) | 1);
        return turns;
    }

    /** Returns whether the hook has seen a delivery of it. */
    boolean isDeliverySeen() {
        return turns.get() > UNSEEN_WORK;
    }

    /** It is at work on a delivery that the hook has not seen, or is not, unless the hook sees one at this moment. */
    void setUnseenDelivery(Thread unseen) {
        if (unseen == null) {
            turns.compareAndSet(UNSEEN_WORK, 0);
        } else if (thread() == unseen || thread.compareAndSet(NO_THREAD, new WeakReference<>(unseen))) {
            turns.compareAndSet(0, UNSEEN_WORK);
        }
    }

    /** Sets the thread that calls it, or delivers for it, from now on. For that thread, before its turn. */
    void setThread(Caller caller) {
        thread.lazySet(caller);
    }

    void waitThrew(Throwable thrownByCall) {
        thrown = describe(thrownByCall);
        notable = true;
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
        notable = true;
    }

    /** Returns why its thread has stopped to call it; null if no framework has said so since the last call. */
    String givenUp() {
        return givenUp;
    }

    /**
     * A call that closes it has returned or thrown on the current thread.
     *
     * @param caller the thread's reference to itself; null if it has none
     */
    void setCloseCalled(Caller caller) {
        if (caller != null && caller.asker != null) {
            setAsker(caller.asker);
        }
        closedByItsThread = thread() == Thread.currentThread();
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
        return thread.get().get();
    }

    /** Returns a number that is odd while the thread works, and changes at each begin and end of a wait. */
    long turns() {
        return turns.get();
    }

    /** Returns the time limit that the last wait was given, without fractions; {@link #WITHOUT_LIMIT} if none. */
    long limitSeconds() {
        return limitSeconds;
    }

    /** Returns what the last wait threw; null if it returned, or has not ended. */
    String thrown() {
        return thrown;
    }

    /** Returns whether it counts in a group. */
    boolean isMember() {
        return member;
    }

    /** Returns whether the connection that it belongs to is known, or that it belongs to none. */
    boolean isConnectionKnown() {
        return connectionKnown;
    }

    void setConnectionKnown() {
        connectionKnown = true;
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
