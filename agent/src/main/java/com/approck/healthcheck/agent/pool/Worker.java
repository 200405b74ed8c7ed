package com.approck.healthcheck.agent.pool;

import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicLong;

/** A thread that has served a request, its pool, and the counter of its tasks. The thread is held weakly. */
public final class Worker {
    private final WeakReference<Thread> thread;
    private final long threadId;
    private final MonitoredPool pool;
    private final AtomicLong tasks;

    // For requests by hook and by stack; guarded by the registry.
    private boolean hooked;
    private boolean followedByStack;
    private long evenOnStack = -1;

    /** @param tasks odd while the thread is on a request, grows by one at each begin and end */
    public Worker(Thread thread, MonitoredPool pool, AtomicLong tasks) {
        this.thread = new WeakReference<>(thread);
        this.threadId = idOf(thread);
        this.pool = pool;
        this.tasks = tasks;
    }

    /** Returns a thread's identifier. */
    @SuppressWarnings("deprecation") // Thread.threadId() came with Java 19.
    public static long idOf(Thread thread) {
        return thread.getId();
    }

    /** Returns the thread's identifier. */
    public long threadId() {
        return threadId;
    }

    /** Returns the thread's name, for logs. */
    public String threadName() {
        Thread alive = thread.get();
        return alive == null ? "thread " + threadId : alive.getName();
    }

    /** Returns whether the thread has not ended. */
    public boolean isAlive() {
        Thread alive = thread.get();
        return alive != null && alive.isAlive();
    }

    /**
     * The thread was seen on a request, or not on one, by its stack. That moves the counter only where the hook does not:
     * before it has seen the thread, and for a request that it did not see begin, as another agent had taken it away. Such a
     * request is one that is on the stack at two looks with the same even counter: one look may come just before the hook.
     */
    void seenOnStack(boolean onRequest) {
        long number = tasks.get();
        boolean odd = (number & 1) != 0;
        if (followedByStack) {
            if (!onRequest) {
                followedByStack = false;
                makeEven();
            }
        } else if (!onRequest || odd) {
            evenOnStack = -1;
        } else if (!hooked || evenOnStack == number) {
            followedByStack = true;
            tasks.compareAndSet(number, number + 1);
        } else {
            evenOnStack = number;
        }
    }

    /** The hook follows the thread from now on; what it was on by its stack has ended, as another request begins. */
    void seenByHook() {
        hooked = true;
        followedByStack = false;
        makeEven();
    }

    /** Returns whether the hook has reported a request on the thread. */
    boolean isHooked() {
        return hooked;
    }

    /** Returns whether the thread is on a request whose begin the hook has reported. */
    boolean isOnRequestByHook() {
        return hooked && !followedByStack && (tasks.get() & 1) != 0;
    }

    private void makeEven() {
        long number = tasks.get();
        if ((number & 1) != 0) {
            tasks.compareAndSet(number, number + 1);
        }
    }

    /** Returns the counter, for the thread that moves it. */
    AtomicLong counter() {
        return tasks;
    }

    /** Sets the counter to what the pool itself counts. */
    public void setTasks(long number) {
        tasks.set(number);
    }

    /** Returns the pool that it serves. */
    public MonitoredPool pool() {
        return pool;
    }

    /** Returns the counter: odd while the thread is on a request; unchanged if no request began or ended since. */
    public long tasks() {
        return tasks.get();
    }
}
