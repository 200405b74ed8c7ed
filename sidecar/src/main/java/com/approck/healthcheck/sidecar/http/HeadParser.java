package com.approck.healthcheck.sidecar.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;

/**
 * Reads the heads of one connection's requests, in whatever pieces they come (RFC 9112, sections 2 to 6).
 *
 * <p>Each byte is looked at once and not kept beyond its line: of a request line {@value #MOST_REQUEST_LINE_BYTES} bytes, of
 * a header line {@value #MOST_HEADER_LINE_BYTES}, since only short ones matter here. A head may have {@value #MOST_HEAD_BYTES} bytes.
 * Lenient where probes are sloppy: a line may end without CR, the Host may be missing. Pure; one thread.
 */
final class HeadParser {
    static final int MOST_HEAD_BYTES = 16 * 1024;
    static final int MOST_REQUEST_LINE_BYTES = 4 * 1024;
    static final int MOST_HEADER_LINE_BYTES = 512;

    private static final int FIRST_LINE_BYTES = 128;
    private static final int MOST_DIGITS = 18;

    private byte[] line = new byte[FIRST_LINE_BYTES];
    private int length;
    /** More of the line came than is kept. */
    private boolean cut;

    private boolean carriageReturn;
    private int headBytes;

    /** Null until the request line was read, as all that follows. */
    private String method;

    private String target;
    private int minorVersion;
    private boolean close;
    private boolean keepAlive;
    private boolean chunked;
    private long contentLength;

    HeadParser() {
        forget();
    }

    /** Whether a request has begun to come and not ended. */
    boolean isBegun() {
        return headBytes > 0;
    }

    /**
     * Reads up to the end of a head, or all there is.
     *
     * @return the request; null if more has to come
     * @throws BadRequestException if no request can be told from what came; nothing that follows can be either
     */
    Request parse(ByteBuffer in) throws BadRequestException {
        while (in.hasRemaining()) {
            byte b = in.get();
            headBytes++;
            if (headBytes > MOST_HEAD_BYTES) {
                throw new BadRequestException(431, "The head of a request may have " + MOST_HEAD_BYTES + " bytes.");
            }
            if (b == '\n') {
                carriageReturn = false;
                if (endOfLine()) {
                    return request();
                }
            } else if (carriageReturn) {
                throw new BadRequestException(400, "A carriage return stands before a line feed only.");
            } else if (b == '\r') {
                carriageReturn = true;
            } else if (b == 0x7f || (b >= 0 && b < ' ' && b != '\t')) {
                throw new BadRequestException(400, "This is no HTTP request: it has a control character.");
            } else {
                append(b);
            }
        }
        return null;
    }

    /** Whether a request is there after this line. */
    private boolean endOfLine() throws BadRequestException {
        if (method == null) {
            if (length == 0) {
                // After a body that should not be there, say (RFC 9112, 2.2).
                return false;
            }
            requestLine(new String(line, 0, length, ISO_8859_1));
        } else if (length == 0) {
            return true;
        } else {
            header(new String(line, 0, length, ISO_8859_1));
        }
        length = 0;
        cut = false;
        return false;
    }

    private void append(byte b) throws BadRequestException {
        int most = method == null ? MOST_REQUEST_LINE_BYTES : MOST_HEADER_LINE_BYTES;
        if (length >= most) {
            if (method == null) {
                throw new BadRequestException(414, "A request line may have " + most + " bytes.");
            }
            cut = true;
            return;
        }
        if (length == line.length) {
            line = Arrays.copyOf(line, 2 * length);
        }
        line[length++] = b;
    }

    private void requestLine(String text) throws BadRequestException {
        int first = text.indexOf(' ');
        int second = text.indexOf(' ', first + 1);
        if (first < 0 || second <= first + 1 || text.indexOf(' ', second + 1) >= 0 || !isToken(text, first)) {
            throw new BadRequestException(400, "A request begins with a line such as GET /health/live HTTP/1.1");
        }
        String version = text.substring(second + 1);
        if (version.length() != 8
                || !version.startsWith("HTTP/")
                || version.charAt(6) != '.'
                || !isDigit(version.charAt(5))
                || !isDigit(version.charAt(7))) {
            throw new BadRequestException(400, "The version of HTTP is missing.");
        }
        if (version.charAt(5) != '1') {
            throw new BadRequestException(505, "HTTP/1.1 is spoken here.");
        }
        target = text.substring(first + 1, second);
        for (int i = 0; i < target.length(); i++) {
            if (target.charAt(i) <= ' ' || target.charAt(i) >= 0x7f) {
                throw new BadRequestException(400, "A path has printable ASCII characters only.");
            }
        }
        method = text.substring(0, first);
        minorVersion = version.charAt(7) - '0';
    }

    private void header(String text) throws BadRequestException {
        int colon = text.indexOf(':');
        // A folded line begins with a space, which is no token.
        if (colon < 0 || !isToken(text, colon)) {
            throw new BadRequestException(
                    cut ? 431 : 400, "A header is a name, a colon right behind it, and a value, on one line.");
        }
        switch (text.substring(0, colon).toLowerCase(Locale.ROOT)) {
            case "connection" -> connection(value(text, colon));
            case "content-length" -> contentLength(value(text, colon));
            case "transfer-encoding" -> chunked = true;
            default -> {}
        }
    }

    private String value(String text, int colon) throws BadRequestException {
        if (cut) {
            throw new BadRequestException(431, "A header that we read may have " + MOST_HEADER_LINE_BYTES + " bytes.");
        }
        return text.substring(colon + 1).strip();
    }

    private void connection(String value) {
        for (String option : value.split(",", -1)) {
            close |= option.strip().equalsIgnoreCase("close");
            keepAlive |= option.strip().equalsIgnoreCase("keep-alive");
        }
    }

    private void contentLength(String value) throws BadRequestException {
        long given = value.isEmpty() ? -1 : 0;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            given = isDigit(c) && i < MOST_DIGITS && given >= 0 ? given * 10 + c - '0' : -1;
        }
        if (given < 0) {
            throw new BadRequestException(400, "Content-Length is a number of bytes.");
        }
        if (contentLength >= 0 && given != contentLength) {
            throw new BadRequestException(400, "Content-Length is there twice, with two values.");
        }
        contentLength = given;
    }

    private Request request() {
        boolean body = chunked || contentLength > 0;
        boolean persistent = !body && !close && (minorVersion > 0 || keepAlive);
        String local = local(target);
        int mark = local.indexOf('?');
        Request request = new Request(
                method,
                mark < 0 ? local : local.substring(0, mark),
                mark < 0 ? "" : local.substring(mark + 1),
                minorVersion,
                persistent);
        forget();
        return request;
    }

    /** Without the scheme and the host that a proxy is sent (RFC 9112, 3.2.2). */
    private static String local(String target) {
        if (!target.regionMatches(true, 0, "http://", 0, 7) && !target.regionMatches(true, 0, "https://", 0, 8)) {
            return target;
        }
        int start = target.indexOf("//") + 2;
        while (start < target.length() && target.charAt(start) != '/' && target.charAt(start) != '?') {
            start++;
        }
        String local = target.substring(start);
        return local.startsWith("/") ? local : "/" + local;
    }

    private void forget() {
        length = 0;
        cut = false;
        carriageReturn = false;
        headBytes = 0;
        method = null;
        target = null;
        close = false;
        keepAlive = false;
        chunked = false;
        contentLength = -1;
        if (line.length > MOST_HEADER_LINE_BYTES) {
            line = new byte[FIRST_LINE_BYTES];
        }
    }

    /** Whether the first {@code end} characters are a token of RFC 9110, 5.6.2. */
    private static boolean isToken(String text, int end) {
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            boolean alphanumeric = isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            if (!alphanumeric && "!#$%&'*+-.^_`|~".indexOf(c) < 0) {
                return false;
            }
        }
        return end > 0;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
