package com.approck.healthcheck.sidecar;

import com.approck.healthcheck.sidecar.agentcheck.AgentCheckServer;
import com.approck.healthcheck.sidecar.config.Settings;
import com.approck.healthcheck.sidecar.endpoints.EndpointInputs;
import com.approck.healthcheck.sidecar.endpoints.Endpoints;
import com.approck.healthcheck.sidecar.endpoints.LatencyHistograms;
import com.approck.healthcheck.sidecar.health.HealthEvaluator;
import com.approck.healthcheck.sidecar.health.HealthPolicy;
import com.approck.healthcheck.sidecar.health.History;
import com.approck.healthcheck.sidecar.health.Verdict;
import com.approck.healthcheck.sidecar.health.VerdictMonitor;
import com.approck.healthcheck.sidecar.http.HttpServer;
import com.approck.healthcheck.sidecar.metrics.ConnectionStats;
import com.approck.healthcheck.sidecar.metrics.Counters;
import com.approck.healthcheck.sidecar.net.BindFailedException;
import com.approck.healthcheck.sidecar.net.DescriptorLimit;
import com.approck.healthcheck.sidecar.readiness.ReadinessClient;
import com.approck.healthcheck.sidecar.readiness.ReadinessResult;
import com.approck.healthcheck.sidecar.statsd.DatagramHandler;
import com.approck.healthcheck.sidecar.statsd.GaugeParser;
import com.approck.healthcheck.sidecar.statsd.StatsdRelay;
import com.approck.healthcheck.sidecar.statsd.UdpReceiver;
import com.approck.healthcheck.sidecar.text.Format;
import com.approck.healthcheck.sidecar.text.Log;
import com.approck.healthcheck.sidecar.text.RateLimitedLog;
import com.approck.healthcheck.sidecar.text.Ticker;
import com.approck.healthcheck.sidecar.workers.GaugeIngest;
import com.approck.healthcheck.sidecar.workers.SourceRegistry;
import com.approck.healthcheck.sidecar.workers.StateFile;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A running sidecar: a receiver thread, the HTTP server, and what they share. The constructor starts all of it.
 *
 * <p>It runs until it is stopped, or until its receiver or its HTTP server fails. The kernel collects datagrams before the
 * first probe can be answered.
 */
final class Sidecar implements AutoCloseable {
    private static final long CHECK_INTERVAL_MILLIS = 2000;
    /** Checks that a receiver may make no progress: no pause of the whole process lasts for so many. */
    private static final int MAX_STALLED_CHECKS = 5;

    private static final String RECEIVER_FAILED = "the UDP receiver failed: nothing more is known about workers";
    private static final String HTTP_FAILED = "the HTTP server failed: no probe can be answered";

    private final Log log;
    private final Duration drain;
    private final HealthEvaluator health;
    private final UdpReceiver.Sockets sockets;
    private final HttpServer http;
    private final UdpReceiver receiver;
    private final CompletableFuture<End> end = new CompletableFuture<>();
    /** What is open, the last one first. */
    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    private final Optional<AgentCheckServer> agentCheck;

    /** Starts one; if that fails, everything that was opened for it is closed again. */
    Sidecar(Settings settings, Ticker ticker, Log log) throws BindFailedException {
        this.log = log;
        this.drain = settings.drain();
        boolean started = false;
        try {
            sockets = opened(UdpReceiver.Sockets.open(settings.statsd(), ticker));
            long now = ticker.nanos();
            Counters counters = new Counters();
            History history = new History();
            SourceRegistry workers = new SourceRegistry(settings.metrics(), settings.workersTtl(), counters, now);
            health = new HealthEvaluator(workers, policy(settings, sockets), ticker);
            Optional<StateFile> stateFile = settings.stateFile()
                    .map(path -> new StateFile(path, workers, ticker, System::currentTimeMillis, log));
            stateFile.ifPresent(StateFile::load);
            Optional<ReadinessClient> application =
                    settings.readiness().map(check -> opened(new ReadinessClient(check, ticker, history, log)));
            http = serve(settings, ticker, workers, counters, history, application);
            stateFile.ifPresent(this::opened);
            DatagramHandler ingest = new GaugeIngest(new GaugeParser(settings.metrics(), counters), workers, ticker);
            DatagramHandler handler = settings.forward().isEmpty()
                    ? ingest
                    : opened(StatsdRelay.start(
                            settings.forward().get(), sockets.addresses(), ingest, counters, ticker, log));
            receiver = opened(UdpReceiver.start(
                    sockets,
                    handler,
                    new VerdictMonitor(workers, health, counters, history, log, now),
                    counters,
                    ticker,
                    log,
                    cause -> fail(RECEIVER_FAILED, cause)));
            agentCheck = agentCheck(settings, workers, application, ticker);
            stateFile.ifPresent(StateFile::start);
            started = true;
        } finally {
            if (!started) {
                close();
            }
        }
    }

    private static HealthPolicy policy(Settings settings, UdpReceiver.Sockets sockets) {
        return new HealthPolicy(
                settings.minWorkers(), settings.minSources(), settings.drainLimit(), list("", sockets.addresses()));
    }

    private HttpServer serve(
            Settings settings,
            Ticker ticker,
            SourceRegistry workers,
            Counters counters,
            History history,
            Optional<ReadinessClient> application)
            throws BindFailedException {
        ConnectionStats connections = new ConnectionStats();
        Endpoints endpoints = opened(new Endpoints(new EndpointInputs(
                workers,
                health,
                counters,
                new LatencyHistograms(),
                connections,
                history,
                sockets,
                application,
                ticker)));
        return opened(HttpServer.start(
                settings.http(),
                endpoints.router(),
                ticker,
                log,
                connections,
                DescriptorLimit.connections(HttpServer.MAX_CONNECTIONS),
                cause -> fail(HTTP_FAILED, cause)));
    }

    private Optional<AgentCheckServer> agentCheck(
            Settings settings, SourceRegistry workers, Optional<ReadinessClient> application, Ticker ticker)
            throws BindFailedException {
        if (settings.agentCheck().isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(opened(AgentCheckServer.start(
                settings.agentCheck().get(),
                () -> ready(application),
                workers::totals,
                new RateLimitedLog(log, ticker))));
    }

    private CompletableFuture<Verdict> ready(Optional<ReadinessClient> application) {
        Verdict verdict = health.ready();
        if (!verdict.isHealthy() || application.isEmpty()) {
            return CompletableFuture.completedFuture(verdict);
        }
        return application.get().ask().thenApply(ReadinessResult::verdict);
    }

    InetSocketAddress httpAddress() {
        return http.addresses().get(0);
    }

    InetSocketAddress statsdAddress() {
        return sockets.addresses().get(0);
    }

    /** Number of read cycles that the receiver has begun. */
    long turns() {
        return receiver.turns();
    }

    /**
     * Not ready from now on, live for {@code --drain}, then the end. Returns at once. The second call is the end at once.
     */
    void stop(String reason) {
        boolean atOnce = health.isStopping() || drain.isZero();
        health.stop();
        if (atOnce) {
            log.info("stopping: " + reason);
            end.complete(new End(ExitCode.OK, Optional.empty()));
            return;
        }
        log.info("stopping in " + drain.toMillis() + " ms (--drain): " + reason);
        end.completeOnTimeout(new End(ExitCode.OK, Optional.empty()), drain.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Waits for the end, and checks every two seconds that the receiver makes progress. */
    ExitCode await() throws InterruptedException {
        long lastProgress = -1;
        int stalledChecks = 0;
        while (true) {
            try {
                End reached = end.get(CHECK_INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
                reached.error().ifPresent(log::error);
                return reached.code();
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            } catch (TimeoutException e) {
                long progress = receiver.progress();
                stalledChecks = progress == lastProgress ? stalledChecks + 1 : 0;
                lastProgress = progress;
                if (stalledChecks >= MAX_STALLED_CHECKS) {
                    fail(RECEIVER_FAILED, new IllegalStateException("it makes no progress"));
                }
            }
        }
    }

    @Override
    public void close() {
        while (!open.isEmpty()) {
            AutoCloseable last = open.pop();
            try {
                last.close();
            } catch (Exception e) {
                log.warn("could not close " + last.getClass().getSimpleName() + ": " + e);
            }
        }
    }

    /** The end comes first and its log line after it, so that nothing that the log does can hold up the end. */
    private void fail(String what, Throwable cause) {
        end.complete(new End(ExitCode.FAILED, Optional.of(what + "; ending: " + cause)));
    }

    private <T extends AutoCloseable> T opened(T closeable) {
        open.push(closeable);
        return closeable;
    }

    /** Logs that the sidecar is up, and its addresses. */
    void logListening() {
        log.info("listening" + list(" http://", http.addresses()) + list(" statsd://", sockets.addresses())
                + agentCheck
                        .map(server -> list(" agent-check://", server.addresses()))
                        .orElse("")
                + " (receive buffer " + sockets.receiveBufferBytes() + " bytes)");
        for (InetSocketAddress address : sockets.addresses()) {
            if (!address.getAddress().isLoopbackAddress()) {
                log.warn("StatsD has no authentication: any host that reaches " + Format.of(address)
                        + " can report workers");
                return;
            }
        }
    }

    private static String list(String before, List<InetSocketAddress> addresses) {
        StringBuilder text = new StringBuilder();
        for (InetSocketAddress address : addresses) {
            text.append(before.isEmpty() && text.length() > 0 ? ", " : before).append(Format.of(address));
        }
        return text.toString();
    }

    /**
     * How it ended.
     *
     * @param error logged by the thread that waits for the end
     */
    private record End(ExitCode code, Optional<String> error) {}
}
