package com.approck.healthcheck.sidecar.http;

import com.approck.healthcheck.sidecar.count.Durations;
import com.approck.healthcheck.sidecar.policy.Judge;
import com.approck.healthcheck.sidecar.policy.Probe;
import com.approck.healthcheck.sidecar.policy.Verdict;
import com.approck.healthcheck.sidecar.ready.Answer;
import com.approck.healthcheck.sidecar.ready.Application;
import com.approck.healthcheck.sidecar.show.Facts;
import com.approck.healthcheck.sidecar.show.Metrics;
import com.approck.healthcheck.sidecar.show.Status;
import com.approck.healthcheck.sidecar.show.Verbose;
import io.undertow.server.ExchangeCompletionListener;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.SameThreadExecutor;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * The three probes, and what else is served. Each probe is answered on the I/O thread that read it, from memory; {@code ready} with an application URL
 * lets go of the thread until the application's answer is there, and {@code ?verbose} is written elsewhere.
 */
public final class Probes {
    private static final ByteBuffer WELL = Json.bytes("{}");

    private final Judge judge;
    private final Optional<Application> application;
    private final LongBodies longBodies;
    private final Texts texts;
    private final ExchangeCompletionListener liveTimer;
    private final ExchangeCompletionListener readyTimer;

    /** Answers from these; {@code slow} runs what is not for an I/O thread, and may reject. */
    public Probes(Facts facts, Executor slow) {
        this.judge = facts.judge();
        this.application = facts.application();
        this.longBodies = new LongBodies(slow);
        this.texts = new Texts(facts);
        this.liveTimer = new Timer(Probe.LIVE, facts.durations());
        this.readyTimer = new Timer(Probe.READY, facts.durations());
    }

    /** The table of what is served: a path, a row. */
    public Routes routes() {
        return new Routes()
                .on("/health/live", new Live())
                .on("/health/ready", new Ready())
                .on("/livez", new SelfLive())
                .on("/metrics", new Scrape())
                .on("/status", new StatusJson())
                .on("/", new StatusPage());
    }

    private void reply(HttpServerExchange exchange, Verdict verdict) {
        if (isVerbose(exchange)) {
            longBodies.send(
                    exchange, status(verdict), Reply.JSON, () -> texts.verbose().of(verdict));
        } else {
            Reply.send(exchange, status(verdict), Reply.JSON, verdict.isWell() ? WELL : Json.of(verdict));
        }
    }

    private void reply(HttpServerExchange exchange, Answer answer) {
        if (isVerbose(exchange)) {
            longBodies.send(
                    exchange,
                    status(answer.verdict()),
                    Reply.JSON,
                    () -> texts.verbose().of(answer));
        } else if (answer.verdict().isWell()) {
            Reply.send(exchange, 200, answer.contentType(), answer.body());
        } else {
            Reply.send(exchange, 422, Reply.JSON, Json.of(answer));
        }
    }

    /** A person who asks for all of it does not wait for a probe's time. */
    private static void time(HttpServerExchange exchange, ExchangeCompletionListener timer) {
        if (!isVerbose(exchange)) {
            exchange.addExchangeCompleteListener(timer);
        }
    }

    private static int status(Verdict verdict) {
        return verdict.isWell() ? 200 : 422;
    }

    /** {@code ?verbose}, as in Kubernetes' own endpoints: its presence counts, not its value. */
    static boolean isVerbose(HttpServerExchange exchange) {
        String query = exchange.getQueryString();
        for (int start = 0; start < query.length(); ) {
            int end = query.indexOf('&', start);
            end = end < 0 ? query.length() : end;
            if (query.startsWith("verbose", start)) {
                int after = start + "verbose".length();
                if (after == end || query.charAt(after) == '=') {
                    return true;
                }
            }
            start = end + 1;
        }
        return false;
    }

    private final class Live implements HttpHandler {
        @Override
        public void handleRequest(HttpServerExchange exchange) {
            time(exchange, liveTimer);
            reply(exchange, judge.live());
        }
    }

    private final class Ready implements HttpHandler {
        @Override
        @SuppressWarnings("FutureReturnValueIgnored") // It never fails.
        public void handleRequest(HttpServerExchange exchange) {
            time(exchange, readyTimer);
            Verdict verdict = judge.ready();
            if (!verdict.isWell() || application.isEmpty()) {
                reply(exchange, verdict);
                return;
            }
            Application asked = application.get();
            exchange.dispatch(
                    SameThreadExecutor.INSTANCE,
                    () -> asked.ask()
                            .thenAccept(answer -> exchange.getIoThread().execute(() -> reply(exchange, answer))));
        }
    }

    /** That this is answered is the answer. */
    private static final class SelfLive implements HttpHandler {
        @Override
        public void handleRequest(HttpServerExchange exchange) {
            Reply.send(exchange, 200, Reply.JSON, WELL);
        }
    }

    /** What Prometheus reads. */
    private final class Scrape implements HttpHandler {
        @Override
        public void handleRequest(HttpServerExchange exchange) {
            longBodies.send(
                    exchange, 200, Reply.PROMETHEUS, () -> texts.metrics().text());
        }
    }

    /** What the status page reads. */
    private final class StatusJson implements HttpHandler {
        @Override
        public void handleRequest(HttpServerExchange exchange) {
            longBodies.send(exchange, 200, Reply.JSON, () -> texts.status().json());
        }
    }

    /** The page itself, which is the same each time. */
    private final class StatusPage implements HttpHandler {
        @Override
        public void handleRequest(HttpServerExchange exchange) {
            longBodies.send(exchange, 200, Page.TYPE, () -> {
                Page page = texts.page();
                exchange.getResponseHeaders().put(Headers.CONTENT_SECURITY_POLICY, page.policy());
                exchange.getResponseHeaders().put(Headers.REFERRER_POLICY, "no-referrer");
                return page.bytes();
            });
        }
    }

    /** Records how long a probe took, from its last byte to that of its answer; one is enough for all exchanges. */
    private static final class Timer implements ExchangeCompletionListener {
        private final Probe probe;
        private final Durations durations;

        Timer(Probe probe, Durations durations) {
            this.probe = probe;
            this.durations = durations;
        }

        @Override
        public void exchangeEvent(HttpServerExchange exchange, NextListener next) {
            try {
                long nanos = System.nanoTime() - exchange.getRequestStartTime();
                durations.add(probe, exchange.getStatusCode() == 200, nanos);
            } finally {
                next.proceed();
            }
        }
    }

    /** Makes each writer of long bodies when the first is asked for: what they load is not for the start. */
    private static final class Texts {
        private final Facts facts;
        private Verbose verbose;
        private Metrics metrics;
        private Status status;
        private Page page;

        Texts(Facts facts) {
            this.facts = facts;
        }

        synchronized Verbose verbose() {
            if (verbose == null) {
                verbose = new Verbose(facts);
            }
            return verbose;
        }

        synchronized Metrics metrics() {
            if (metrics == null) {
                metrics = new Metrics(facts);
            }
            return metrics;
        }

        synchronized Status status() {
            if (status == null) {
                status = new Status(facts, verbose());
            }
            return status;
        }

        synchronized Page page() {
            if (page == null) {
                page = Page.load();
            }
            return page;
        }
    }
}
