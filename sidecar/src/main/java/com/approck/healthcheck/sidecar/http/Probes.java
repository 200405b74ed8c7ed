package com.approck.healthcheck.sidecar.http;

import com.approck.healthcheck.sidecar.count.Counters;
import com.approck.healthcheck.sidecar.policy.Judge;
import com.approck.healthcheck.sidecar.policy.Verdict;
import com.approck.healthcheck.sidecar.ready.Answer;
import com.approck.healthcheck.sidecar.ready.Application;
import com.approck.healthcheck.sidecar.state.Workers;
import com.approck.healthcheck.sidecar.time.Ticker;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.SameThreadExecutor;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * The three probes. Each is answered on the I/O thread that read it, from memory; {@code ready} with an application URL
 * lets go of the thread until the application's answer is there, and {@code ?verbose} is written elsewhere.
 */
public final class Probes {
    private static final ByteBuffer WELL = Json.bytes("{}");
    private static final ByteBuffer BUSY = Json.bytes("too many verbose requests at once\n");

    private final Judge judge;
    private final Optional<Application> application;
    private final Executor slow;
    private final Verbosity verbosity;

    /** Answers from these; {@code slow} runs what is not for an I/O thread, and may reject. */
    public Probes(
            Workers workers,
            Judge judge,
            Counters counters,
            Ticker ticker,
            Optional<Application> application,
            Executor slow) {
        this.judge = judge;
        this.application = application;
        this.slow = slow;
        this.verbosity = new Verbosity(workers, judge, counters, ticker);
    }

    /** The table of what is served: a path, a row. */
    public Routes routes() {
        return new Routes()
                .on("/health/live", new Live())
                .on("/health/ready", new Ready())
                .on("/livez", new SelfLive());
    }

    private void reply(HttpServerExchange exchange, Verdict verdict) {
        if (isVerbose(exchange)) {
            slowly(
                    exchange,
                    () -> Reply.send(
                            exchange,
                            status(verdict),
                            Reply.JSON,
                            verbosity.get().of(verdict)));
        } else {
            Reply.send(exchange, status(verdict), Reply.JSON, verdict.isWell() ? WELL : Json.of(verdict));
        }
    }

    private void reply(HttpServerExchange exchange, Answer answer) {
        if (isVerbose(exchange)) {
            slowly(
                    exchange,
                    () -> Reply.send(
                            exchange,
                            status(answer.verdict()),
                            Reply.JSON,
                            verbosity.get().of(answer)));
        } else if (answer.verdict().isWell()) {
            Reply.send(exchange, 200, answer.contentType(), answer.body());
        } else {
            Reply.send(exchange, 422, Reply.JSON, Json.of(answer));
        }
    }

    private void slowly(HttpServerExchange exchange, Runnable reply) {
        exchange.dispatch(SameThreadExecutor.INSTANCE, () -> {
            try {
                slow.execute(() -> {
                    try {
                        reply.run();
                    } catch (RuntimeException | Error e) {
                        exchange.setStatusCode(500).endExchange();
                        throw e;
                    }
                });
            } catch (RejectedExecutionException e) {
                Reply.send(exchange, 503, Reply.TEXT, BUSY);
            }
        });
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
            reply(exchange, judge.live());
        }
    }

    private final class Ready implements HttpHandler {
        @Override
        @SuppressWarnings("FutureReturnValueIgnored") // It never fails.
        public void handleRequest(HttpServerExchange exchange) {
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

    /** Makes the writer of long bodies when the first is asked for: it loads Jackson. */
    private static final class Verbosity {
        private final Workers workers;
        private final Judge judge;
        private final Counters counters;
        private final Ticker ticker;
        private Verbose verbose;

        Verbosity(Workers workers, Judge judge, Counters counters, Ticker ticker) {
            this.workers = workers;
            this.judge = judge;
            this.counters = counters;
            this.ticker = ticker;
        }

        synchronized Verbose get() {
            if (verbose == null) {
                verbose = new Verbose(workers, judge, counters, ticker);
            }
            return verbose;
        }
    }
}
