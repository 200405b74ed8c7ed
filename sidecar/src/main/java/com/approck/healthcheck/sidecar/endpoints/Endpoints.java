package com.approck.healthcheck.sidecar.endpoints;

import com.approck.healthcheck.sidecar.health.HealthEvaluator;
import com.approck.healthcheck.sidecar.health.Probe;
import com.approck.healthcheck.sidecar.health.Verdict;
import com.approck.healthcheck.sidecar.http.BackgroundResponder;
import com.approck.healthcheck.sidecar.http.Response;
import com.approck.healthcheck.sidecar.http.Router;
import com.approck.healthcheck.sidecar.readiness.ReadinessClient;
import com.approck.healthcheck.sidecar.readiness.ReadinessResult;
import com.approck.healthcheck.sidecar.text.Ticker;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Methods;
import io.undertow.util.SameThreadExecutor;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What each path answers. A probe is answered on the I/O thread, from memory; {@code ready} with an application URL as soon as the
 * application has answered. {@code ?verbose} and the other paths are written on background threads.
 */
public final class Endpoints implements AutoCloseable {
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";
    private static final Response WELL =
            Response.of(200, Response.JSON, ByteBuffer.wrap("{}".getBytes(StandardCharsets.US_ASCII)));

    private final HealthEvaluator health;
    private final Optional<ReadinessClient> application;
    private final LatencyHistograms durations;
    private final Ticker ticker;
    private final ProbeJson json = new ProbeJson();
    private final LazyWriters writers;
    private final BackgroundResponder background = new BackgroundResponder();

    public Endpoints(EndpointInputs inputs) {
        this.health = inputs.health();
        this.application = inputs.application();
        this.durations = inputs.durations();
        this.ticker = inputs.ticker();
        this.writers = new LazyWriters(inputs, json);
    }

    /** Returns the table of paths. */
    public HttpHandler router() {
        return new Router()
                .add("/health/live", this::live)
                .add("/health/ready", this::ready)
                // Any answer to this one is the good news.
                .add("/livez", WELL::send)
                .add(
                        "/metrics",
                        inBackground(() ->
                                Response.of(200, PROMETHEUS, writers.metrics().text())))
                .add(
                        "/status",
                        inBackground(() ->
                                Response.of(200, Response.JSON, writers.status().json())))
                .add("/", this::page);
    }

    @Override
    public void close() {
        background.close();
    }

    private void live(HttpServerExchange exchange) {
        time(exchange, Probe.LIVE);
        reply(exchange, health.live());
    }

    @SuppressWarnings("FutureReturnValueIgnored") // It never fails.
    private void ready(HttpServerExchange exchange) {
        time(exchange, Probe.READY);
        Verdict verdict = health.ready();
        if (!verdict.isHealthy() || application.isEmpty()) {
            reply(exchange, verdict);
            return;
        }
        exchange.dispatch(
                SameThreadExecutor.INSTANCE,
                () -> application
                        .get()
                        .ask()
                        .thenAccept(answer -> exchange.getIoThread().execute(() -> reply(exchange, answer))));
    }

    /** The status page for people; to load balancers, which ask by {@code HEAD} or {@code OPTIONS}, the verdict of {@code ready}. */
    private void page(HttpServerExchange exchange) {
        if (exchange.getRequestMethod().equals(Methods.GET)) {
            background.send(exchange, () -> writers.page().response());
        } else {
            ready(exchange);
        }
    }

    private HttpHandler inBackground(Supplier<Response> writer) {
        return exchange -> background.send(exchange, writer);
    }

    private void reply(HttpServerExchange exchange, Verdict verdict) {
        if (isVerbose(exchange)) {
            background.send(
                    exchange,
                    () -> Response.of(
                            status(verdict), Response.JSON, writers.verbose().of(verdict)));
        } else if (verdict.isHealthy()) {
            WELL.send(exchange);
        } else {
            Response.of(422, Response.JSON, json.of(verdict)).send(exchange);
        }
    }

    private void reply(HttpServerExchange exchange, ReadinessResult answer) {
        if (isVerbose(exchange)) {
            background.send(
                    exchange,
                    () -> Response.of(
                            status(answer.verdict()),
                            Response.JSON,
                            writers.verbose().of(answer)));
        } else if (answer.verdict().isHealthy()) {
            Response.of(200, answer.contentType(), answer.body()).send(exchange);
        } else {
            Response.of(422, Response.JSON, json.of(answer)).send(exchange);
        }
    }

    /**
     * Records the time from the last byte of the request's head to the last byte of the response. Not with {@code ?verbose}: it is
     * for people, and would spoil the times of probes.
     */
    private void time(HttpServerExchange exchange, Probe probe) {
        if (!isVerbose(exchange)) {
            long arrivedAt = ticker.nanos();
            exchange.addExchangeCompleteListener((ended, next) -> {
                durations.add(probe, ended.getStatusCode() == 200, ticker.nanos() - arrivedAt);
                next.proceed();
            });
        }
    }

    private static int status(Verdict verdict) {
        return verdict.isHealthy() ? 200 : 422;
    }

    /** Returns whether {@code ?verbose} is there, with any value or none, as in Kubernetes' own endpoints. */
    private static boolean isVerbose(HttpServerExchange exchange) {
        return exchange.getQueryParameters().containsKey("verbose");
    }

    /** Makes each writer of long responses when it is first needed, so that the start does not load them. */
    private static final class LazyWriters {
        private final EndpointInputs inputs;
        private final ProbeJson json;
        private VerboseJson verbose;
        private PrometheusMetrics metrics;
        private StatusJson status;
        private StatusPage page;

        LazyWriters(EndpointInputs inputs, ProbeJson json) {
            this.inputs = inputs;
            this.json = json;
        }

        synchronized VerboseJson verbose() {
            if (verbose == null) {
                verbose = new VerboseJson(json, inputs);
            }
            return verbose;
        }

        synchronized PrometheusMetrics metrics() {
            if (metrics == null) {
                metrics = new PrometheusMetrics(inputs);
            }
            return metrics;
        }

        synchronized StatusJson status() {
            if (status == null) {
                status = new StatusJson(json, inputs, verbose());
            }
            return status;
        }

        synchronized StatusPage page() {
            if (page == null) {
                page = StatusPage.load();
            }
            return page;
        }
    }
}
