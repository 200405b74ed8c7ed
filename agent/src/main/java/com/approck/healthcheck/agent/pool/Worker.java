package com.approck.healthcheck.agent.pool;

import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicLong;

/** A thread that has served a request, its pool, and the counter of its tasks. The thread is held weakly. */
public final class Worker {
    private final WeakReference<Thread> thread;
    private final long threadId;
    private final MonitoredPool pool;
    private final AtomicLong tasks;

    /** @param tasks odd while the thread is on a request; grows by one at each begin and end */
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

    /** Moves the counter, of a thread that no hook follows yet, if it does not say whether the thread is on a request. */
    void setOnRequest(boolean onRequest) {
        long number = tasks.get();
        if (((number & 1) != 0) != onRequest) {
            tasks.set(number + 1);
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
