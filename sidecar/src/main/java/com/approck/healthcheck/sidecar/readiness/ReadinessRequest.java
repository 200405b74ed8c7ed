package com.approck.healthcheck.sidecar.readiness;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Locale;
import javax.net.ssl.HttpsURLConnection;

/**
 * One call to the application, redirects included. Blocks its thread; another may {@link #hangUp} at any time.
 *
 * <p>A body may have {@value #MOST_BODY_BYTES} bytes. Redirects are followed {@value #MOST_REDIRECTS} times, and only to
 * the same scheme, host and port. No proxy, no connection that is kept: the application may give each connection a
 * thread, and an idle one of ours must not hold one.
 *
 * <p>By the JDK's old client: the new one took 0.9 to 1.2 s for its first call, which is the whole deadline, where this
 * one takes 0.2 s.
 */
final class ReadinessRequest {
    static final int MOST_BODY_BYTES = 64 * 1024;
    static final int MOST_REDIRECTS = 3;

    private final URI url;
    private final int timeoutMillis;
    private final ReadinessResponseParser reader;
    private HttpURLConnection connection;
    private volatile boolean over;

    ReadinessRequest(URI url, Duration deadline, ReadinessResponseParser reader) {
        this.url = url;
        this.timeoutMillis = (int) deadline.toMillis();
        this.reader = reader;
    }

    /** Loads the classes that a call needs. */
    static void prepare(URI url) {
        if (url.getScheme().equalsIgnoreCase("https")) {
            HttpsURLConnection.getDefaultSSLSocketFactory();
        }
        try {
            open(url);
        } catch (IOException e) {
            throw new IllegalArgumentException(e);
        }
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
        URI target = url;
        for (int redirects = 0; ; redirects++) {
            HttpURLConnection open = open(target);
            open.setConnectTimeout(timeoutMillis);
            open.setReadTimeout(timeoutMillis);
            synchronized (this) {
                connection = open;
            }
            try {
                if (over) {
                    return failure(new SocketTimeoutException());
                }
                int status = open.getResponseCode();
                if (status < 0) {
                    return reader.failed("could not be asked: it does not speak HTTP");
                }
                if (status < 300 || status >= 400) {
                    String contentType = open.getContentType();
                    return reader.read(status, contentType == null ? "" : contentType, body(open, status));
                }
                String to = open.getHeaderField("Location");
                URI next = to == null || redirects >= MOST_REDIRECTS ? null : sameServer(target, to);
                if (next == null) {
                    return reader.failed("answered " + status + " from " + shown(target)
                            + (to == null ? "" : " to " + cut(to)) + ": redirects are followed " + MOST_REDIRECTS
                            + " times, on the same host and port only");
                }
                target = next;
            } finally {
                open.disconnect();
            }
        }
    }

    private static HttpURLConnection open(URI target) throws IOException {
        HttpURLConnection open = (HttpURLConnection) target.toURL().openConnection(Proxy.NO_PROXY);
        open.setInstanceFollowRedirects(false);
        open.setUseCaches(false);
        open.setRequestProperty("Connection", "close");
        open.setRequestProperty("Accept", "*/*");
        open.setRequestProperty("User-Agent", "healthcheck-sidecar");
        return open;
    }

    private byte[] body(HttpURLConnection open, int status) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        try (InputStream in = status < 400 ? open.getInputStream() : open.getErrorStream()) {
            byte[] buffer = new byte[4096];
            // Each read may wait for the time-out; all of them together not.
            for (int read = 0; in != null && read >= 0 && !over; read = in.read(buffer)) {
                body.write(buffer, 0, read);
                if (body.size() > MOST_BODY_BYTES) {
                    // Otherwise close() would read on, in case the connection can be kept.
                    open.disconnect();
                    throw new TooLongException();
                }
            }
        }
        // The JDK takes the end of the connection for the end of the body.
        if (!over && body.size() < open.getContentLengthLong()) {
            throw new IOException("closed after " + body.size() + " of " + open.getContentLengthLong() + " bytes");
        }
        return body.toByteArray();
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
            return reader.failed("sent a body of more than " + MOST_BODY_BYTES + " bytes");
        }
        if (e instanceof UnknownHostException) {
            return reader.failed("has an unknown host");
        }
        if (e instanceof SocketTimeoutException) {
            return reader.timedOut("did not answer in time");
        }
        if (e instanceof ConnectException
                && String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT).contains("refused")) {
            return reader.failed("refused the connection");
        }
        String message = e.getMessage();
        return reader.failed("could not be asked: " + e.getClass().getSimpleName()
                + (message == null ? "" : " (" + cut(message) + ")"));
    }

    private static String cut(String text) {
        return text.length() <= 200 ? text : text.substring(0, 200) + "…";
    }

    /** The body went on beyond the limit. */
    private static final class TooLongException extends IOException {
        private static final long serialVersionUID = 1L;
    }
}
