package com.approck.healthcheck.sidecar.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

/**
 * One client: a request at a time, and nothing read while it is answered. The HTTP thread only.
 *
 * <p>It keeps no more of what it read than a line, and {@value HttpServer#READ_BYTES} bytes of the requests that follow.
 */
final class Connection {
    /** Of an answer at a time: the JDK copies what it writes, and keeps memory for the largest such copy. */
    private static final int WRITE_BYTES = 32 * 1024;

    private static final ByteBuffer NONE = ByteBuffer.allocate(0);

    /** What it waits for. */
    private enum Phase {
        /** The rest of a request, or the next one. */
        READING(SelectionKey.OP_READ),
        /** The handler. */
        ANSWERING(0),
        /** The client to take the answer. */
        SENDING(SelectionKey.OP_WRITE),
        /** The client to hang up: closed while there is something unread, the answer could be lost (RFC 9112, 9.6). */
        LINGERING(SelectionKey.OP_READ);

        final int interest;

        Phase(int interest) {
            this.interest = interest;
        }
    }

    private final HttpServer server;
    private final SocketChannel channel;
    private final SelectionKey key;
    private final HeadParser parser = new HeadParser();
    private Phase phase = Phase.READING;
    /** When it is hung up on. Not while the handler is at work, which has a deadline of its own if it waits for others. */
    private long deadline;
    /** What is being answered; null before and after. */
    private Exchange exchange;

    private ByteBuffer head = NONE;
    private ByteBuffer body = NONE;
    private boolean last;
    /** Was read with the request that is being answered, and comes after it. */
    private ByteBuffer unread = NONE;

    private int discardedBytes;

    Connection(HttpServer server, SocketChannel channel, SelectionKey key) {
        this.server = server;
        this.channel = channel;
        this.key = key;
        this.deadline = server.now() + HttpServer.REQUEST_NANOS;
    }

    /** Reads or writes, whichever it waits for. {@code buffer} is free again on return. */
    void ready(ByteBuffer buffer) throws IOException {
        if (phase == Phase.SENDING) {
            send();
            readOn();
            return;
        }
        int bytes = channel.read(buffer.clear());
        if (bytes < 0) {
            close();
        } else if (phase == Phase.LINGERING) {
            discardedBytes += bytes;
            if (discardedBytes > HttpServer.MOST_DISCARDED_BYTES) {
                close();
            }
        } else {
            read(buffer.flip());
        }
    }

    /** Sends the answer to {@code answered}, unless that is over. */
    void answer(Exchange answered, Response response) throws IOException {
        if (exchange == answered && phase == Phase.ANSWERING) {
            start(answered.request(), response);
            readOn();
        }
    }

    boolean isOverdue(long now) {
        return phase != Phase.ANSWERING && now - deadline >= 0;
    }

    /** Hangs up; does nothing when that was done. */
    void close() {
        server.forget(this);
        try {
            channel.close();
        } catch (IOException e) {
            // It is gone, and that was wanted.
        }
        endExchange();
    }

    private void readOn() throws IOException {
        if (phase == Phase.READING && unread.hasRemaining()) {
            ByteBuffer in = unread;
            unread = NONE;
            read(in);
        }
    }

    private void read(ByteBuffer in) throws IOException {
        boolean wasBegun = parser.isBegun();
        Request request;
        try {
            request = parser.parse(in);
        } catch (BadRequestException e) {
            start(Request.UNREADABLE, Response.text(e.status(), e.getMessage()));
            return;
        }
        if (request != null) {
            if (in.hasRemaining()) {
                unread = ByteBuffer.allocate(in.remaining()).put(in).flip();
            }
            phase(Phase.ANSWERING);
            exchange = new Exchange(request, server.now(), this, server);
            server.handle(exchange);
        } else if (!wasBegun && parser.isBegun()) {
            deadline = server.now() + HttpServer.REQUEST_NANOS;
        }
    }

    private void start(Request request, Response response) throws IOException {
        last = !request.persistent();
        head = response.head(request);
        body = response.bodyFor(request);
        deadline = server.now() + HttpServer.SEND_NANOS;
        phase(Phase.SENDING);
        send();
    }

    /** Writes as much as the client takes. */
    private void send() throws IOException {
        while (head.hasRemaining() || body.hasRemaining()) {
            ByteBuffer part = body.duplicate();
            part.limit(Math.min(part.limit(), part.position() + WRITE_BYTES));
            long bytes = channel.write(new ByteBuffer[] {head, part});
            body.position(part.position());
            if (bytes == 0) {
                return;
            }
        }
        body = NONE;
        endExchange();
        if (last) {
            channel.shutdownOutput();
            deadline = server.now() + HttpServer.LINGER_NANOS;
            phase(Phase.LINGERING);
        } else {
            deadline = server.now() + HttpServer.IDLE_NANOS;
            phase(Phase.READING);
            server.answered(this);
        }
    }

    private void endExchange() {
        if (exchange != null) {
            Exchange ended = exchange;
            exchange = null;
            ended.end();
        }
    }

    private void phase(Phase next) {
        phase = next;
        key.interestOps(next.interest);
    }
}
