package com.approck.healthcheck.agent.pool;

import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicLong;

/** A thread that has served a request, the pool that it serves, and the counter that it moves. The thread is held weakly. */
public final class Worker {
    private final WeakReference<Thread> thread;
    private final long threadId;
    private final WatchedPool pool;
    private final AtomicLong tasks;

    /** @param tasks odd while the thread is on a request, moved at each begin and end */
    public Worker(Thread thread, WatchedPool pool, AtomicLong tasks) {
        this.thread = new WeakReference<>(thread);
        this.threadId = idOf(thread);
        this.pool = pool;
        this.tasks = tasks;
    }

    /** A thread's identifier. */
    @SuppressWarnings("deprecation") // Thread.threadId() came with Java 19.
    public static long idOf(Thread thread) {
        return thread.getId();
    }

    /** The thread's identifier. */
    public long threadId() {
        return threadId;
    }

    /** The thread's name, for people. */
    public String threadName() {
        Thread alive = thread.get();
        return alive == null ? "thread " + threadId : alive.getName();
    }

    /** Whether the thread has not ended. */
    public boolean isAlive() {
        Thread alive = thread.get();
        return alive != null && alive.isAlive();
    }

    /**
     * Follows a thread that no hook follows yet: it was seen on a request, or not on one. Only while the hook does not move
     * the counter.
     */
    void seenOnRequest(boolean on) {
        long number = tasks.get();
        if (((number & 1) != 0) != on) {
            tasks.set(number + 1);
        }
    }

    /** The counter, which its thread moves. */
    AtomicLong counter() {
        return tasks;
    }

    /** Takes in what the pool itself says of its progress. */
    public void tasks(long number) {
        tasks.set(number);
    }

    /** The pool that it serves. */
    public WatchedPool pool() {
        return pool;
    }

    /** Odd while the thread is on a request; a number that was seen before means that nothing began or ended since. */
    public long tasks() {
        return tasks.get();
    }
}
