package com.approck.healthcheck.sidecar;

import com.approck.healthcheck.sidecar.bind.CouldNotBindException;
import com.approck.healthcheck.sidecar.config.Settings;
import com.approck.healthcheck.sidecar.count.ConnectionStats;
import com.approck.healthcheck.sidecar.count.Counters;
import com.approck.healthcheck.sidecar.count.Durations;
import com.approck.healthcheck.sidecar.forward.Forward;
import com.approck.healthcheck.sidecar.history.History;
import com.approck.healthcheck.sidecar.http.HttpServer;
import com.approck.healthcheck.sidecar.keep.StateFile;
import com.approck.healthcheck.sidecar.log.Log;
import com.approck.healthcheck.sidecar.policy.Judge;
import com.approck.healthcheck.sidecar.policy.Policy;
import com.approck.healthcheck.sidecar.probe.Endpoints;
import com.approck.healthcheck.sidecar.ready.Application;
import com.approck.healthcheck.sidecar.receive.DatagramHandler;
import com.approck.healthcheck.sidecar.receive.Intake;
import com.approck.healthcheck.sidecar.receive.Receiver;
import com.approck.healthcheck.sidecar.show.Facts;
import com.approck.healthcheck.sidecar.state.Workers;
import com.approck.healthcheck.sidecar.statsd.GaugeParser;
import com.approck.healthcheck.sidecar.time.Ticker;
import com.approck.healthcheck.sidecar.words.Words;
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
            "the receiver of datagrams broke down, so nothing more can be said about workers";
    private static final String HTTP_BROKE = "the HTTP server broke down, so no probe can be answered";

    private final Receiver.Sockets sockets;
    private final Optional<Application> application;
    private final Optional<StateFile> stateFile;
    private final History history = new History();
    private final Judge judge;
    private final Log log;
    private final Duration drain;
    private final CompletableFuture<Exit> end = new CompletableFuture<>();
    private Endpoints endpoints;
    private HttpServer http;
    private Receiver receiver;
    /** Null unless it was asked for. */
    private Forward forward;

    private Sidecar(Settings settings, Receiver.Sockets sockets, Workers workers, Judge judge, Ticker ticker, Log log) {
        this.sockets = sockets;
        this.judge = judge;
        this.log = log;
        this.drain = settings.drain();
        this.application = settings.readiness().map(check -> new Application(check, ticker, history, log));
        this.stateFile =
                settings.stateFile().map(path -> new StateFile(path, workers, ticker, System::currentTimeMillis, log));
    }

    static Sidecar start(Settings settings, Ticker ticker, Log log) throws CouldNotBindException {
        return start(settings, ticker, log, UnaryOperator.identity());
    }

    /** Starts with {@code around} put around what handles datagrams; a test breaks it there. */
    static Sidecar start(Settings settings, Ticker ticker, Log log, UnaryOperator<DatagramHandler> around)
            throws CouldNotBindException {
        Receiver.Sockets sockets = Receiver.Sockets.open(settings.statsd(), ticker);
        Counters counters = new Counters();
        long now = ticker.nanos();
        Workers workers = new Workers(settings.metrics(), settings.workersTtl(), counters, now);
        Policy policy = new Policy(settings.minWorkers(), settings.minSources(), list("", sockets.addresses()));
        Judge judge = new Judge(workers, policy, ticker);
        Sidecar sidecar = new Sidecar(settings, sockets, workers, judge, ticker, log);
        sidecar.stateFile.ifPresent(StateFile::load);
        try {
            ConnectionStats connections = new ConnectionStats();
            Facts facts = new Facts(
                    workers,
                    judge,
                    counters,
                    new Durations(),
                    connections,
                    sidecar.history,
                    sockets,
                    sidecar.application,
                    ticker);
            sidecar.endpoints = new Endpoints(facts);
            sidecar.http = HttpServer.start(
                    settings.http(),
                    sidecar.endpoints.router(),
                    ticker,
                    log,
                    connections,
                    HttpServer.MAX_CONNECTIONS,
                    cause -> sidecar.broke(HTTP_BROKE, cause));
        } catch (CouldNotBindException | RuntimeException e) {
            sidecar.close();
            throw e;
        }
        DatagramHandler handler =
                around.apply(new Intake(new GaugeParser(settings.metrics(), counters), workers, ticker));
        if (settings.forward().isPresent()) {
            sidecar.forward =
                    Forward.start(settings.forward().get(), sockets.addresses(), handler, counters, ticker, log);
            handler = sidecar.forward;
        }
        sidecar.receiver = Receiver.start(
                sockets,
                handler,
                new Flips(workers, judge, counters, sidecar.history, log, now),
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
            end.complete(Exit.OK);
            return;
        }
        judge.stop();
        log.info("stopping in " + drain.toMillis() + " ms (--drain): " + reason);
        end.completeOnTimeout(Exit.OK, drain.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Waits for the end, and looks after the receiver meanwhile. */
    Exit await() throws InterruptedException {
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
                    broke(RECEIVER_BROKE, new IllegalStateException("it stands still"));
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
        application.ifPresent(Application::close);
    }

    private void broke(String what, Throwable cause) {
        log.error(what + "; ending: " + cause);
        end.complete(Exit.FAILED);
    }

    /** Says in the log that it is there, and where. */
    void tell() {
        log.info("listening" + list(" http://", http.addresses()) + list(" statsd://", sockets.addresses())
                + " (receive buffer " + sockets.receiveBufferBytes() + " bytes)");
        for (InetSocketAddress address : sockets.addresses()) {
            if (!address.getAddress().isLoopbackAddress()) {
                log.warn("StatsD has no authentication: whoever reaches " + Words.of(address)
                        + " can say how many workers there are");
                return;
            }
        }
    }

    private static String list(String before, List<InetSocketAddress> addresses) {
        StringBuilder text = new StringBuilder();
        for (InetSocketAddress address : addresses) {
            text.append(before.isEmpty() && text.length() > 0 ? ", " : before).append(Words.of(address));
        }
        return text.toString();
    }
}
