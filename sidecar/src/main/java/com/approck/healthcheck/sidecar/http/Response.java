package com.approck.healthcheck.sidecar.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * An answer. Immutable; may be sent many times.
 *
 * @param status 200 to 599
 * @param headers complete lines, each with its end, beside those that every answer has
 * @param body its position stays where it is
 */
public record Response(int status, String headers, ByteBuffer body) {
    private static final String OPTIONS = "OPTIONS";

    public static final String JSON = "application/json";
    public static final String TEXT = "text/plain; charset=utf-8";
    /** The methods that are answered. */
    public static final List<String> METHODS = List.of("GET", "HEAD", OPTIONS);
    /** The same as the value of {@code Allow}. */
    public static final String ALLOWED = String.join(", ", METHODS);

    private static final ByteBuffer NONE = ByteBuffer.allocate(0).asReadOnlyBuffer();

    /** An answer with a body of {@code contentType}. */
    public static Response of(int status, String contentType, ByteBuffer body) {
        return new Response(status, "", body).with("Content-Type", contentType);
    }

    /** A sentence for people. */
    public static Response text(int status, String sentence) {
        return of(status, TEXT, ByteBuffer.wrap((sentence + "\n").getBytes(UTF_8)));
    }

    /** The same with one more header. What cannot stand in a header is a question mark in it: some come from elsewhere. */
    public Response with(String name, String value) {
        StringBuilder clean = new StringBuilder(headers).append(name).append(": ");
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            clean.append(c >= ' ' && c < 0x7f ? c : '?');
        }
        return new Response(status, clean.append("\r\n").toString(), body);
    }

    /** What goes before the body. */
    ByteBuffer head(Request request) {
        StringBuilder head = new StringBuilder(256)
                .append("HTTP/1.1 ")
                .append(status)
                .append(' ')
                .append(reason(status))
                .append("\r\nCache-Control: no-store\r\n");
        if (request.method().equals(OPTIONS)) {
            head.append("Allow: ").append(ALLOWED).append("\r\nContent-Length: 0\r\n");
        } else {
            head.append(headers)
                    .append("Content-Length: ")
                    .append(body.remaining())
                    .append("\r\n");
        }
        if (!request.persistent()) {
            head.append("Connection: close\r\n");
        } else if (request.minorVersion() == 0) {
            head.append("Connection: keep-alive\r\n");
        }
        return ByteBuffer.wrap(head.append("\r\n").toString().getBytes(ISO_8859_1));
    }

    /** The body as it is sent to this request, to be read once. */
    ByteBuffer bodyFor(Request request) {
        boolean without = request.method().equals("HEAD") || request.method().equals(OPTIONS);
        return (without ? NONE : body).duplicate();
    }

    private static String reason(int status) {
        return switch (status) {
            case 200 -> "OK";
            case 400 -> "Bad Request";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 414 -> "URI Too Long";
            case 422 -> "Unprocessable Content";
            case 431 -> "Request Header Fields Too Large";
            case 500 -> "Internal Server Error";
            case 503 -> "Service Unavailable";
            case 505 -> "HTTP Version Not Supported";
            default -> "";
        };
    }
}
