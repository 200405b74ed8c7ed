package com.approck.healthcheck.sidecar.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.approck.healthcheck.sidecar.Await;
import com.approck.healthcheck.sidecar.config.ListenAddress;
import com.approck.healthcheck.sidecar.metrics.ConnectionStats;
import com.approck.healthcheck.sidecar.net.BindFailedException;
import com.approck.healthcheck.sidecar.text.Log;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.SameThreadExecutor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** By real sockets, and a clock that goes when the test says so. */
final class HttpServerTest {
    private static final HttpHandler ECHO =
            exchange -> Response.text(200, exchange.getRequestMethod() + " " + exchange.getRequestPath())
                    .send(exchange);

    private final AtomicLong clock = new AtomicLong();
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private final CompletableFuture<Throwable> broken = new CompletableFuture<>();
    private final ConnectionStats stats = new ConnectionStats();
    private final List<Client> clients = new ArrayList<>();
    private HttpServer server;

    @AfterEach
    void stop() throws IOException {
        for (Client client : clients) {
            client.socket.close();
        }
        if (server != null) {
            server.close();
        }
    }

    @Test
    void connection_servesOneRequestAfterAnother() throws Exception {
        start(ECHO);
        Client client = connect();
        for (int i = 0; i < 3; i++) {
            client.write("GET /" + i + " HTTP/1.1\r\nHost: x\r\n\r\n");
            assertEquals("200 GET /" + i, client.answer());
        }
    }

    @Test
    void pipelinedRequests_areAnsweredInOrder() throws Exception {
        start(ECHO);
        Client client = connect();
        StringBuilder requests = new StringBuilder();
        for (int i = 0; i < 500; i++) {
            requests.append("GET /").append(i).append(" HTTP/1.1\r\nHost: x\r\n\r\n");
        }
        client.write(requests.append(
                "GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\nGET /never HTTP/1.1\r\nHost: x\r\n\r\n"));
        for (int i = 0; i < 500; i++) {
            assertEquals("200 GET /" + i, client.answer());
        }
        assertEquals("200 GET /last", client.answer());
        client.assertClosed();
    }

    @Test
    void answersFromOtherThreads_areInOrderToo() throws Exception {
        start(exchange -> exchange.dispatch(
                SameThreadExecutor.INSTANCE,
                () -> new Thread(() -> exchange.getIoThread().execute(() -> echo(exchange))).start()));
        Client client = connect();
        client.write(
                "GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\nGET /3 HTTP/1.1\r\nHost: x\r\n\r\n");
        for (int i = 1; i <= 3; i++) {
            assertEquals("200 GET /" + i, client.answer());
        }
    }

    @Test
    void requestThatWaits_holdsUpNobodyElse() throws Exception {
        BlockingQueue<HttpServerExchange> waiting = new LinkedBlockingQueue<>();
        start(exchange -> {
            if (exchange.getRequestPath().equals("/wait")) {
                exchange.dispatch(SameThreadExecutor.INSTANCE, () -> waiting.add(exchange));
            } else {
                echo(exchange);
            }
        });
        Client patient = connect();
        patient.write("GET /wait HTTP/1.1\r\nHost: x\r\n\r\nGET /after HTTP/1.1\r\nHost: x\r\n\r\n");
        HttpServerExchange exchange = waiting.poll(20, TimeUnit.SECONDS);
        Client other = connect();
        other.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        assertEquals("200 GET /", other.answer());
        // Who waits for us is not late.
        later(Duration.ofMinutes(10));
        send(exchange, Response.text(200, "at last"));
        send(exchange, Response.text(500, "not this one"));
        assertEquals("200 at last", patient.answer());
        assertEquals("200 GET /after", patient.answer());
    }

    @Test
    void headAndOptions_areAnsweredWithoutABody() throws Exception {
        start(ECHO);
        Client client = connect();
        client.write(
                "HEAD /a HTTP/1.1\r\nHost: x\r\n\r\nOPTIONS /b HTTP/1.1\r\nHost: x\r\n\r\nGET /c HTTP/1.1\r\nHost: x\r\n\r\n");
        assertTrue(client.head().contains("\r\nContent-Length: 8\r\n"));
        String options = client.head();
        assertTrue(options.contains("\r\nContent-Length: 0\r\n"));
        assertTrue(options.contains("\r\nAllow: GET, HEAD, OPTIONS\r\n"));
        assertEquals("200 GET /c", client.answer());
    }

    @Test
    void http10_isClosed_unlessItAsksOtherwise() throws Exception {
        start(ECHO);
        Client old = connect();
        old.write("HEAD / HTTP/1.0\r\n\r\n");
        assertTrue(old.head().contains("\r\nConnection: close\r\n"));
        old.assertClosed();
        Client keeping = connect();
        for (int i = 0; i < 2; i++) {
            keeping.write("HEAD / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
            assertTrue(keeping.head().contains("\r\nConnection: keep-alive\r\n"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/0.9", "HTTP/1.2"})
    void otherVersion_isAnsweredInTheNewestThatIsSpoken(String version) throws Exception {
        start(ECHO);
        Client client = connect();
        client.write("HEAD / " + version + "\r\nHost: x\r\n\r\n");
        String head = client.head();
        assertTrue(head.startsWith("HTTP/1.1 200 OK\r\n"), head);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 60000",
                "Transfer-Encoding: chunked",
                "Content-Length: 60000\r\nExpect: 100-continue"
            })
    void body_isNotRead_andDoesNotCostTheAnswer(String header) throws Exception {
        start(ECHO);
        Client client = connect();
        client.write("GET /a HTTP/1.1\r\nHost: x\r\n" + header + "\r\n\r\n" + "x".repeat(60_000));
        assertEquals("200 GET /a", client.answer());
        client.assertClosed();
    }

    @Test
    void endlessBody_isHungUpOn() throws Exception {
        start(ECHO);
        Client client = connect();
        client.write("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n");
        assertEquals("200 POST /a", client.answer());
        Await.until(
                () -> {
                    try {
                        client.write("x".repeat(10_000));
                        return false;
                    } catch (IOException reset) {
                        return true;
                    }
                },
                this::log);
    }

    @Test
    void clientThatSendsNoMore_isAnswered() throws Exception {
        start(ECHO);
        Client client = connect();
        client.write("GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n");
        client.socket.shutdownOutput();
        assertEquals("200 GET /a", client.answer());
        assertEquals("200 GET /b", client.answer());
        client.assertClosed();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u0016\u0003\u0001\u0002\u0000\u0001",
                "GET /\r\n",
                "PRI * HTTP/2.0\r\n\r\n",
                "GET / HTTP/1.1\r\n x\r\n"
            })
    void whatIsNoRequest_isNamedSo(String text) throws Exception {
        start(exchange -> {
            fail("not to be handled");
        });
        Client client = connect();
        client.write(text + "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        assertTrue(client.answer().startsWith("400 "));
        client.assertClosed();
    }

    @Test
    void requestThatDoesNotEnd_isHungUpOnAfterFiveSeconds() throws Exception {
        start(ECHO);
        Client silent = connect();
        Client slow = connect();
        slow.write("GET / HTTP/1.1\r\nHost: x\r\nX: ");
        Client fast = connect();
        fast.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        assertEquals("200 GET /", fast.answer());
        later(Duration.ofMillis(4900));
        Client between = connect();
        between.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        assertEquals("200 GET /", between.answer());
        slow.write("more");
        later(Duration.ofMillis(1100));
        silent.assertClosed();
        slow.assertClosed();
        assertEquals(2, stats.timedOut());
        fast.write("GET /again HTTP/1.1\r\nHost: x\r\n\r\n");
        assertEquals("200 GET /again", fast.answer());
        later(Duration.ofSeconds(76));
        fast.assertClosed();
        between.assertClosed();
    }

    @Test
    void longAnswer_isWholeForWhoReads_andEndsForWhoDoesNot() throws Exception {
        ByteBuffer body = ByteBuffer.allocate(8 << 20);
        AtomicInteger ended = new AtomicInteger();
        start(exchange -> {
            countEnd(exchange, ended);
            Response.of(200, Response.JSON, body).send(exchange);
        });
        Client reading = connect();
        Client deaf = connect();
        deaf.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        reading.write("GET / HTTP/1.1\r\nHost: x\r\n\r\nHEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
        reading.head();
        assertEquals(body.remaining(), reading.in.readNBytes(body.remaining()).length);
        reading.head();
        Await.until(() -> ended.get() == 2, this::log);
        later(Duration.ofSeconds(6));
        Await.until(() -> ended.get() == 3, this::log);
        deaf.head();
        int read = 0;
        try {
            while (deaf.in.read() >= 0) {
                read++;
            }
        } catch (IOException reset) {
            // As good an end as any.
        }
        assertTrue(read < body.remaining(), () -> "all of it");
    }

    @Test
    void oneConnectionTooMany_takesThePlaceOfTheIdlest() throws Exception {
        start(ECHO, 4);
        List<Client> first = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Client client = connect();
            client.write("GET /" + i + " HTTP/1.1\r\nHost: x\r\n\r\n");
            assertEquals("200 GET /" + i, client.answer());
            first.add(client);
        }
        first.get(0).write("GET /again HTTP/1.1\r\nHost: x\r\n\r\n");
        assertEquals("200 GET /again", first.get(0).answer());
        for (int i = 1; i < 4; i++) {
            Client client = connect();
            client.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
            assertEquals("200 GET /", client.answer());
            first.get(i).assertClosed();
        }
        first.get(0).write("GET /still HTTP/1.1\r\nHost: x\r\n\r\n");
        assertEquals("200 GET /still", first.get(0).answer());
        assertEquals(3, stats.evicted());
        assertEquals(4, stats.open());
    }

    @Test
    void incompleteRequests_holdSoMuchMemoryAndNoMore() throws Exception {
        start(ECHO);
        Client patient = connect();
        patient.write("GET /1 HTTP/1.1\r\nHost: x\r\n\r\n");
        assertEquals("200 GET /1", patient.answer());
        String head = "GET / HTTP/1.1\r\nHost: x\r\nX: " + "x".repeat(15_000);
        int enough = ConnectionGuard.MAX_INCOMPLETE_BYTES / head.length() + 10;
        List<Client> greedy = new ArrayList<>();
        for (int i = 0; i < enough; i++) {
            Client client = connect();
            client.write(head);
            greedy.add(client);
        }
        Await.until(() -> stats.evicted() > 0, this::log);
        greedy.get(0).assertClosed();
        // Who is idle holds nothing.
        patient.write("GET /2 HTTP/1.1\r\nHost: x\r\n\r\n");
        assertEquals("200 GET /2", patient.answer());
        Client last = greedy.get(enough - 1);
        last.write("\r\n\r\n");
        assertEquals("200 GET /", last.answer());
    }

    @Test
    void headThatIsTooLarge_isRefused() throws Exception {
        start(exchange -> fail("not to be handled"));
        Client client = connect();
        client.write("GET / HTTP/1.1\r\nHost: x\r\nX: " + "x".repeat(HttpServer.MAX_HEAD_BYTES));
        assertTrue(client.answer().startsWith("400 "));
        client.assertClosed();
    }

    @Test
    void handlerThatFails_costsOneAnswer() throws Exception {
        start(exchange -> {
            if (exchange.getRequestPath().equals("/bug")) {
                throw new StackOverflowError("the bug");
            }
            echo(exchange);
        });
        Client client = connect();
        for (int i = 0; i < 3; i++) {
            client.write("GET /bug HTTP/1.1\r\nHost: x\r\n\r\nGET /a HTTP/1.1\r\nHost: x\r\n\r\n");
            assertTrue(client.answer().startsWith("500 "));
            assertEquals("200 GET /a", client.answer());
        }
        assertEquals(1, log().lines().filter(line -> line.contains("the bug")).count(), this::log);
    }

    @Test
    void clientThatLeaves_costsNothing() throws Exception {
        BlockingQueue<HttpServerExchange> waiting = new LinkedBlockingQueue<>();
        AtomicInteger ended = new AtomicInteger();
        start(exchange -> {
            countEnd(exchange, ended);
            exchange.dispatch(SameThreadExecutor.INSTANCE, () -> waiting.add(exchange));
        });
        Client client = connect();
        client.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        HttpServerExchange exchange = waiting.poll(20, TimeUnit.SECONDS);
        client.socket.setSoLinger(true, 0);
        client.socket.close();
        send(exchange, Response.text(200, "to nobody"));
        Await.until(() -> ended.get() == 1, this::log);
        send(exchange, Response.text(200, "too late"));
        comeRound();
        assertEquals(1, ended.get());
        assertEquals("", log());
    }

    @Test
    void close_hangsUp_andFreesThePort() throws Exception {
        start(ECHO);
        Client client = connect();
        InetSocketAddress address = server.addresses().get(0);
        server.close();
        client.assertClosed();
        server = HttpServer.start(
                ListenAddress.of("127.0.0.1", address.getPort()),
                ECHO,
                clock::get,
                new Log(stream()::print, 0),
                stats,
                4,
                broken::complete);
        assertEquals(address, server.addresses().get(0));
        assertFalse(broken.isDone());
    }

    @Test
    void serverThatBreaks_says() throws Exception {
        server = HttpServer.start(
                ListenAddress.of("127.0.0.1", 0),
                ECHO,
                () -> {
                    throw new IllegalStateException("no time");
                },
                new Log(stream()::print, 0),
                stats,
                4,
                broken::complete);
        connect();
        assertEquals("no time", broken.get(20, TimeUnit.SECONDS).getMessage());
    }

    @Test
    void headerOfOthers_isOneHeader() {
        Response response = Response.of(200, "a/b\r\nX: y\u0000\u00ff", ByteBuffer.allocate(0));
        assertEquals("a/b??X: y??", response.headers().get(0).value());
    }

    private void start(HttpHandler handler) throws BindFailedException {
        start(handler, HttpServer.MAX_CONNECTIONS);
    }

    private void start(HttpHandler handler, int maxConnections) throws BindFailedException {
        server = HttpServer.start(
                ListenAddress.of("127.0.0.1", 0),
                handler,
                clock::get,
                new Log(stream()::print, 0),
                stats,
                maxConnections,
                broken::complete);
    }

    /** Lets time go by, once the server is through with all that was sent to it, and has it see that. */
    private void later(Duration time) throws Exception {
        comeRound();
        clock.addAndGet(time.toNanos());
        comeRound();
    }

    private void comeRound() throws IOException {
        Client client = connect();
        client.write("\u0000");
        assertTrue(client.answer().startsWith("400 "));
        client.socket.close();
    }

    private static void echo(HttpServerExchange exchange) {
        try {
            ECHO.handleRequest(exchange);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static void send(HttpServerExchange exchange, Response response) {
        exchange.getIoThread().execute(() -> response.send(exchange));
    }

    private static void countEnd(HttpServerExchange exchange, AtomicInteger ended) {
        exchange.addExchangeCompleteListener((done, next) -> {
            ended.incrementAndGet();
            next.proceed();
        });
    }

    private Client connect() throws IOException {
        InetSocketAddress address = server.addresses().get(0);
        Client client = new Client(new Socket(address.getAddress(), address.getPort()));
        clients.add(client);
        return client;
    }

    private PrintStream stream() {
        return new PrintStream(log, true, StandardCharsets.UTF_8);
    }

    private String log() {
        return log.toString(StandardCharsets.UTF_8);
    }

    /** One connection to the server. */
    private static final class Client {
        final Socket socket;
        final InputStream in;

        Client(Socket socket) throws IOException {
            this.socket = socket;
            socket.setSoTimeout(20_000);
            in = socket.getInputStream();
        }

        void write(CharSequence text) throws IOException {
            socket.getOutputStream().write(text.toString().getBytes(ISO_8859_1));
        }

        /** Status and body of the next answer. */
        String answer() throws IOException {
            String head = head();
            String length = "\r\nContent-Length: ";
            int at = head.indexOf(length) + length.length();
            byte[] body = in.readNBytes(Integer.parseInt(head.substring(at, head.indexOf('\r', at))));
            return head.substring("HTTP/1.1 ".length(), "HTTP/1.1 200".length()) + " "
                    + new String(body, ISO_8859_1).strip();
        }

        /** Of the next answer, as it came. */
        String head() throws IOException {
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                int c = in.read();
                if (c < 0) {
                    throw new IOException("closed after " + head);
                }
                head.append((char) c);
            }
            return head.toString();
        }

        void assertClosed() throws IOException {
            try {
                assertEquals(-1, in.read());
            } catch (SocketException reset) {
                assertTrue(reset.getMessage().contains("reset"), reset.getMessage());
            }
        }
    }
}
