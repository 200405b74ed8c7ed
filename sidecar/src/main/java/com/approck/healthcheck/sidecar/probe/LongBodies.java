package com.approck.healthcheck.sidecar.probe;

import com.approck.healthcheck.sidecar.http.Exchange;
import com.approck.healthcheck.sidecar.http.Response;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Sends answers that take a while to write: made on one of {@value #THREADS} slow threads, so that no probe waits for it.
 *
 * <p>At most {@value #MOST} of them are in memory at a time, until they were taken or their client was hung up on: clients that ask and do not
 * read cost no more than that.
 */
final class LongBodies implements AutoCloseable {
    static final int MOST = 16;

    private static final int THREADS = 2;
    private static final Response BUSY = Response.text(503, "too many long answers at once; ask again");

    private final ThreadPoolExecutor slow;
    private final AtomicInteger open = new AtomicInteger();

    LongBodies() {
        slow = new ThreadPoolExecutor(THREADS, THREADS, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MOST), task -> {
            Thread thread = new Thread(task, "http-slow");
            thread.setDaemon(true);
            return thread;
        });
        slow.allowCoreThreadTimeOut(true);
    }

    /** Sends what {@code writer} gives, or 503 if too much is being sent already. Never blocks. */
    void send(Exchange exchange, Supplier<Response> writer) {
        if (open.getAndIncrement() >= MOST) {
            open.getAndDecrement();
            exchange.send(BUSY);
            return;
        }
        exchange.onEnd(open::getAndDecrement);
        try {
            slow.execute(() -> {
                try {
                    // It may hold names that anybody made up: no browser is to take it for anything but what we say it
                    // is.
                    exchange.send(writer.get().with("X-Content-Type-Options", "nosniff"));
                } catch (RuntimeException | LinkageError | OutOfMemoryError | StackOverflowError e) {
                    exchange.fail(e);
                }
            });
        } catch (RejectedExecutionException e) {
            exchange.send(BUSY);
        }
    }

    @Override
    public void close() {
        slow.shutdownNow();
    }
}
