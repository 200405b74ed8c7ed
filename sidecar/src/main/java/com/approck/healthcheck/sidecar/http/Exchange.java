package com.approck.healthcheck.sidecar.http;

import java.util.concurrent.atomic.AtomicInteger;

/** One request, and the way for its answer. Safe to use from any thread; sending is in vain once the client is gone. */
public final class Exchange {
    private static final Response FAILED = Response.text(500, "The sidecar failed at this request; its log says how.");

    private final Request request;
    private final long arrivedNanos;
    private final Connection connection;
    private final HttpServer server;
    private final AtomicInteger status = new AtomicInteger();
    /** Null until given. */
    private Runnable end;

    private boolean ended;

    Exchange(Request request, long arrivedNanos, Connection connection, HttpServer server) {
        this.request = request;
        this.arrivedNanos = arrivedNanos;
        this.connection = connection;
        this.server = server;
    }

    public Request request() {
        return request;
    }

    /** When the last byte of the request was read, by the server's ticker. */
    public long arrivedNanos() {
        return arrivedNanos;
    }

    /** That of the answer; 0 as long as there is none. */
    public int status() {
        return status.get();
    }

    /** Sends it; only the first one counts. Never blocks. */
    public void send(Response response) {
        if (status.compareAndSet(0, response.status())) {
            server.answer(connection, this, response);
        }
    }

    /** Sends that we failed, and logs why. Never blocks. */
    public void fail(Throwable cause) {
        server.failed("a request could not be answered", cause);
        send(FAILED);
    }

    /**
     * Has {@code task} run once: when the answer was written, or its connection closed before; at once if that has happened. It runs on
     * the HTTP thread or the caller's, and must not block. Given once at most.
     */
    public void onEnd(Runnable task) {
        synchronized (this) {
            if (!ended) {
                end = task;
                return;
            }
        }
        task.run();
    }

    void end() {
        Runnable task;
        synchronized (this) {
            ended = true;
            task = end;
        }
        if (task != null) {
            task.run();
        }
    }
}
