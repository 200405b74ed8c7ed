package com.approck.healthcheck.sidecar.readiness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.sidecar.Await;
import com.approck.healthcheck.sidecar.config.HttpHeader;
import com.approck.healthcheck.sidecar.config.ReadinessSettings;
import com.approck.healthcheck.sidecar.health.History;
import com.approck.healthcheck.sidecar.health.ReasonCode;
import com.approck.healthcheck.sidecar.health.Verdict;
import com.approck.healthcheck.sidecar.text.Log;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ReadinessClientTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private final History history = new History();
    /** What the deadline of each call would do. */
    private final Queue<Runnable> deadlines = new ConcurrentLinkedQueue<>();

    private final CountDownLatch testIsOver = new CountDownLatch(1);
    private HostileServer server;
    private ReadinessClient application;

    @AfterEach
    void stop() {
        testIsOver.countDown();
        if (application != null) {
            application.close();
        }
        if (server != null) {
            server.close();
        }
    }

    @Test
    void json_isPassedOnAsItCame() throws Exception {
        String json = "{ \"db\" : 1.00, \"b\":12345678901234567890.5 }";
        ReadinessResult answer = ask(HostileServer.answering("200 OK", "application/json;charset=UTF-8", json));
        assertEquals(Verdict.HEALTHY, answer.verdict());
        assertEquals(
                json, StandardCharsets.UTF_8.decode(answer.body().duplicate()).toString());
        assertEquals("application/json;charset=UTF-8", answer.contentType());
        String head = server.requests.element();
        assertTrue(head.startsWith("GET /ready HTTP/1.1\r\n"), head);
        assertTrue(head.contains("Connection: close\r\n"), head);
        assertEquals("INFO application: ready", logged());
    }

    @Test
    void errorWithJson_isNotReady_withItsFields() throws Exception {
        ReadinessResult answer = ask(HostileServer.answering("500 Oops", "application/json", "{\"db\":\"error\"}"));
        assertEquals(Verdict.of(ReasonCode.SERVICE_NOT_READY, server.url() + " answered 500."), answer.verdict());
        assertEquals(Optional.of("{\"db\":\"error\"}"), answer.json());
        assertEquals("INFO application: not ready: " + server.url() + " answered 500.", logged());
    }

    @Test
    void errorWithText_isNotReady_withThatText() throws Exception {
        ReadinessResult answer = ask(HostileServer.answering("503 Busy", "text/plain", " down\n"));
        assertEquals(Optional.of("down"), answer.text());
    }

    @Test
    void okWithoutJson_isNotReady() throws Exception {
        ReadinessResult answer = ask(HostileServer.answering("200 OK", "text/html", "<p>OK"));
        assertEquals(server.url() + " answered 200 with a body that is not JSON.", description(answer));
        assertEquals(Optional.of("<p>OK"), answer.text());
    }

    @Test
    void refusedConnection_isNotReady() throws Exception {
        server = HostileServer.answering("200 OK", "", "{}");
        server.close();
        ReadinessResult answer = ask(server);
        assertEquals(server.url() + " refused the connection.", description(answer));
        assertEquals(Optional.of(server.url() + " refused the connection."), answer.text());
    }

    @Test
    void unknownHost_isNotReady() throws Exception {
        application = application(URI.create("http://no-such-host.invalid/x?secret=1"));
        assertEquals("http://no-such-host.invalid/x has an unknown host.", description(get(application.ask())));
    }

    @Test
    void silence_isNotReady_atTheDeadline() throws Exception {
        assertLate(new HostileServer(out -> testIsOver.await()));
    }

    @Test
    void drippingBody_isNotReady_atTheDeadline() throws Exception {
        assertLate(dripping("HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n"));
    }

    @Test
    void drippingHead_isNotReady_atTheDeadline() throws Exception {
        assertLate(dripping("HTTP/1.1 200 OK\r\nX-Drip: "));
    }

    @Test
    void endlessBody_isNotReady_andNotRead() throws Exception {
        CountDownLatch hungUp = new CountDownLatch(1);
        ReadinessResult answer = ask(new HostileServer(out -> {
            HostileServer.write(out, "HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n");
            byte[] much = new byte[65_536];
            try {
                while (true) {
                    out.write(much);
                }
            } finally {
                hungUp.countDown();
            }
        }));
        assertEquals(server.url() + " sent a body of more than 65536 bytes.", description(answer));
        assertTrue(hungUp.await(20, TimeUnit.SECONDS));
    }

    @Test
    void earlyClose_isNotReady() throws Exception {
        ReadinessResult answer = ask(new HostileServer(OutputStream::close));
        assertTrue(description(answer).startsWith(server.url() + " could not be asked: "), description(answer));
    }

    @Test
    void closeInTheBody_isNotReady() throws Exception {
        ReadinessResult answer = ask(
                new HostileServer(out -> HostileServer.write(out, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}")));
        assertTrue(description(answer).startsWith(server.url() + " could not be asked: "), description(answer));
    }

    @Test
    void junkForHttp_isNotReady() throws Exception {
        ReadinessResult answer = ask(new HostileServer(out -> HostileServer.write(out, "220 smtp ready\r\n\r\n")));
        assertTrue(description(answer).startsWith(server.url() + " could not be asked: "), description(answer));
    }

    @Test
    void redirectElsewhere_isNotFollowed() throws Exception {
        try (HostileServer elsewhere = HostileServer.answering("200 OK", "application/json", "{}")) {
            ReadinessResult answer = ask(redirecting(elsewhere.url().toString()));
            assertEquals(
                    server.url() + " answered 302 from " + server.url() + " to " + elsewhere.url()
                            + ": redirects are followed 3 times, on the same host and port only.",
                    description(answer));
            assertEquals(0, elsewhere.calls.get());
        }
    }

    @Test
    void redirectOnTheSameServer_isFollowed() throws Exception {
        HostileServer[] self = new HostileServer[1];
        self[0] = new HostileServer(out -> HostileServer.write(
                out,
                self[0].calls.get() == 1
                        ? "HTTP/1.1 301 Moved\r\nLocation: /ready/\r\nContent-Length: 0\r\n\r\n"
                        : HostileServer.response("200 OK", "application/json", "{}")));
        assertEquals(Verdict.HEALTHY, ask(self[0]).verdict());
        assertEquals(2, self[0].calls.get());
    }

    @Test
    void redirectInACircle_ends() throws Exception {
        ReadinessResult answer = ask(redirecting("/ready"));
        assertTrue(description(answer).contains(" answered 302 from "), description(answer));
        assertEquals(1 + ReadinessRequest.MAX_REDIRECTS, server.calls.get());
    }

    @Test
    void redirectToNonsense_isNotReady() throws Exception {
        assertTrue(description(ask(redirecting("http://[/"))).contains(" to http://[/"));
    }

    @Test
    void probesThatWait_shareOneCall() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        answerAfter(go);
        CompletableFuture<ReadinessResult> first = application.ask();
        CompletableFuture<ReadinessResult> second = application.ask();
        go.countDown();
        assertSame(get(first), get(second));
        assertEquals(1, server.calls.get());
        Await.until(() -> get(application.ask()).verdict().isHealthy(), log::toString);
        assertTrue(server.calls.get() > 1);
    }

    @Test
    void answer_isCountedBeforeItIsGiven() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        answerAfter(go);
        CompletableFuture<Long> seen = application
                .ask()
                .thenApply(answer ->
                        application.calls(answer.result()) + (application.last().isPresent() ? 10 : 0));
        go.countDown();
        assertEquals(11, seen.get(30, TimeUnit.SECONDS));
    }

    @Test
    void callAfterATimeOut_isMadeAnew() throws Exception {
        assertLate(new HostileServer(out -> {
            if (server.calls.get() == 1) {
                testIsOver.await();
            }
            HostileServer.write(out, HostileServer.response("200 OK", "application/json", "{}"));
        }));
        Await.until(() -> get(application.ask()).verdict().isHealthy(), log::toString);
    }

    @Test
    void threadIsFreeAgain_afterAHeadThatDripped() throws Exception {
        assertLate(dripping("HTTP/1.1 200 OK\r\nX-Drip: "));
        Await.until(() -> get(application.ask()).verdict().isHealthy(), log::toString);
    }

    @Test
    void threadIsFreeAgain_afterABodyThatDripped() throws Exception {
        assertLate(dripping("HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n"));
        Await.until(() -> get(application.ask()).verdict().isHealthy(), log::toString);
    }

    /** Begins its first answer so, and goes on by a byte at a time; all others are good. */
    private HostileServer dripping(String start) {
        return new HostileServer(out -> {
            if (server.calls.get() == 1) {
                HostileServer.write(out, start);
                while (!testIsOver.await(20, TimeUnit.MILLISECONDS)) {
                    HostileServer.write(out, "1");
                }
            }
            HostileServer.write(out, HostileServer.response("200 OK", "application/json", "{}"));
        });
    }

    /** The deadline comes once the server was asked. */
    private void assertLate(HostileServer asked) throws Exception {
        server = asked;
        application = application(asked.url());
        CompletableFuture<ReadinessResult> answer = application.ask();
        Await.until(() -> asked.calls.get() == 1, log::toString);
        deadlines.remove().run();
        assertEquals(server.url() + " did not answer within 20 s.", description(get(answer)));
    }

    private void answerAfter(CountDownLatch go) {
        server = new HostileServer(out -> {
            go.await();
            HostileServer.write(out, HostileServer.response("200 OK", "application/json", "{}"));
        });
        application = application(server.url());
    }

    private HostileServer redirecting(String location) {
        return new HostileServer(out -> HostileServer.write(
                out, "HTTP/1.1 302 Found\r\nLocation: " + location + "\r\nContent-Length: 0\r\n\r\n"));
    }

    @Test
    void credentialsOfTheUrl_areSent_andShownNowhere() throws Exception {
        server = HostileServer.answering("500 Oops", "text/plain", "no");
        URI url = URI.create(server.url().toString().replace("http://", "http://us%40er:p%C3%A4ss+1@"));
        application = application(url);
        ReadinessResult answer = get(application.ask());
        String basic = Base64.getEncoder().encodeToString("us@er:p\u00e4ss+1".getBytes(StandardCharsets.ISO_8859_1));
        assertTrue(
                server.requests.element().contains("Authorization: Basic " + basic + "\r\n"),
                server.requests.element());
        assertEquals(server.url() + " answered 500.", description(answer));
        assertEquals("INFO application: not ready: " + server.url() + " answered 500.", logged());
    }

    @Test
    void headersThatWereAskedFor_areSent_andReplaceOurs() throws Exception {
        server = HostileServer.answering("200 OK", "application/json", "{}");
        application = application(new ReadinessSettings(
                server.url(),
                LONG,
                List.of(
                        new HttpHeader("User-Agent", "mine"),
                        new HttpHeader("X-Key", "a"),
                        new HttpHeader("x-key", "b")),
                Optional.empty()));
        assertEquals(Verdict.HEALTHY, get(application.ask()).verdict());
        String head = server.requests.element();
        assertTrue(head.contains("User-Agent: mine\r\n") && !head.contains("healthcheck-sidecar"), head);
        assertTrue(head.contains("X-Key: a\r\n") && head.contains("x-key: b\r\n"), head);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "X-GZIP"})
    void packedBody_isUnpacked(String encoding) throws Exception {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write("{\"db\":\"ok\"}".getBytes(StandardCharsets.UTF_8));
        }
        ReadinessResult answer = ask(new HostileServer(out -> {
            HostileServer.write(
                    out,
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: " + encoding
                            + "\r\nContent-Length: " + packed.size() + "\r\n\r\n");
            out.write(packed.toByteArray());
            out.flush();
        }));
        assertEquals(Optional.of("{\"db\":\"ok\"}"), answer.json());
    }

    @Test
    void packedBodyThatIsTooLongUnpacked_isNotReady() throws Exception {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(new byte[ReadinessRequest.MAX_BODY_BYTES + 1]);
        }
        ReadinessResult answer = ask(new HostileServer(out -> {
            HostileServer.write(out, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n");
            out.write(packed.toByteArray());
            out.flush();
        }));
        assertTrue(description(answer).contains("sent a body of more than"), description(answer));
    }

    @Test
    void localhost_isAskedAtItsOtherAddress_ifOneRefuses() throws Exception {
        // The stub listens on one family, and the JVM's first choice may be the other.
        server = HostileServer.answering("200 OK", "application/json", "{}");
        application = application(URI.create(server.url().toString().replace("127.0.0.1", "localhost")));
        assertEquals(Verdict.HEALTHY, get(application.ask()).verdict());
    }

    private ReadinessResult ask(HostileServer asked) throws Exception {
        server = asked;
        application = application(asked.url());
        return get(application.ask());
    }

    private ReadinessClient application(URI url) {
        return application(ReadinessSettings.of(url, LONG));
    }

    private ReadinessClient application(ReadinessSettings check) {
        return new ReadinessClient(
                check,
                System::nanoTime,
                history,
                new Log(new PrintStream(log, true, StandardCharsets.UTF_8)::print, 0),
                (call, late) -> deadlines.add(() -> call.complete(late)));
    }

    private static ReadinessResult get(CompletableFuture<ReadinessResult> answer) throws Exception {
        return answer.get(30, TimeUnit.SECONDS);
    }

    private static String description(ReadinessResult answer) {
        assertEquals(Optional.of(ReasonCode.SERVICE_NOT_READY), answer.verdict().code());
        return answer.verdict().description();
    }

    private String logged() throws Exception {
        Await.until(() -> log.size() > 0, () -> "a line");
        return log.toString(StandardCharsets.UTF_8).strip().substring("2026-11-23T06:17:41.123Z ".length());
    }
}
