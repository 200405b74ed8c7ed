package com.approck.healthcheck.sidecar.http;

import io.undertow.server.AbstractServerConnection;
import io.undertow.server.Connectors;
import io.undertow.server.ExchangeCompletionListener;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.xnio.ChannelListener;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.conduits.AbstractStreamSourceConduit;
import org.xnio.conduits.StreamSourceConduit;

/**
 * What the {@link ConnectionGuard} knows of one connection: what it waits for, and until when. On the I/O thread only.
 *
 * <p>It is the innermost conduit that Undertow reads from, so it sees each byte that comes. It decides about the meaning of one thing
 * alone, a {@link ProxyHeader}.
 */
final class GuardedConnection extends AbstractStreamSourceConduit<StreamSourceConduit>
        implements ExchangeCompletionListener {
    /** Read and thrown away after the last response; a client that sends more is cut off. */
    private static final int MAX_DISCARDED_BYTES = 64 * 1024;

    private static final int DISCARD_BUFFER_BYTES = 1024;

    private enum Phase {
        /** Between two requests. */
        IDLE,
        /** The rest of a request is awaited. */
        REQUEST,
        /** The handler is at work. No timeout: what it waits for has a timeout of its own. */
        HANDLER,
        /** The client must take the response. */
        RESPONSE,
        /** The response was the last: the client must close, because closing before it does can cost it the response (RFC 9112, 9.6). */
        LINGER
    }

    private final ConnectionGuard guard;
    private final StreamConnection channel;
    private Phase phase = Phase.REQUEST;
    private long deadline;
    private boolean isFirstRead = true;
    private int incompleteBytes;
    private int discardedBytes;

    GuardedConnection(ConnectionGuard guard, StreamConnection channel, long now) {
        super(channel.getSourceChannel().getConduit());
        this.guard = guard;
        this.channel = channel;
        this.deadline = now + ConnectionGuard.REQUEST_NANOS;
    }

    /** Returns the connection that a request came on. */
    static GuardedConnection of(HttpServerExchange exchange) {
        return (GuardedConnection) ((AbstractServerConnection) exchange.getConnection()).getOriginalSourceConduit();
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        if (phase == Phase.LINGER) {
            return discard();
        }
        int start = into.position();
        int bytes = super.read(into);
        if (bytes > 0 && isFirstRead && ProxyHeader.isAt(start, into)) {
            into.position(start);
            return refuseProxyHeader();
        }
        if (bytes > 0) {
            isFirstRead = false;
            if (phase == Phase.IDLE) {
                requestBegins();
            }
            if (phase == Phase.REQUEST) {
                incompleteBytes += bytes;
                guard.addIncompleteBytes(bytes);
            }
        }
        return bytes;
    }

    /** The head of a request is complete. Its body, if it has one, is not read: the response is the last on this connection. */
    void requestComplete(HttpServerExchange exchange) {
        phase = Phase.HANDLER;
        releaseIncompleteBytes();
        if (!exchange.isRequestComplete()) {
            exchange.setPersistent(false);
            Connectors.terminateRequest(exchange);
        }
        exchange.addExchangeCompleteListener(this);
    }

    void fail(HttpServerExchange exchange, Throwable cause) {
        guard.fail(exchange, cause);
    }

    void responseStarts() {
        phase = Phase.RESPONSE;
        deadline = guard.now() + ConnectionGuard.SEND_NANOS;
    }

    /** The response was sent, or the connection was closed before it was. */
    @Override
    public void exchangeEvent(HttpServerExchange exchange, NextListener next) {
        if (!exchange.isPersistent()) {
            phase = Phase.LINGER;
            deadline = guard.now() + ConnectionGuard.LINGER_NANOS;
        } else if (((AbstractServerConnection) exchange.getConnection()).getExtraBytes() != null) {
            requestBegins();
        } else {
            phase = Phase.IDLE;
            deadline = guard.now() + ConnectionGuard.IDLE_NANOS;
        }
        guard.answered(this);
        next.proceed();
    }

    boolean isOverdue(long now) {
        return phase != Phase.HANDLER && now - deadline >= 0;
    }

    /** Has the guard forget this connection as soon as it is closed. To be called once Undertow has set its own listener for that. */
    void forgetWhenClosed() {
        if (!channel.isOpen()) {
            guard.forget(this);
            return;
        }
        ChannelListener<? super StreamConnection> undertow = channel.getCloseListener();
        channel.setCloseListener(closed -> {
            guard.forget(this);
            if (undertow != null) {
                undertow.handleEvent(closed);
            }
        });
    }

    void close() {
        IoUtils.safeClose(channel);
    }

    private void requestBegins() {
        phase = Phase.REQUEST;
        deadline = guard.now() + ConnectionGuard.REQUEST_NANOS;
    }

    /** Bytes that were read of a request that is not complete. */
    int incompleteBytes() {
        return incompleteBytes;
    }

    /** No longer counts what was read. */
    void releaseIncompleteBytes() {
        int released = incompleteBytes;
        incompleteBytes = 0;
        guard.addIncompleteBytes(-released);
    }

    /** Undertow sees nothing of what was read: to it the connection is idle until its client closes it. */
    private int refuseProxyHeader() throws IOException {
        // A new connection's buffer takes so few bytes at once.
        channel.getSinkChannel().getConduit().write(ProxyHeader.response());
        channel.getSinkChannel().shutdownWrites();
        channel.getSinkChannel().flush();
        phase = Phase.LINGER;
        deadline = guard.now() + ConnectionGuard.LINGER_NANOS;
        return discard();
    }

    /** Reads what is there without keeping it. Returns 0 until the client closes or has sent too much, then -1. */
    private int discard() throws IOException {
        ByteBuffer scratch = ByteBuffer.allocate(DISCARD_BUFFER_BYTES);
        while (true) {
            int bytes = super.read(scratch.clear());
            if (bytes <= 0) {
                return bytes;
            }
            discardedBytes += bytes;
            if (discardedBytes > MAX_DISCARDED_BYTES) {
                return -1;
            }
        }
    }
}
