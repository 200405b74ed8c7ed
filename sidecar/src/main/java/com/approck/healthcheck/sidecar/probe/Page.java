package com.approck.healthcheck.sidecar.probe;

import com.approck.healthcheck.sidecar.http.Response;
import io.undertow.util.Headers;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * The status page, one file without outside resources; and the policy that has a browser run its own script and nothing else, whatever
 * names a sender may have put into what it shows.
 */
final class Page {
    private final Response response;

    private Page(String html) {
        ByteBuffer bytes =
                ByteBuffer.wrap(html.getBytes(StandardCharsets.UTF_8)).asReadOnlyBuffer();
        String policy = "default-src 'none'; script-src " + hash(html, "<script>", "</script>") + "; style-src "
                + hash(html, "<style>", "</style>")
                + "; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        response = Response.of(200, "text/html; charset=utf-8", bytes)
                .with(Headers.CONTENT_SECURITY_POLICY, policy)
                .with(Headers.REFERRER_POLICY, "no-referrer");
    }

    /** Reads it from our jar. */
    static Page load() {
        try (InputStream in = Page.class.getResourceAsStream("page.html")) {
            return new Page(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Response response() {
        return response;
    }

    /** Of the one element between the two tags. */
    private static String hash(String html, String start, String end) {
        String content = html.substring(html.indexOf(start) + start.length(), html.indexOf(end));
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(content.getBytes(StandardCharsets.UTF_8));
            return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
