package com.approck.healthcheck.agent.server;

import java.util.concurrent.CountDownLatch;

/** What a request does in a server under test: waits, without using CPU, until the test ends. */
final class Hang {
    private final CountDownLatch entered;
    private final CountDownLatch released = new CountDownLatch(1);

    /** @param requests the number of requests that {@link #awaitEntered} waits for */
    Hang(int requests) {
        entered = new CountDownLatch(requests);
    }

    /** Called by the server's worker. */
    void serve() {
        entered.countDown();
        try {
            released.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void awaitEntered() throws InterruptedException {
        entered.await();
    }

    void release() {
        released.countDown();
    }
}
