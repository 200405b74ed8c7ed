package com.approck.healthcheck.sidecar.config;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Reads what concerns the application's readiness check. Never puts a password or a header's value into a problem. */
final class ReadinessReader {
    private static final String URL_SHAPE = "http://host:port/path or https://…";
    private static final int MAX_HEADERS = 32;

    /** What frames a message is the client's own. */
    private static final Set<String> FRAMING =
            Set.of("connection", "content-length", "transfer-encoding", "upgrade", "expect", "te", "trailer");

    private final List<String> problems;

    ReadinessReader(List<String> problems) {
        this.problems = problems;
    }

    /** An HTTP URL of any setting; empty if it is not set. */
    Optional<URI> url(RawSetting given) {
        if (given.text().isEmpty() && given.isDefault()) {
            return Optional.empty();
        }
        try {
            URI url = new URI(given.text().strip());
            String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
            if (!scheme.equals("http") && !scheme.equals("https")) {
                wrongUrl(given, "is not an HTTP URL", URL_SHAPE);
            } else if (url.getHost() == null || url.getPort() > 65_535 || url.getPort() == 0) {
                wrongUrl(
                        given,
                        "has no valid host or port",
                        URL_SHAPE + "; a host of letters, digits, dots and hyphens");
            }
            return Optional.of(url);
        } catch (URISyntaxException e) {
            wrongUrl(given, "is not a URL", URL_SHAPE);
            return Optional.empty();
        }
    }

    /** Headers, in the order given; a variable has one a line. */
    List<HttpHeader> headers(List<RawSetting> all) {
        List<HttpHeader> headers = new ArrayList<>();
        for (RawSetting given : all) {
            for (String line : given.text().split("\n", -1)) {
                if (!line.isBlank()) {
                    header(given.origin(), line.strip(), headers);
                }
            }
        }
        if (headers.size() > MAX_HEADERS) {
            problems.add(
                    all.get(0).origin() + ": " + headers.size() + " headers are too many; allowed: " + MAX_HEADERS);
        }
        return headers;
    }

    private void header(String origin, String line, List<HttpHeader> headers) {
        int colon = line.indexOf(':');
        String name = colon < 0 ? line : line.substring(0, colon).strip();
        String value = colon < 0 ? "" : line.substring(colon + 1).strip();
        if (colon < 0 || !isToken(name)) {
            // Without a colon all of it may be a secret.
            problems.add(
                    origin + ": " + (colon < 0 ? "a header without a colon" : "'" + name + "' is not a header's name")
                            + "; allowed: NAME:VALUE, such as Host:app.example");
        } else if (FRAMING.contains(name.toLowerCase(Locale.ROOT))) {
            problems.add(origin + ": '" + name + "' is set by the sidecar itself; allowed: any other header");
        } else if (!isValue(value)) {
            problems.add(origin + ": the value of '" + name + "' has a character that no header can have;"
                    + " allowed: printable characters up to ÿ");
        } else {
            headers.add(new HttpHeader(name, value));
        }
    }

    private static boolean isToken(String name) {
        boolean good = !name.isEmpty();
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            good &= c > ' ' && c < 0x7f && "\"(),/:;<=>?@[\\]{}".indexOf(c) < 0;
        }
        return good;
    }

    private static boolean isValue(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if ((c < ' ' && c != '\t') || c == 0x7f || c > 0xff) {
                return false;
            }
        }
        return true;
    }

    /** Empty if it is not set. Reads the file, so that a wrong one is a problem now and not at the first probe. */
    Optional<Path> ca(RawSetting given) {
        if (given.text().isEmpty() && given.isDefault()) {
            return Optional.empty();
        }
        String isNot = "cannot be read";
        try {
            Path file = Path.of(given.text());
            if (Files.isRegularFile(file)) {
                try (InputStream in = Files.newInputStream(file)) {
                    if (!CertificateFactory.getInstance("X.509")
                            .generateCertificates(in)
                            .isEmpty()) {
                        return Optional.of(file);
                    }
                }
                isNot = "has no certificate in it";
            } else {
                isNot = "is not a file";
            }
        } catch (CertificateException e) {
            isNot = "is not a file of certificates";
        } catch (IOException | InvalidPathException e) {
            isNot = "cannot be read (" + e.getClass().getSimpleName() + ")";
        }
        problems.add(given.origin() + ": '" + given.text() + "' " + isNot
                + "; allowed: a file with one or more certificates in PEM");
        return Optional.empty();
    }

    private void wrongUrl(RawSetting given, String isNot, String allowed) {
        problems.add(
                given.origin() + ": '" + withoutCredentials(given.text()) + "' " + isNot + "; allowed: " + allowed);
    }

    /** As given, but for what may be a user's name and password: all before the last {@code @}. */
    private static String withoutCredentials(String url) {
        int at = url.lastIndexOf('@');
        int slashes = url.indexOf("://");
        if (at < 0) {
            return url;
        }
        return (slashes >= 0 && slashes < at ? url.substring(0, slashes + 3) : "") + "…" + url.substring(at);
    }
}
