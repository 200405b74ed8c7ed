package com.approck.healthcheck.agent.pool;

import java.util.Collection;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** The workers that hooks have reported and the sampler has not taken yet. Bounded, together with those that it has. Thread-safe. */
final class NewWorkers {
    /** More workers than a JVM can run well; any more are not tracked, and count as able. */
    static final int MAX_WORKERS = 100_000;

    private final ConcurrentLinkedQueue<Worker> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger tracked = new AtomicInteger();

    /** Adds a worker, unless there are too many. */
    void add(Worker worker) {
        if (tracked.incrementAndGet() <= MAX_WORKERS) {
            waiting.add(worker);
        } else {
            tracked.decrementAndGet();
        }
    }

    /** Moves all waiting workers to the end of a collection. */
    void drainTo(Collection<Worker> to) {
        for (Worker worker = waiting.poll(); worker != null; worker = waiting.poll()) {
            to.add(worker);
        }
    }

    /** Makes room: the sampler no longer tracks that many workers. */
    void release(int count) {
        tracked.addAndGet(-count);
    }
}
