package com.approck.healthcheck.sidecar.http;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.SameThreadExecutor;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.xnio.IoUtils;
import org.xnio.XnioExecutor;

/**
 * Sends answers that take a while to write: made on a slow thread, so that no probe waits for it.
 *
 * <p>At most {@value #MOST} of them are in memory at a time, and whoever reads too slowly to have one in {@value #SEND_MILLIS} ms is
 * hung up on: clients that ask and do not read cost no more than that.
 */
final class LongBodies {
    static final int MOST = 16;
    static final int SEND_MILLIS = 5_000;

    private static final ByteBuffer BUSY = Json.bytes("too many long answers at once; ask again\n");

    private final Executor slow;
    private final AtomicInteger open = new AtomicInteger();

    /** Writes on {@code slow}, which may reject. */
    LongBodies(Executor slow) {
        this.slow = slow;
    }

    /** Sends what {@code body} gives, or 503 if too much is being sent already. Never blocks; on the I/O thread. */
    void send(HttpServerExchange exchange, int status, String contentType, Supplier<ByteBuffer> body) {
        if (open.getAndIncrement() >= MOST) {
            open.getAndDecrement();
            Reply.send(exchange, 503, Reply.TEXT, BUSY);
            return;
        }
        // It may hold names that anybody made up: no browser is to take it for anything but what we say it is.
        exchange.getResponseHeaders().put(Headers.X_CONTENT_TYPE_OPTIONS, "nosniff");
        AtomicBoolean over = new AtomicBoolean();
        XnioExecutor.Key end = exchange.getIoThread()
                .executeAfter(
                        () -> {
                            IoUtils.safeClose(exchange.getConnection());
                            free(over);
                        },
                        SEND_MILLIS,
                        TimeUnit.MILLISECONDS);
        exchange.addExchangeCompleteListener((ended, next) -> {
            end.remove();
            free(over);
            next.proceed();
        });
        exchange.dispatch(SameThreadExecutor.INSTANCE, () -> {
            try {
                slow.execute(() -> {
                    try {
                        Reply.send(exchange, status, contentType, body.get());
                    } catch (RuntimeException | Error e) {
                        exchange.setStatusCode(500).endExchange();
                        throw e;
                    }
                });
            } catch (RejectedExecutionException e) {
                Reply.send(exchange, 503, Reply.TEXT, BUSY);
            }
        });
    }

    private void free(AtomicBoolean over) {
        if (over.compareAndSet(false, true)) {
            open.getAndDecrement();
        }
    }
}
