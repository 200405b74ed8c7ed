package com.approck.healthcheck.agent.sample;

import com.approck.healthcheck.agent.pool.FakePools;
import com.approck.healthcheck.agent.pool.PoolRegistry;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/** A thread of a pool that does nothing; the test moves the counter in its place. */
final class FakeWorker {
    private final CountDownLatch end = new CountDownLatch(1);
    private final Thread thread;
    private final AtomicLong counter;

    /** Starts the thread and registers it with its first task. */
    FakeWorker(PoolRegistry registry, FakePools.Owner owner, String name) {
        CompletableFuture<AtomicLong> first = new CompletableFuture<>();
        thread = new Thread(
                () -> {
                    first.complete(registry.addWorker(new FakePools.Task(owner)));
                    try {
                        end.await();
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
        counter = first.join();
    }

    Thread thread() {
        return thread;
    }

    long id() {
        return thread.getId();
    }

    void begins() {
        counter.incrementAndGet();
    }

    void ends() {
        counter.incrementAndGet();
    }

    void dies() throws InterruptedException {
        end.countDown();
        thread.join();
    }
}
