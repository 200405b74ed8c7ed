package com.approck.healthcheck.sidecar.probe;

import com.approck.healthcheck.sidecar.count.Durations;
import com.approck.healthcheck.sidecar.health.HealthEvaluator;
import com.approck.healthcheck.sidecar.health.Probe;
import com.approck.healthcheck.sidecar.health.Verdict;
import com.approck.healthcheck.sidecar.http.Exchange;
import com.approck.healthcheck.sidecar.http.Handler;
import com.approck.healthcheck.sidecar.http.Response;
import com.approck.healthcheck.sidecar.ready.Answer;
import com.approck.healthcheck.sidecar.ready.Application;
import com.approck.healthcheck.sidecar.show.Facts;
import com.approck.healthcheck.sidecar.show.Metrics;
import com.approck.healthcheck.sidecar.show.Status;
import com.approck.healthcheck.sidecar.show.Verbose;
import com.approck.healthcheck.sidecar.time.Ticker;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The three probes, and what else is served. Each probe is answered on the HTTP thread, from memory; {@code ready} with an application
 * URL when the application's answer is there; {@code ?verbose} and the rest are written elsewhere.
 */
public final class Probes implements AutoCloseable {
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";
    private static final Response WELL = Response.of(200, Response.JSON, Json.bytes("{}"));

    private final HealthEvaluator health;
    private final Optional<Application> application;
    private final Durations durations;
    private final Ticker ticker;
    private final Texts texts;
    private final LongBodies longBodies = new LongBodies();

    /** Answers from these. */
    public Probes(Facts facts) {
        this.health = facts.health();
        this.application = facts.application();
        this.durations = facts.durations();
        this.ticker = facts.ticker();
        this.texts = new Texts(facts);
    }

    /** The table of what is served: a path, a row. */
    public Handler routes() {
        return new Routes()
                .on("/health/live", this::live)
                .on("/health/ready", this::ready)
                // That this is answered is the answer.
                .on("/livez", exchange -> exchange.send(WELL))
                .on(
                        "/metrics",
                        written(() ->
                                Response.of(200, PROMETHEUS, texts.metrics().text())))
                .on(
                        "/status",
                        written(() ->
                                Response.of(200, Response.JSON, texts.status().json())))
                .on("/", written(() -> texts.page().response()));
    }

    @Override
    public void close() {
        longBodies.close();
    }

    private void live(Exchange exchange) {
        time(exchange, Probe.LIVE);
        reply(exchange, health.live());
    }

    @SuppressWarnings("FutureReturnValueIgnored") // It never fails.
    private void ready(Exchange exchange) {
        time(exchange, Probe.READY);
        Verdict verdict = health.ready();
        if (!verdict.isHealthy() || application.isEmpty()) {
            reply(exchange, verdict);
        } else {
            application.get().ask().thenAccept(answer -> reply(exchange, answer));
        }
    }

    private Handler written(Supplier<Response> writer) {
        return exchange -> longBodies.send(exchange, writer);
    }

    private void reply(Exchange exchange, Verdict verdict) {
        if (isVerbose(exchange)) {
            longBodies.send(
                    exchange,
                    () -> Response.of(
                            status(verdict), Response.JSON, texts.verbose().of(verdict)));
        } else {
            exchange.send(verdict.isHealthy() ? WELL : Response.of(422, Response.JSON, Json.of(verdict)));
        }
    }

    private void reply(Exchange exchange, Answer answer) {
        if (isVerbose(exchange)) {
            longBodies.send(
                    exchange,
                    () -> Response.of(
                            status(answer.verdict()),
                            Response.JSON,
                            texts.verbose().of(answer)));
        } else if (answer.verdict().isHealthy()) {
            exchange.send(Response.of(200, answer.contentType(), answer.body()));
        } else {
            exchange.send(Response.of(422, Response.JSON, Json.of(answer)));
        }
    }

    /**
     * Records how long it took, from its last byte to that of its answer. Not if all is asked for: a person who does that does not
     * wait for a probe's time.
     */
    private void time(Exchange exchange, Probe probe) {
        if (!isVerbose(exchange)) {
            exchange.onEnd(
                    () -> durations.add(probe, exchange.status() == 200, ticker.nanos() - exchange.arrivedNanos()));
        }
    }

    private static int status(Verdict verdict) {
        return verdict.isHealthy() ? 200 : 422;
    }

    /** {@code ?verbose}, as in Kubernetes' own endpoints: its presence counts, not its value. */
    private static boolean isVerbose(Exchange exchange) {
        String query = exchange.request().query();
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
