package com.approck.healthcheck.sidecar.http;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.SameThreadExecutor;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Sends long responses: each is written on one of {@value #THREADS} background threads, so that no probe waits for it.
 *
 * <p>At most {@value #MAX_RESPONSES} of them are in memory at a time. A response counts until it is sent or its connection is closed, so
 * clients that ask and do not read cannot cost more than that.
 */
public final class BackgroundResponder implements AutoCloseable {
    static final int MAX_RESPONSES = 16;

    private static final int THREADS = 2;

    private static final Response BUSY = Response.text(503, "too many long responses at once; try again");

    private final ThreadPoolExecutor background;
    private final AtomicInteger open = new AtomicInteger();

    public BackgroundResponder() {
        background = new ThreadPoolExecutor(
                THREADS, THREADS, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MAX_RESPONSES), task -> {
                    Thread thread = new Thread(task, "http-background");
                    thread.setDaemon(true);
                    return thread;
                });
        background.allowCoreThreadTimeOut(true);
    }

    /** Sends what {@code writer} returns, or 503 if too many long responses are being sent. On the I/O thread; never blocks. */
    public void send(HttpServerExchange exchange, Supplier<Response> writer) {
        if (open.getAndIncrement() >= MAX_RESPONSES) {
            open.getAndDecrement();
            BUSY.send(exchange);
            return;
        }
        exchange.addExchangeCompleteListener((ended, next) -> {
            open.getAndDecrement();
            next.proceed();
        });
        exchange.dispatch(SameThreadExecutor.INSTANCE, () -> {
            try {
                background.execute(() -> write(exchange, writer));
            } catch (RejectedExecutionException e) {
                BUSY.send(exchange);
            }
        });
    }

    @Override
    public void close() {
        background.shutdownNow();
    }

    private static void write(HttpServerExchange exchange, Supplier<Response> writer) {
        Runnable answer;
        try {
            Response response = writer.get();
            answer = () -> response.send(exchange);
        } catch (RuntimeException | LinkageError | OutOfMemoryError | StackOverflowError e) {
            answer = () -> GuardedConnection.of(exchange).fail(exchange, e);
        }
        exchange.getIoThread().execute(answer);
    }
}
