package com.approck.healthcheck.sidecar.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.approck.healthcheck.sidecar.config.ListenAddress;
import com.approck.healthcheck.sidecar.metrics.ConnectionStats;
import com.approck.healthcheck.sidecar.text.Log;
import com.approck.healthcheck.sidecar.text.Ticker;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a fuzzer throws bytes at: a server that runs; the bytes are what a client sends on one connection, whole and in pieces. */
public final class RequestTarget {
    private static final int TIMEOUT_MILLIS = 20_000;
    /** A piece is a packet: many of them take their time. */
    private static final int MAX_PIECES = 64;

    /** What Undertow refuses before our handler sees it has the version that the client made up. */
    private static final Pattern HEAD = Pattern.compile(
            "(?:HTTP/1\\.[01]|[!-~]*(?= 400 )) ([2-5]\\d\\d)[^\r\n]*\r\n((?:[!-9;-~]+:[^\r\n]*\r\n)*)\r\n");

    private static final Pattern LENGTH = Pattern.compile("(?i)^content-length: ?(\\d{1,6})\r?$", Pattern.MULTILINE);
    private static final Pattern HANDLED = Pattern.compile("(?s)([!#$%&'*+.^_`|~0-9A-Za-z-]+) (/[!-~]*|[!-~]+)");

    private static final ByteArrayOutputStream LOG = new ByteArrayOutputStream();
    private static final AtomicReference<Throwable> BROKEN = new AtomicReference<>();
    private static final HttpServer SERVER = start();

    private RequestTarget() {}

    /** The entry that the fuzzer looks for. */
    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        Answers whole = send(input, Math.max(1, input.length));
        Answers pieces = send(input, Math.max(1, input.length / MAX_PIECES));
        require(whole.agreeWith(pieces), "pieces are the same requests: " + whole + " and " + pieces);
        require(
                send("GET /probe HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(ISO_8859_1), 1000)
                        .all()
                        .equals(List.of("200 GET /probe")),
                "the next client is served");
        require(BROKEN.get() == null, "the server runs: " + BROKEN.get());
        require(LOG.size() == 0, "nothing is logged: " + LOG);
    }

    /**
     * The answers that arrived.
     *
     * @param reset whether more may have been sent: after a 400 for what is no request Undertow closes at once, and a client that
     *     still sends loses what it has not read
     */
    private record Answers(List<String> all, boolean reset) {
        boolean agreeWith(Answers other) {
            return all.size() < other.all.size() ? isBeginningOf(other) : other.isBeginningOf(this);
        }

        private boolean isBeginningOf(Answers longer) {
            return all.equals(longer.all.subList(0, all.size()))
                    && (all.size() == longer.all.size()
                            || (reset && longer.all.get(longer.all.size() - 1).startsWith("400 ")));
        }
    }

    private static HttpServer start() {
        try {
            return HttpServer.start(
                    ListenAddress.of("127.0.0.1", 0),
                    exchange -> Response.text(200, exchange.getRequestMethod() + " " + exchange.getRequestPath())
                            .send(exchange),
                    Ticker.system(),
                    new Log(new PrintStream(LOG, true, ISO_8859_1)::print, 2),
                    new ConnectionStats(),
                    HttpServer.MAX_CONNECTIONS,
                    BROKEN::set);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Sends this on a connection of its own, and returns every answer. */
    private static Answers send(byte[] input, int piece) throws IOException {
        InetSocketAddress address = SERVER.addresses().get(0);
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            ByteArrayOutputStream answers = new ByteArrayOutputStream();
            AtomicBoolean reset = new AtomicBoolean();
            Thread reader = new Thread(() -> reset.set(!read(socket, answers)), "reader");
            reader.start();
            write(socket, input, piece);
            reader.join();
            return new Answers(parse(answers.toString(ISO_8859_1), reset.get()), reset.get());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void write(Socket socket, byte[] input, int piece) throws IOException {
        try {
            OutputStream out = socket.getOutputStream();
            for (int from = 0; from < input.length; from += piece) {
                out.write(input, from, Math.min(piece, input.length - from));
            }
            socket.shutdownOutput();
        } catch (SocketException closed) {
            // After an answer that is the last.
        }
    }

    /** Returns whether the server had no more to send. */
    private static boolean read(Socket socket, ByteArrayOutputStream answers) {
        try {
            InputStream in = socket.getInputStream();
            byte[] buffer = new byte[8192];
            for (int bytes = in.read(buffer); bytes >= 0; bytes = in.read(buffer)) {
                answers.write(buffer, 0, bytes);
            }
        } catch (SocketException reset) {
            // The client still wrote when the server closed.
            return false;
        } catch (IOException e) {
            answers.writeBytes(("not closed: " + e).getBytes(ISO_8859_1));
        }
        return true;
    }

    /** Every answer, as its status and body; each must be well formed. */
    private static List<String> parse(String answers, boolean reset) {
        List<String> parsed = new ArrayList<>();
        for (int from = 0; from < answers.length(); ) {
            Matcher head = HEAD.matcher(answers).region(from, answers.length());
            if (reset && !head.lookingAt()) {
                break;
            }
            require(head.lookingAt(), "an answer has a head: " + answers.substring(from));
            Matcher length = LENGTH.matcher(head.group(2));
            require(length.find(), "an answer has a length: " + head.group(2));
            // Also without one, which only a request by HEAD or OPTIONS makes.
            int end = head.end() + Integer.parseInt(length.group(1));
            String body = end <= answers.length() && !answers.startsWith("HTTP/1.", head.end())
                    ? answers.substring(head.end(), end)
                    : "";
            require(
                    !head.group(1).equals("200")
                            || body.isEmpty()
                            || HANDLED.matcher(body.strip()).matches(),
                    "a method is a token, a path printable: " + body);
            parsed.add(head.group(1) + " " + body.strip());
            from = head.end() + body.length();
        }
        return parsed;
    }

    private static void require(boolean so, String what) {
        if (!so) {
            throw new AssertionError("not so: " + what);
        }
    }
}
