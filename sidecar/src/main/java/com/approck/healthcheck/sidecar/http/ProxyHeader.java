package com.approck.healthcheck.sidecar.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;

/**
 * The PROXY protocol, which some load balancers put before a request and this server does not take. Its first bytes are no
 * beginning of any HTTP request, so a comparison is enough to answer with a sentence that says what is wrong.
 *
 * @see <a href="https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt">The PROXY protocol, sections 2.1 and 2.2</a>
 */
final class ProxyHeader {
    private static final byte[] VERSION_1 = "PROXY ".getBytes(ISO_8859_1);
    private static final byte[] VERSION_2 = "\r\n\r\n\0\r\nQUIT\n".getBytes(ISO_8859_1);

    private static final String SENTENCE =
            "This port takes no PROXY protocol: switch it off in the load balancer for this check.\n";

    private static final byte[] RESPONSE =
            ("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nCache-Control: no-store\r\n"
                            + "Content-Type: text/plain; charset=utf-8\r\nContent-Length: " + SENTENCE.length()
                            + "\r\n\r\n"
                            + SENTENCE)
                    .getBytes(ISO_8859_1);

    private ProxyHeader() {}

    /** Whether the bytes of {@code read} from {@code start} to its position begin with such a header. */
    static boolean isAt(int start, ByteBuffer read) {
        return begins(VERSION_1, start, read) || begins(VERSION_2, start, read);
    }

    /** A whole response, with status 400. */
    static ByteBuffer response() {
        return ByteBuffer.wrap(RESPONSE).asReadOnlyBuffer();
    }

    private static boolean begins(byte[] with, int start, ByteBuffer read) {
        if (read.position() - start < with.length) {
            return false;
        }
        for (int i = 0; i < with.length; i++) {
            if (read.get(start + i) != with[i]) {
                return false;
            }
        }
        return true;
    }
}
