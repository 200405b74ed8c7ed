package com.approck.healthcheck.sidecar.readiness;

import com.approck.healthcheck.sidecar.config.HttpHeader;
import com.approck.healthcheck.sidecar.config.ReadinessSettings;
import com.approck.healthcheck.sidecar.net.HostAddresses;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URL;
import java.net.URLDecoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLException;

/**
 * One call to the application, redirects included. Blocks its thread; another may {@link #hangUp} at any time.
 *
 * <p>Each address of the host is tried until one takes the connection; what comes after that is the answer. A body may have
 * {@value #MAX_BODY_BYTES} bytes, unpacked. Redirects are followed {@value #MAX_REDIRECTS} times, and only to the same
 * scheme, host and port. No proxy, no connection that is kept: the application may give each connection a thread, and an
 * idle one of ours must not hold one.
 *
 * <p>By the JDK's old client: the new one took 0.9 to 1.2 s for its first call, which is the whole deadline, where this
 * one takes 0.2 s.
 */
final class ReadinessRequest {
    static final int MAX_BODY_BYTES = 64 * 1024;
    static final int MAX_REDIRECTS = 3;

    static {
        // The client would leave a Host header of ours out; it reads this when it is loaded.
        System.setProperty("sun.net.http.allowRestrictedHeaders", "true");
    }

    private final ReadinessSettings check;
    private final int timeoutMillis;
    private final HostAddresses addresses;
    private final ServerTrust trust;
    private final ReadinessResponseParser reader;
    private HttpURLConnection connection;
    private volatile boolean over;

    /** @param addresses those of the URL's host, kept from call to call as {@code trust} is */
    ReadinessRequest(
            ReadinessSettings check, HostAddresses addresses, ServerTrust trust, ReadinessResponseParser reader) {
        this.check = check;
        this.timeoutMillis = (int) check.timeout().toMillis();
        this.addresses = addresses;
        this.trust = trust;
        this.reader = reader;
    }

    /** Loads the classes that a call needs. */
    void prepare() {
        try {
            open(check.url(), InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** The host of a URL without the brackets of an IPv6 address. */
    static String host(URI url) {
        String host = url.getHost();
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    /** What came of it, whatever that is. */
    ReadinessResult answer() {
        try {
            return follow();
        } catch (IOException | RuntimeException | LinkageError | OutOfMemoryError | StackOverflowError e) {
            return failure(e);
        } finally {
            over = true;
        }
    }

    /** Makes {@link #answer} return soon; does nothing after it did. Never blocks. */
    void hangUp() {
        if (over) {
            return;
        }
        over = true;
        HttpURLConnection open;
        synchronized (this) {
            open = connection;
        }
        if (open != null) {
            // TLS may want to say goodbye, to somebody who does not read: not on the thread of all deadlines.
            Thread thread = new Thread(open::disconnect, "application-hang-up");
            thread.setDaemon(true);
            thread.start();
        }
    }

    /** Without what may be secret: user and query. */
    static String shown(URI url) {
        String path = url.getRawPath() == null ? "" : url.getRawPath();
        return url.getScheme() + "://" + url.getHost() + (url.getPort() < 0 ? "" : ":" + url.getPort()) + path;
    }

    private ReadinessResult follow() throws IOException {
        URI target = check.url();
        for (int redirects = 0; ; redirects++) {
            HttpURLConnection open = connect(target);
            try {
                int status = over ? 0 : open.getResponseCode();
                if (over) {
                    return failure(new SocketTimeoutException());
                }
                if (status < 0) {
                    return reader.failed("could not be asked: it does not speak HTTP");
                }
                if (status < 300 || status >= 400) {
                    String contentType = open.getContentType();
                    return reader.read(status, contentType == null ? "" : contentType, body(open, status));
                }
                String to = open.getHeaderField("Location");
                URI next = to == null || redirects >= MAX_REDIRECTS ? null : sameServer(target, to);
                if (next == null) {
                    return reader.failed("answered " + status + " from " + shown(target)
                            + (to == null ? "" : " to " + cut(withoutCredentials(to))) + ": redirects are followed "
                            + MAX_REDIRECTS + " times, on the same host and port only");
                }
                target = next;
            } finally {
                open.disconnect();
            }
        }
    }

    /** A connection to the first address that takes one; each gets its share of the time that is left. */
    private HttpURLConnection connect(URI target) throws IOException {
        Set<InetAddress> tried = new HashSet<>();
        IOException failure = null;
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        do {
            List<InetAddress> order = new ArrayList<>(addresses.inOrder());
            order.removeAll(tried);
            for (int i = 0; i < order.size() && !over; i++) {
                InetAddress address = order.get(i);
                tried.add(address);
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime()) / (order.size() - i);
                HttpURLConnection open = open(target, address);
                open.setConnectTimeout((int) Math.max(1, left));
                open.setReadTimeout(timeoutMillis);
                synchronized (this) {
                    connection = open;
                }
                try {
                    open.connect();
                    addresses.worked(address);
                    return open;
                } catch (IOException e) {
                    open.disconnect();
                    if (!isOfAddress(e)) {
                        throw e;
                    }
                    addresses.failed(address);
                    failure = e;
                }
            }
        } while (!over && addresses.canRetry());
        throw failure == null ? new SocketTimeoutException() : failure;
    }

    /** Whether another address may do better: this one refused, cannot be reached, or is of a family that is not here. */
    private static boolean isOfAddress(IOException e) {
        return e instanceof SocketException
                || (e instanceof SocketTimeoutException
                        && String.valueOf(e.getMessage())
                                .toLowerCase(Locale.ROOT)
                                .contains("connect"));
    }

    private HttpURLConnection open(URI target, InetAddress address) throws IOException {
        String literal =
                address instanceof Inet6Address ? "[" + address.getHostAddress() + "]" : address.getHostAddress();
        String port = target.getPort() < 0 ? "" : ":" + target.getPort();
        URL url = URI.create(target.getScheme() + "://" + literal + port
                        + (target.getRawPath() == null ? "" : target.getRawPath())
                        + (target.getRawQuery() == null ? "" : "?" + target.getRawQuery()))
                .toURL();
        HttpURLConnection open = (HttpURLConnection) url.openConnection(Proxy.NO_PROXY);
        if (open instanceof HttpsURLConnection secure) {
            secure.setSSLSocketFactory(trust.socketsTo(host(target)));
        }
        open.setInstanceFollowRedirects(false);
        open.setUseCaches(false);
        open.setRequestProperty("Host", target.getHost() + (target.getPort() == url.getDefaultPort() ? "" : port));
        open.setRequestProperty("Connection", "close");
        open.setRequestProperty("Accept", "*/*");
        open.setRequestProperty("User-Agent", "healthcheck-sidecar");
        if (check.url().getRawUserInfo() != null) {
            open.setRequestProperty("Authorization", basic(check.url().getRawUserInfo()));
        }
        Set<String> set = new HashSet<>();
        for (HttpHeader header : check.headers()) {
            if (set.add(header.name().toLowerCase(Locale.ROOT))) {
                open.setRequestProperty(header.name(), header.value());
            } else {
                open.addRequestProperty(header.name(), header.value());
            }
        }
        return open;
    }

    /** As Python's requests does it: each half without its percent signs, in Latin-1 if that has its characters. */
    private static String basic(String rawUserInfo) {
        int colon = rawUserInfo.indexOf(':');
        String user = colon < 0 ? rawUserInfo : rawUserInfo.substring(0, colon);
        String password = colon < 0 ? "" : rawUserInfo.substring(colon + 1);
        String both = decoded(user) + ":" + decoded(password);
        boolean isLatin = both.chars().allMatch(c -> c <= 0xff);
        byte[] bytes = both.getBytes(isLatin ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(bytes);
    }

    private static String decoded(String raw) {
        // A plus sign is no space here.
        return URLDecoder.decode(raw.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private byte[] body(HttpURLConnection open, int status) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        boolean packed = false;
        try (InputStream raw = status < 400 ? open.getInputStream() : open.getErrorStream()) {
            InputStream in = raw == null ? null : unpacked(raw, open.getContentEncoding());
            packed = in != raw;
            byte[] buffer = new byte[4096];
            // Each read may wait for the time-out; all of them together not.
            for (int read = 0; in != null && read >= 0 && !over; read = in.read(buffer)) {
                body.write(buffer, 0, read);
                if (body.size() > MAX_BODY_BYTES) {
                    // Otherwise close() would read on, in case the connection can be kept.
                    open.disconnect();
                    throw new TooLongException();
                }
            }
        }
        // The JDK takes the end of the connection for the end of the body; a packed one knows its own end.
        if (!over && !packed && body.size() < open.getContentLengthLong()) {
            throw new IOException("closed after " + body.size() + " of " + open.getContentLengthLong() + " bytes");
        }
        return body.toByteArray();
    }

    private static InputStream unpacked(InputStream in, String encoding) throws IOException {
        return switch (encoding == null ? "" : encoding.strip().toLowerCase(Locale.ROOT)) {
            case "gzip", "x-gzip" -> new GZIPInputStream(in);
            case "deflate" -> new InflaterInputStream(in);
            default -> in;
        };
    }

    /** Null if it is another, or none. */
    private static URI sameServer(URI from, String location) {
        try {
            URI to = from.resolve(location);
            boolean same = from.getScheme().equalsIgnoreCase(to.getScheme())
                    && from.getHost().equalsIgnoreCase(to.getHost() == null ? "" : to.getHost())
                    && from.getPort() == to.getPort();
            return same ? to : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private ReadinessResult failure(Throwable e) {
        if (e instanceof TooLongException) {
            return reader.failed("sent a body of more than " + MAX_BODY_BYTES + " bytes");
        }
        if (e instanceof UnknownHostException) {
            return reader.failed("has an unknown host");
        }
        if (e instanceof SocketTimeoutException) {
            return reader.timedOut("did not answer in time");
        }
        if (e instanceof SSLException && trust.refused().isPresent()) {
            return reader.failed(refusedCertificate(trust.refused().get(), String.valueOf(e.getMessage())));
        }
        if (e instanceof ConnectException
                && String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT).contains("refused")) {
            return reader.failed("refused the connection");
        }
        String message = e.getMessage();
        return reader.failed("could not be asked: " + e.getClass().getSimpleName()
                + (message == null ? "" : " (" + cut(message) + ")"));
    }

    private static String refusedCertificate(X509Certificate certificate, String reason) {
        String names = "presented a certificate for '"
                + cut(certificate.getSubjectX500Principal().getName()) + "' from '"
                + cut(certificate.getIssuerX500Principal().getName()) + "'";
        if (reason.contains("No subject alternative") || reason.contains("No name matching")) {
            return names + ", which is not for the host of the URL (" + cut(reason) + ")";
        }
        return names + ", which is not trusted (" + cut(reason)
                + "); give a file with the certificate of its authority as --application-health-ready-ca";
    }

    /** A redirect may name a user as well. */
    private static String withoutCredentials(String location) {
        int at = location.lastIndexOf('@');
        int slashes = location.indexOf("//");
        return at < 0 || slashes < 0 || slashes > at
                ? location
                : location.substring(0, slashes + 2) + location.substring(at + 1);
    }

    private static String cut(String text) {
        return text.length() <= 200 ? text : text.substring(0, 200) + "…";
    }

    /** The body went on beyond the limit. */
    private static final class TooLongException extends IOException {
        private static final long serialVersionUID = 1L;
    }
}
