package com.approck.healthcheck.agent.bootstrap;

import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Called from inside the methods of a server: when a pool starts or stops, when a worker begins or ends a task, and when a
 * consumer waits for work or is given some.
 *
 * <p>This class is defined in the boot loader, because advice is inlined into classes of any loader and each of them must
 * find it. It would break there if it named any class that is not the boot loader's: its signatures hold {@code java.*}
 * alone, and the agent, which lives in a loader of its own, is reached through the functions that it puts here.
 *
 * <p>No method throws: a caller is a server at work. On the path of a task there is no lock, no clock and no allocation.
 */
public final class Hook {
    private static final String NAME = "com.approck.healthcheck.agent.bootstrap.Hook";

    /** The most executors that are reported; the application is served by any more, but they are not watched. */
    private static final int MAX_REQUEST_EXECUTORS = 16;

    /**
     * The counter of each worker: odd while its thread is on a task, and moved at each begin and end. Written by its own
     * thread alone, read by the sampler.
     */
    private static final ThreadLocal<AtomicLong> TASKS = new ThreadLocal<>();

    /** The class of virtual threads, or null before Java 21. They come and go by the million, and have no counter each. */
    private static final Class<?> VIRTUAL_THREAD = virtualThreadClass();

    private static volatile Function<Object, AtomicLong> firstTask;
    private static volatile BiConsumer<Object, Boolean> poolChange;
    private static volatile Consumer<Object> newRequestExecutor;

    /** The executors that were reported, held weakly. A new array replaces it, so that it can be read without a lock. */
    private static volatile WeakReference<?>[] requestExecutors = {};

    private static volatile BiFunction<Object, Object, AtomicLong> waitBegin;
    private static volatile BiConsumer<Object, Throwable> waitThrew;
    private static volatile Consumer<Object> giveUp;
    private static volatile UnaryOperator<Object> askerChange;
    private static volatile Function<Object, AtomicLong> deliveryBegin;

    private Hook() {}

    /**
     * Connects the hooks to the agent.
     *
     * @param onFirstTask gets the task with which a thread is first seen, on that thread, and gives its counter
     * @param onPoolChange gets a pool, or the owner of one, and whether it has started (true) or stopped (false)
     */
    public static void connect(Function<Object, AtomicLong> onFirstTask, BiConsumer<Object, Boolean> onPoolChange) {
        firstTask = onFirstTask;
        poolChange = onPoolChange;
    }

    /**
     * Connects the hook of executors to the agent.
     *
     * @param onNewRequestExecutor gets each executor when it is given its first request, before it is
     */
    public static void connectRequestExecutors(Consumer<Object> onNewRequestExecutor) {
        newRequestExecutor = onNewRequestExecutor;
    }

    /** A server gives a request to an executor or to what holds one, or to its own workers if that is null. */
    public static void requestGivenTo(Object executor) {
        Consumer<Object> consumer = newRequestExecutor;
        if (executor != null && consumer != null && !isReported(executor)) {
            report(executor, consumer);
        }
    }

    private static boolean isReported(Object executor) {
        for (WeakReference<?> reported : requestExecutors) {
            if (reported.get() == executor) {
                return true;
            }
        }
        return false;
    }

    private static void report(Object executor, Consumer<Object> consumer) {
        synchronized (Hook.class) {
            if (isReported(executor)) {
                return;
            }
            WeakReference<?>[] old = requestExecutors;
            int kept = 0;
            for (WeakReference<?> reported : old) {
                kept += reported.get() == null ? 0 : 1;
            }
            if (kept >= MAX_REQUEST_EXECUTORS) {
                return;
            }
            WeakReference<?>[] next = new WeakReference<?>[kept + 1];
            next[0] = new WeakReference<>(executor);
            int i = 1;
            for (WeakReference<?> reported : old) {
                if (reported.get() != null && i < next.length) {
                    next[i++] = reported;
                }
            }
            // Some may have been collected since they were counted.
            while (i < next.length) {
                next[i++] = next[0];
            }
            requestExecutors = next;
        }
        consumer.accept(executor);
    }

    /**
     * Connects the hooks of consumers to the agent.
     *
     * @param onWaitBegin gets a consumer whose thread begins to wait for work, and the time limit of the call or null; gives
     *     the consumer's counter, which it has made even, or null
     * @param onWaitThrew gets a consumer whose wait ends with an exception
     * @param onGiveUp gets, on the thread that stops to consume, the reason
     * @param onDeliveryBegin gets what gives a message to the application, on that thread; gives its counter, which it has made
     *     odd, or null
     */
    public static void connectConsumers(
            BiFunction<Object, Object, AtomicLong> onWaitBegin,
            BiConsumer<Object, Throwable> onWaitThrew,
            Consumer<Object> onGiveUp,
            Function<Object, AtomicLong> onDeliveryBegin) {
        waitBegin = onWaitBegin;
        waitThrew = onWaitThrew;
        giveUp = onGiveUp;
        deliveryBegin = onDeliveryBegin;
    }

    /**
     * A thread begins to wait for work, in a call of a consumer.
     *
     * @return the consumer's counter, which the end of the wait makes odd; null if nobody follows it
     */
    public static AtomicLong waitBegan(Object consumer, Object limit) {
        BiFunction<Object, Object, AtomicLong> onBegin = waitBegin;
        return onBegin == null ? null : onBegin.apply(consumer, limit);
    }

    /** The wait ends: the thread works from now on. */
    public static void waitEnded(AtomicLong counter, Object consumer, Throwable thrown) {
        endWait(counter, consumer, thrown, true);
    }

    /** The wait ends: the thread works from now on if it has a message, and else is at nobody's work. */
    public static void receiveEnded(AtomicLong counter, Object consumer, Object message, Throwable thrown) {
        endWait(counter, consumer, thrown, message != null);
    }

    private static void endWait(AtomicLong counter, Object consumer, Throwable thrown, boolean works) {
        if (counter == null) {
            return;
        }
        if (thrown != null) {
            BiConsumer<Object, Throwable> onThrew = waitThrew;
            if (onThrew != null) {
                onThrew.accept(consumer, thrown);
            }
        }
        if (works) {
            counter.lazySet(counter.get() | 1);
        }
    }

    /**
     * Connects the hook of what asks consumers for work.
     *
     * @param onAskerChange gets what does so on the current thread from now on, or null; gives what did before, or null
     */
    public static void connectAskers(UnaryOperator<Object> onAskerChange) {
        askerChange = onAskerChange;
    }

    /** An object asks consumers for work on the current thread from now on, or none if null; returns what did before. */
    public static Object askedBy(Object asker) {
        UnaryOperator<Object> onChange = askerChange;
        return onChange == null ? null : onChange.apply(asker);
    }

    /**
     * A message is given to the application.
     *
     * @return the counter of what gives it, which the end of the delivery makes even; null if nobody follows it
     */
    public static AtomicLong deliveryBegan(Object deliverer) {
        Function<Object, AtomicLong> onBegin = deliveryBegin;
        return onBegin == null ? null : onBegin.apply(deliverer);
    }

    /** The application has returned from a message. */
    public static void deliveryEnded(AtomicLong counter) {
        if (counter != null) {
            long count = counter.get();
            counter.lazySet(count + (count & 1));
        }
    }

    /** The current thread stops to consume, for a reason; without one it was asked to, and nothing happens. */
    public static void givesUp(Object reason) {
        Consumer<Object> onGiveUp = giveUp;
        if (onGiveUp != null && reason != null) {
            onGiveUp.accept(reason);
        }
    }

    /**
     * A worker begins a task.
     *
     * @return whether this is the outermost task of the thread, whose end is to be reported; false if it runs inside another,
     *     or is not followed
     */
    public static boolean taskBegan(Object task) {
        Thread thread = Thread.currentThread();
        if (thread.getClass() == VIRTUAL_THREAD) {
            return firstTask != null && VirtualSlots.taskBegan(thread, task);
        }
        AtomicLong counter = TASKS.get();
        if (counter == null) {
            counter = register(task);
            if (counter == null) {
                return false;
            }
        }
        long count = counter.get();
        if ((count & 1) != 0) {
            return false;
        }
        counter.lazySet(count + 1);
        return true;
    }

    /** The outermost task of the thread ends; without one, nothing happens. */
    public static void taskEnded() {
        Thread thread = Thread.currentThread();
        if (thread.getClass() == VIRTUAL_THREAD) {
            VirtualSlots.taskEnded(thread);
            return;
        }
        AtomicLong counter = TASKS.get();
        if (counter != null) {
            long count = counter.get();
            if ((count & 1) != 0) {
                counter.lazySet(count + 1);
            }
        }
    }

    /** A pool, or the owner of one, has started. */
    public static void poolStarted(Object pool) {
        BiConsumer<Object, Boolean> consumer = poolChange;
        if (consumer != null) {
            consumer.accept(pool, Boolean.TRUE);
        }
    }

    /** A pool, or the owner of one, has stopped. */
    public static void poolStopped(Object pool) {
        BiConsumer<Object, Boolean> consumer = poolChange;
        if (consumer != null) {
            consumer.accept(pool, Boolean.FALSE);
        }
    }

    /** This class if it has that name, else null: for the class loaders that would not find it. */
    public static Class<?> classNamed(String name) {
        return NAME.equals(name) ? Hook.class : null;
    }

    private static AtomicLong register(Object task) {
        Function<Object, AtomicLong> function = firstTask;
        AtomicLong counter = function == null ? null : function.apply(task);
        if (counter != null) {
            TASKS.set(counter);
        }
        return counter;
    }

    private static Class<?> virtualThreadClass() {
        try {
            return Class.forName("java.lang.VirtualThread", false, null);
        } catch (ClassNotFoundException e) {
            return null;
        }
    }
}
