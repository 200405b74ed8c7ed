package com.approck.healthcheck.agent.consumer;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;

/** A thread that does what a test says, and nothing, without using CPU, in between. */
final class CallingThread implements AutoCloseable {
    private final BlockingQueue<FutureTask<?>> calls = new LinkedBlockingQueue<>();
    private final Thread thread;
    private volatile boolean over;

    CallingThread(String name) {
        thread = new Thread(this::run, name);
        thread.setDaemon(true);
        thread.start();
    }

    Thread thread() {
        return thread;
    }

    /** Runs that on the thread, and returns once it has ended. */
    CallingThread does(Runnable call) {
        FutureTask<?> task = new FutureTask<>(call, null);
        calls.add(task);
        try {
            task.get();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        return this;
    }

    private void run() {
        try {
            while (!over) {
                calls.take().run();
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Ends the thread, and returns once it has ended. */
    void ends() {
        if (thread.isAlive()) {
            does(() -> over = true);
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        ends();
    }
}
