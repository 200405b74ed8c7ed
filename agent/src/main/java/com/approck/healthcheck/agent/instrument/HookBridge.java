package com.approck.healthcheck.agent.instrument;

import com.approck.healthcheck.agent.bootstrap.Hook;
import com.approck.healthcheck.agent.log.Log;
import java.security.AccessController;
import java.security.PrivilegedAction;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * What the hook reaches on a server's threads: the registry, with the agent's own permissions. Under a security manager a
 * server's threads have those of the thread that started them, which seldom include a look into a pool.
 *
 * <p>Thread-safe. What goes wrong is said and goes no further. A call that has failed {@link #MAX_FAILURES} times, and not
 * once succeeded between, is not made again. A heap without room says nothing of the call, so an {@link OutOfMemoryError}
 * does not count.
 */
public final class HookBridge {
    /** The most failures in a row of each call: all workers of a server may fail at one moment, but not again and again. */
    static final int MAX_FAILURES = 100;

    private final Function<Object, AtomicLong> onFirstTask;
    private final BiConsumer<Object, Boolean> onPoolChange;
    private final SelfCheck check;
    private final Log log;
    private final AtomicInteger failedTasks = new AtomicInteger();
    private final AtomicInteger failedChanges = new AtomicInteger();
    private boolean tasksOff;
    private final AtomicInteger failedWaits = new AtomicInteger();
    private boolean changesOff;

    /**
     * @param onFirstTask as {@link Hook#connect} has it
     * @param onPoolChange as {@link Hook#connect} has it
     * @param check gets the calls of its own fixture
     */
    public HookBridge(
            Function<Object, AtomicLong> onFirstTask,
            BiConsumer<Object, Boolean> onPoolChange,
            SelfCheck check,
            Log log) {
        this.onFirstTask = onFirstTask;
        this.onPoolChange = onPoolChange;
        this.check = check;
        this.log = log;
    }

    /** Connects the hook, but for what has been given up. */
    public synchronized void connect() {
        Hook.connect(tasksOff ? null : this::firstTask, changesOff ? null : this::poolChanged);
    }

    /**
     * Connects the hook of executors that a server gives requests to.
     *
     * @param onNewRequestExecutor as {@link Hook#connectRequestExecutors} has it
     */
    public void connectRequestExecutors(Consumer<Object> onNewRequestExecutor) {
        Hook.connectRequestExecutors(executor -> {
            try {
                AccessController.doPrivileged((PrivilegedAction<Void>) () -> {
                    onNewRequestExecutor.accept(executor);
                    return null;
                });
            } catch (Throwable e) {
                // Called once for each executor, so it cannot fail often.
                log.warn("an executor that serves requests is not watched: ", e);
            }
        });
    }

    /**
     * Connects the hooks of consumers.
     *
     * @param onWaitBegin as {@link Hook#connectConsumers} has it; needs no permission of the agent's
     * @param onWaitThrew the same
     * @param onGiveUp the same
     * @param onDeliveryBegin the same
     */
    public void connectConsumers(
            BiFunction<Object, Object, AtomicLong> onWaitBegin,
            BiConsumer<Object, Throwable> onWaitThrew,
            Consumer<Object> onGiveUp,
            Function<Object, AtomicLong> onDeliveryBegin) {
        Hook.connectConsumers(
                (consumer, limit) -> {
                    try {
                        AtomicLong counter = onWaitBegin.apply(consumer, limit);
                        consumersWork();
                        return counter;
                    } catch (Throwable e) {
                        consumersFailed(e);
                        return null;
                    }
                },
                (consumer, thrown) -> {
                    try {
                        onWaitThrew.accept(consumer, thrown);
                    } catch (Throwable e) {
                        consumersFailed(e);
                    }
                },
                reason -> {
                    try {
                        onGiveUp.accept(reason);
                    } catch (Throwable e) {
                        consumersFailed(e);
                    }
                },
                deliverer -> {
                    try {
                        AtomicLong counter = onDeliveryBegin.apply(deliverer);
                        consumersWork();
                        return counter;
                    } catch (Throwable e) {
                        consumersFailed(e);
                        return null;
                    }
                });
    }

    /**
     * Connects the hook of what asks consumers for work.
     *
     * @param onAskerChange as {@link Hook#connectAskers} has it; needs no permission of the agent's
     */
    public void connectAskers(UnaryOperator<Object> onAskerChange) {
        Hook.connectAskers(asker -> {
            try {
                return onAskerChange.apply(asker);
            } catch (Throwable e) {
                consumersFailed(e);
                return null;
            }
        });
    }

    private void consumersWork() {
        // Read first: a write to what all threads share costs more than the rest.
        if (failedWaits.get() != 0) {
            failedWaits.set(0);
        }
    }

    private void consumersFailed(Throwable e) {
        if (hasFailedTooOften(failedWaits, e)) {
            Hook.connectConsumers(null, null, null, null);
            Hook.connectAskers(null);
            log.warn(
                    "the hook of consumers is off, because it failed " + MAX_FAILURES
                            + " times in a row; what they do is" + " not followed any more: ",
                    e);
        }
    }

    private AtomicLong firstTask(Object task) {
        if (check.isFixture(task)) {
            return check.counter();
        }
        try {
            AtomicLong counter =
                    AccessController.doPrivileged((PrivilegedAction<AtomicLong>) () -> onFirstTask.apply(task));
            failedTasks.set(0);
            return counter;
        } catch (Throwable e) {
            if (hasFailedTooOften(failedTasks, e)) {
                tasksFailed(e);
            }
            return null;
        }
    }

    private void poolChanged(Object owner, Boolean started) {
        if (check.isFixture(owner)) {
            check.changed(started);
            return;
        }
        try {
            AccessController.doPrivileged((PrivilegedAction<Void>) () -> {
                onPoolChange.accept(owner, started);
                return null;
            });
            failedChanges.set(0);
        } catch (Throwable e) {
            if (hasFailedTooOften(failedChanges, e)) {
                changesFailed(e);
            }
        }
    }

    private boolean hasFailedTooOften(AtomicInteger failures, Throwable e) {
        // Counted before it is said: that may fail as well.
        boolean tooOften = !(e instanceof OutOfMemoryError) && failures.incrementAndGet() >= MAX_FAILURES;
        log.warn("the hook failed on a thread of the server, which goes on: ", e);
        return tooOften;
    }

    private synchronized void tasksFailed(Throwable e) {
        tasksOff = true;
        connect();
        log.warn(
                "the hook of requests is off, because it failed " + MAX_FAILURES + " times in a row; a worker that it"
                        + " has not seen yet counts as able, stuck or not: ",
                e);
    }

    private synchronized void changesFailed(Throwable e) {
        changesOff = true;
        connect();
        log.warn(
                "the hook of pools is off, because it failed " + MAX_FAILURES + " times in a row; a pool that starts"
                        + " from now on is not counted, and one that stops may be counted on: ",
                e);
    }
}
