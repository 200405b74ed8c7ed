package com.approck.healthcheck.sidecar;

import com.approck.healthcheck.sidecar.config.Settings;
import com.approck.healthcheck.sidecar.endpoints.Endpoints;
import com.approck.healthcheck.sidecar.endpoints.Facts;
import com.approck.healthcheck.sidecar.endpoints.LatencyHistograms;
import com.approck.healthcheck.sidecar.health.HealthEvaluator;
import com.approck.healthcheck.sidecar.health.HealthPolicy;
import com.approck.healthcheck.sidecar.health.History;
import com.approck.healthcheck.sidecar.health.VerdictMonitor;
import com.approck.healthcheck.sidecar.http.HttpServer;
import com.approck.healthcheck.sidecar.metrics.ConnectionStats;
import com.approck.healthcheck.sidecar.metrics.Counters;
import com.approck.healthcheck.sidecar.net.BindFailedException;
import com.approck.healthcheck.sidecar.readiness.ReadinessClient;
import com.approck.healthcheck.sidecar.statsd.DatagramHandler;
import com.approck.healthcheck.sidecar.statsd.GaugeParser;
import com.approck.healthcheck.sidecar.statsd.StatsdRelay;
import com.approck.healthcheck.sidecar.statsd.UdpReceiver;
import com.approck.healthcheck.sidecar.text.Format;
import com.approck.healthcheck.sidecar.text.Log;
import com.approck.healthcheck.sidecar.text.Ticker;
import com.approck.healthcheck.sidecar.workers.GaugeIngest;
import com.approck.healthcheck.sidecar.workers.SourceRegistry;
import com.approck.healthcheck.sidecar.workers.StateFile;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;

/**
 * A running sidecar: a receiver thread, an HTTP thread, and what they share.
 *
 * <p>It runs until it is told to stop or its receiver ends. Datagrams are collected by the kernel before the first probe can be answered.
 */
final class Sidecar implements AutoCloseable {
    private static final long LOOK_MILLIS = 2000;
    /** Looks at a receiver that stands still: a pause of the whole process never lasts for so many of our own. */
    private static final int PATIENCE = 5;

    private static final String RECEIVER_BROKE =
            "the UDP receiver failed: nothing more is known about workers";
    private static final String HTTP_BROKE = "the HTTP server failed: no probe can be answered";

    private final UdpReceiver.Sockets sockets;
    private final Optional<ReadinessClient> application;
    private final Optional<StateFile> stateFile;
    private final History history = new History();
    private final HealthEvaluator judge;
    private final Log log;
    private final Duration drain;
    private final CompletableFuture<ExitCode> end = new CompletableFuture<>();
    private Endpoints endpoints;
    private HttpServer http;
    private UdpReceiver receiver;
    /** Null unless it was asked for. */
    private StatsdRelay forward;

    private Sidecar(
            Settings settings,
            UdpReceiver.Sockets sockets,
            SourceRegistry workers,
            HealthEvaluator judge,
            Ticker ticker,
            Log log) {
        this.sockets = sockets;
        this.judge = judge;
        this.log = log;
        this.drain = settings.drain();
        this.application =
                settings.readyUrl().map(url -> new ReadinessClient(url, settings.readyTimeout(), ticker, history, log));
        this.stateFile =
                settings.stateFile().map(path -> new StateFile(path, workers, ticker, System::currentTimeMillis, log));
    }

    static Sidecar start(Settings settings, Ticker ticker, Log log) throws BindFailedException {
        return start(settings, ticker, log, UnaryOperator.identity());
    }

    /** Starts with {@code around} put around what handles datagrams; a test breaks it there. */
    static Sidecar start(Settings settings, Ticker ticker, Log log, UnaryOperator<DatagramHandler> around)
            throws BindFailedException {
        UdpReceiver.Sockets sockets = UdpReceiver.Sockets.open(settings.statsdHost(), settings.statsdPort(), ticker);
        Counters counters = new Counters();
        long now = ticker.nanos();
        SourceRegistry workers = new SourceRegistry(settings.metrics(), settings.workersTtl(), counters, now);
        HealthPolicy policy =
                new HealthPolicy(settings.minWorkers(), settings.minSources(), list("", sockets.addresses()));
        HealthEvaluator judge = new HealthEvaluator(workers, policy, ticker);
        Sidecar sidecar = new Sidecar(settings, sockets, workers, judge, ticker, log);
        sidecar.stateFile.ifPresent(StateFile::load);
        try {
            ConnectionStats connections = new ConnectionStats();
            Facts facts = new Facts(
                    workers,
                    judge,
                    counters,
                    new LatencyHistograms(),
                    connections,
                    sidecar.history,
                    sockets,
                    sidecar.application,
                    ticker);
            sidecar.endpoints = new Endpoints(facts);
            sidecar.http = HttpServer.start(
                    settings.httpHost(),
                    settings.httpPort(),
                    sidecar.endpoints.router(),
                    ticker,
                    log,
                    connections,
                    HttpServer.MAX_CONNECTIONS,
                    cause -> sidecar.broke(HTTP_BROKE, cause));
        } catch (BindFailedException | RuntimeException e) {
            sidecar.close();
            throw e;
        }
        DatagramHandler handler =
                around.apply(new GaugeIngest(new GaugeParser(settings.metrics(), counters), workers, ticker));
        if (settings.forward().isPresent()) {
            sidecar.forward =
                    StatsdRelay.start(settings.forward().get(), sockets.addresses(), handler, counters, ticker, log);
            handler = sidecar.forward;
        }
        sidecar.receiver = UdpReceiver.start(
                sockets,
                handler,
                new VerdictMonitor(workers, judge, counters, sidecar.history, log, now),
                counters,
                ticker,
                log,
                cause -> sidecar.broke(RECEIVER_BROKE, cause));
        sidecar.stateFile.ifPresent(StateFile::start);
        return sidecar;
    }

    InetSocketAddress httpAddress() {
        return http.addresses().get(0);
    }

    InetSocketAddress statsdAddress() {
        return sockets.addresses().get(0);
    }

    /** How often the receiver came round. */
    long turns() {
        return receiver.turns();
    }

    /**
     * Not ready from now on, live for {@code --drain}, then the end. Returns at once; asked a second time, it is the end
     * at once.
     */
    void stop(String reason) {
        if (judge.isStopping() || drain.isZero()) {
            log.info("stopping: " + reason);
            judge.stop();
            end.complete(ExitCode.OK);
            return;
        }
        judge.stop();
        log.info("stopping in " + drain.toMillis() + " ms (--drain): " + reason);
        end.completeOnTimeout(ExitCode.OK, drain.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Waits for the end, and looks after the receiver meanwhile. */
    ExitCode await() throws InterruptedException {
        long seen = -1;
        int still = 0;
        while (true) {
            try {
                return end.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            } catch (TimeoutException e) {
                long progress = receiver.progress();
                still = progress == seen ? still + 1 : 0;
                seen = progress;
                if (still >= PATIENCE) {
                    broke(RECEIVER_BROKE, new IllegalStateException("it makes no progress"));
                }
            }
        }
    }

    @Override
    public void close() {
        if (receiver != null) {
            receiver.close();
            if (forward != null) {
                forward.close();
            }
            stateFile.ifPresent(StateFile::close);
        }
        if (http != null) {
            http.close();
        }
        if (endpoints != null) {
            endpoints.close();
        }
        sockets.close();
        application.ifPresent(ReadinessClient::close);
    }

    private void broke(String what, Throwable cause) {
        log.error(what + "; ending: " + cause);
        end.complete(ExitCode.FAILED);
    }

    /** Says in the log that it is there, and where. */
    void tell() {
        log.info("listening" + list(" http://", http.addresses()) + list(" statsd://", sockets.addresses())
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
}
