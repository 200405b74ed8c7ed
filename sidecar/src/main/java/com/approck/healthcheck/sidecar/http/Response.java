package com.approck.healthcheck.sidecar.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.undertow.io.DefaultIoCallback;
import io.undertow.io.Sender;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A response. Immutable; can be sent many times.
 *
 * @param status 200 to 599
 * @param headers besides those that every response has
 * @param body its position does not change
 */
public record Response(int status, List<Header> headers, ByteBuffer body) {
    public static final String JSON = "application/json";
    public static final String TEXT = "text/plain; charset=utf-8";

    /** The most of a body that is written together with the headers. */
    private static final int FIRST_BYTES = 1024;

    private static final String KEEP_ALIVE = "keep-alive";
    private static final String NO_STORE = "no-store";
    private static final String NO_SNIFF = "nosniff";

    /** One header of a response. */
    record Header(HttpString name, String value) {}

    /** Returns a response with a body of {@code contentType}. */
    public static Response of(int status, String contentType, ByteBuffer body) {
        return new Response(status, List.of(), body).with(Headers.CONTENT_TYPE, contentType);
    }

    /** Returns a response that is a sentence for people. */
    public static Response text(int status, String sentence) {
        return of(status, TEXT, ByteBuffer.wrap((sentence + "\n").getBytes(UTF_8)));
    }

    /**
     * Returns the same with one more header. A character that is not printable ASCII becomes a question mark: some values
     * come from the application.
     */
    public Response with(HttpString name, String value) {
        StringBuilder clean = new StringBuilder(value.length());
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            clean.append(c >= ' ' && c < 0x7f ? c : '?');
        }
        List<Header> all = new ArrayList<>(headers);
        all.add(new Header(name, clean.toString()));
        return new Response(status, List.copyOf(all), body);
    }

    /**
     * Sends this, without the body to {@code HEAD} and {@code OPTIONS}. On the I/O thread; never blocks. Does nothing if the
     * exchange has a response already or its client is gone.
     */
    public void send(HttpServerExchange exchange) {
        if (exchange.isResponseStarted() || exchange.isComplete()) {
            return;
        }
        GuardedConnection.of(exchange).responseStarts();
        exchange.setStatusCode(status);
        HeaderMap sent = exchange.getResponseHeaders();
        sent.put(Headers.CACHE_CONTROL, NO_STORE);
        if (exchange.isPersistent() && exchange.isHttp10()) {
            sent.put(Headers.CONNECTION, KEEP_ALIVE);
        }
        // Some bodies hold names that any sender can make up: no browser may guess another type from them.
        sent.put(Headers.X_CONTENT_TYPE_OPTIONS, NO_SNIFF);
        if (exchange.getRequestMethod().equals(Methods.OPTIONS)) {
            sent.put(Headers.ALLOW, Router.ALLOWED);
            exchange.setResponseContentLength(0);
            exchange.endExchange();
            return;
        }
        for (Header header : headers) {
            sent.put(header.name(), header.value());
        }
        exchange.setResponseContentLength(body.remaining());
        if (exchange.getRequestMethod().equals(Methods.HEAD)) {
            exchange.endExchange();
        } else {
            send(exchange.getResponseSender());
        }
    }

    /**
     * Undertow's HttpResponseConduit keeps what it writes together with the headers until the next response of the connection.
     * That must not be a long body: thousands of clients may keep their connections.
     */
    private void send(Sender sender) {
        ByteBuffer rest = body.duplicate();
        if (rest.remaining() <= FIRST_BYTES) {
            sender.send(rest);
            return;
        }
        byte[] first = new byte[FIRST_BYTES];
        rest.get(first);
        sender.send(ByteBuffer.wrap(first), new DefaultIoCallback() {
            @Override
            public void onComplete(HttpServerExchange exchange, Sender same) {
                same.send(rest);
            }
        });
    }
}
