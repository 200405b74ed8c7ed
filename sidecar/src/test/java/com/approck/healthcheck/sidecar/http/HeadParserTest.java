package com.approck.healthcheck.sidecar.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class HeadParserTest {
    private final HeadParser parser = new HeadParser();

    @Test
    void request_isReadWhole() throws BadRequestException {
        assertEquals(
                new Request("GET", "/health/live", "verbose&a=b?c", 1, true),
                parse("GET /health/live?verbose&a=b?c HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n"));
        assertFalse(parser.isBegun());
    }

    @Test
    void pieces_areTheSameRequest() throws BadRequestException {
        String head = "\r\nGET /a?b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        for (int cut = 0; cut < head.length(); cut++) {
            assertNull(parse(head.substring(0, cut)), "cut at " + cut);
            assertEquals(cut > 0, parser.isBegun());
            assertEquals(new Request("GET", "/a", "b", 1, false), parse(head.substring(cut)), "cut at " + cut);
        }
        for (int i = 0; i < head.length() - 1; i++) {
            assertNull(parse(head.substring(i, i + 1)));
        }
        assertNotNull(parse("\n"));
    }

    @Test
    void followingRequest_isLeftUnread() throws BadRequestException {
        ByteBuffer two = bytes("GET /a HTTP/1.1\r\n\r\nHEAD /b HTTP/1.0\r\n\r\nrest");
        assertEquals(new Request("GET", "/a", "", 1, true), parser.parse(two));
        assertEquals(new Request("HEAD", "/b", "", 0, false), parser.parse(two));
        assertEquals(4, two.remaining());
    }

    @ParameterizedTest
    @CsvSource({
        "1, Host: x, true",
        "1, Connection: close, false",
        "1, connection:CLOSE, false",
        "1, 'Connection: x, close', false",
        "1, Connection: closed, true",
        "1, X-Connection: close, true",
        "1, Connection: upgrade, true",
        "1, Connection: keep-alive, true",
        "0, Host: x, false",
        "0, Connection: keep-alive, true",
        "0, Connection: Keep-Alive, true",
        "0, 'Connection: keep-alive, close', false",
        // A body is never read, so nothing can follow it.
        "1, Content-Length: 1, false",
        "1, 'Content-Length:  0  ', true",
        "1, Transfer-Encoding: chunked, false",
        "1, Transfer-Encoding: identity, false",
        "1, Expect: 100-continue, true",
    })
    void persistence_isAsTheHeadersSay(int minorVersion, String header, boolean persistent) throws BadRequestException {
        Request request = parse("GET / HTTP/1." + minorVersion + "\r\n" + header + "\r\n\r\n");
        assertEquals(persistent, request.persistent());
        assertTrue(parse("GET / HTTP/1.1\r\n\r\n").persistent(), "one request's headers are not the next one's");
    }

    @ParameterizedTest
    @CsvSource({
        "/, /, ''",
        "/?, /, ''",
        "/??, /, ?",
        "http://host:8000/health/live?verbose, /health/live, verbose",
        "HTTPS://user@[::1]/a, /a, ''",
        "http://host, /, ''",
        "http://host?a, /, a",
        "*, *, ''",
        "host:80, host:80, ''",
        "/%2e%2e/a, /%2e%2e/a, ''",
    })
    void target_isPathAndQuery(String target, String path, String query) throws BadRequestException {
        Request request = parse("GET " + target + " HTTP/1.1\r\n\r\n");
        assertEquals(path, request.path());
        assertEquals(query, request.query());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\n\n",
                "\r\n\n\r\nGET / HTTP/1.1\r\n\r\n",
                "GET / HTTP/1.9\r\n\r\n",
                "get / HTTP/1.1\r\n\r\n",
                "GET / HTTP/1.1\r\nEmpty:\r\n\r\n",
                "GET / HTTP/1.1\r\nX:\tü \u00ff\r\n\r\n",
                "GET / HTTP/1.1\r\n!#$%&'*+-.^_`|~09azAZ: x\r\n\r\n",
                "GET / HTTP/1.1\r\nContent-Length: 0\r\nContent-Length: 00\r\n\r\n",
            })
    void sloppyRequests_areRead(String head) throws BadRequestException {
        assertEquals("/", parse(head).path());
    }

    @ParameterizedTest
    @CsvSource({
        "400, '\u0016\u0003\u0001'",
        "400, 'GET /\n'",
        "400, 'GET\n'",
        "400, ' GET / HTTP/1.1\n'",
        "400, 'GET  / HTTP/1.1\n'",
        "400, 'GET / HTTP/1.1 \n'",
        "400, 'GET /a b HTTP/1.1\n'",
        "400, 'GET / HTTP/1.\n'",
        "400, 'GET / HTTP/1.x\n'",
        "400, 'GET / http/1.1\n'",
        "400, 'GET / HTTP/11.1\n'",
        "505, 'PRI * HTTP/2.0\n'",
        "505, 'GET / HTTP/0.9\n'",
        "400, 'G(T / HTTP/1.1\n'",
        "400, 'GET /\u00fc HTTP/1.1\n'",
        "400, 'GET /\t HTTP/1.1\n'",
        "400, 'GET /\u0000 HTTP/1.1\n'",
        "400, 'GET / HTTP/1.1\r\r\n'",
        "400, 'GET / HTTP/1.1\rX'",
        "400, 'GET / HTTP/1.1\nno colon\n'",
        "400, 'GET / HTTP/1.1\n: x\n'",
        "400, 'GET / HTTP/1.1\nName : x\n'",
        "400, 'GET / HTTP/1.1\nA: b\n folded\n'",
        "400, 'GET / HTTP/1.1\nA: \u007f\n'",
        "400, 'GET / HTTP/1.1\nContent-Length: \n'",
        "400, 'GET / HTTP/1.1\nContent-Length: x\n'",
        "400, 'GET / HTTP/1.1\nContent-Length: -1\n'",
        "400, 'GET / HTTP/1.1\nContent-Length: 1x1\n'",
        "400, 'GET / HTTP/1.1\nContent-Length: 1,1\n'",
        "400, 'GET / HTTP/1.1\nContent-Length: 1\nContent-Length: 2\n'",
        "400, 'GET / HTTP/1.1\nContent-Length: 9999999999999999999\n'",
    })
    void whatIsNoRequest_isRefused(int status, String head) {
        assertEquals(status, refusal(head));
    }

    @Test
    void limits_areThose() throws BadRequestException {
        int path = HeadParser.MOST_REQUEST_LINE_BYTES - "GET  HTTP/1.1".length();
        assertEquals(
                path,
                parse("GET /" + "x".repeat(path - 1) + " HTTP/1.1\r\n\r\n")
                        .path()
                        .length());
        assertEquals(414, refusal("GET /" + "x".repeat(path) + " HTTP/1.1\r\n\r\n"));

        // A long header is nothing to us, unless it is one that we read.
        assertNotNull(fresh("GET / HTTP/1.1\r\nCookie: " + "x".repeat(10_000) + "\r\n\r\n"));
        assertEquals(431, refusal("GET / HTTP/1.1\r\nConnection: " + "x".repeat(1000) + "\r\n"));
        assertEquals(431, refusal("GET / HTTP/1.1\r\n" + "x".repeat(1000) + ": y\r\n"));

        String start = "GET / HTTP/1.1\r\n";
        int rest = HeadParser.MOST_HEAD_BYTES - start.length() - 4;
        assertNotNull(fresh(start + "a:" + "x".repeat(rest - 2) + "\r\n\r\n"));
        assertEquals(431, refusal(start + "a:" + "x".repeat(rest - 1) + "\r\n\r\n"));
        assertEquals(431, refusal("\r\n".repeat(HeadParser.MOST_HEAD_BYTES)));
    }

    @Test
    void anything_isARequestOrRefused_inPiecesAsWhole() {
        Random random = new Random(1);
        String alphabet = "GET /?HTTP/1.1\r\n\r\n\r\n:: \tConnection:close,Content-Length:0123\u0000\u007f\u00ff";
        for (int round = 0; round < 20_000; round++) {
            StringBuilder text = new StringBuilder(random.nextBoolean() ? "GET / HTTP/1.1\r\n" : "");
            for (int length = random.nextInt(60); length > 0; length--) {
                int at = random.nextInt(alphabet.length());
                text.append(alphabet, at, Math.min(alphabet.length(), at + 1 + random.nextInt(4)));
            }
            assertEquals(outcome(text.toString(), text.length()), outcome(text.toString(), 1), text::toString);
        }
    }

    private static String outcome(String text, int pieceLength) {
        HeadParser fresh = new HeadParser();
        StringBuilder outcome = new StringBuilder();
        try {
            for (int at = 0; at < text.length(); at += pieceLength) {
                ByteBuffer in = bytes(text.substring(at, Math.min(text.length(), at + pieceLength)));
                while (in.hasRemaining()) {
                    Request request = fresh.parse(in);
                    if (request != null) {
                        outcome.append(request).append('\n');
                    }
                }
            }
            return outcome.append(fresh.isBegun()).toString();
        } catch (BadRequestException e) {
            return outcome.append(e.status()).append(e.getMessage()).toString();
        }
    }

    private Request parse(String text) throws BadRequestException {
        return parser.parse(bytes(text));
    }

    private static Request fresh(String text) throws BadRequestException {
        return new HeadParser().parse(bytes(text));
    }

    private static int refusal(String text) {
        return assertThrows(BadRequestException.class, () -> fresh(text), text).status();
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(ISO_8859_1));
    }
}
