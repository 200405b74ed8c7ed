package com.approck.healthcheck.it.support.probe;

import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.Moment;
import java.time.Duration;

/** A task that runs once each period, on a daemon thread of its own, from its start to its close. What is late is not made up for. */
final class RepeatedTask implements AutoCloseable {

    private final Duration period;
    private final Runnable task;
    private volatile boolean closed;

    private RepeatedTask(Duration period, Runnable task) {
        this.period = period;
        this.task = task;
    }

    static RepeatedTask start(String threadName, Duration period, Runnable task) {
        RepeatedTask repeated = new RepeatedTask(period, task);
        Thread thread = new Thread(repeated::run, threadName);
        thread.setDaemon(true);
        thread.start();
        return repeated;
    }

    private void run() {
        Moment next = Moment.now();
        while (!closed) {
            task.run();
            next = next.plus(period);
            Duration left = next.since(Moment.now());
            if (left.isNegative()) {
                next = Moment.now();
            } else {
                Await.pause(left);
            }
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
