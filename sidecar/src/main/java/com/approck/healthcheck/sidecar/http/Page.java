package com.approck.healthcheck.sidecar.http;

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
    static final String TYPE = "text/html; charset=utf-8";

    private final ByteBuffer bytes;
    private final String policy;

    private Page(String html) {
        bytes = ByteBuffer.wrap(html.getBytes(StandardCharsets.UTF_8)).asReadOnlyBuffer();
        policy = "default-src 'none'; script-src " + hash(html, "<script>", "</script>") + "; style-src "
                + hash(html, "<style>", "</style>")
                + "; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    }

    /** Reads it from our jar. */
    static Page load() {
        try (InputStream in = Page.class.getResourceAsStream("page.html")) {
            return new Page(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    ByteBuffer bytes() {
        return bytes;
    }

    /** The value of {@code Content-Security-Policy}. */
    String policy() {
        return policy;
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
