package com.approck.healthcheck.sidecar.readiness;

import com.approck.healthcheck.sidecar.config.ReadinessSettings;
import com.approck.healthcheck.sidecar.health.History;
import com.approck.healthcheck.sidecar.health.Verdict;
import com.approck.healthcheck.sidecar.net.HostAddresses;
import com.approck.healthcheck.sidecar.net.Resolver;
import com.approck.healthcheck.sidecar.text.Format;
import com.approck.healthcheck.sidecar.text.Log;
import com.approck.healthcheck.sidecar.text.Ticker;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Asks the application whether it is ready.
 *
 * <p>One call is in flight at a time, and every probe that comes meanwhile shares its answer, which is there at the
 * deadline whatever hangs: the connection, the name server, a body that drips. If something has not answered yet from an earlier
 * call then, the answer is "not ready" at once.
 *
 * <p>One thread, {@code application}, a daemon. The caller never waits.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Every failure ends in the answer.
public final class ReadinessClient implements AutoCloseable {
    private final ReadinessSettings check;
    private final Duration deadline;
    private final HostAddresses addresses;
    private final ServerTrust trust;
    private final Ticker ticker;
    private final History history;
    private final Log log;
    private final ReadinessResponseParser reader;
    private final Deadline end;
    private final ExecutorService thread;

    private final Map<ReadinessResult.Result, AtomicLong> calls = new EnumMap<>(ReadinessResult.Result.class);

    private CompletableFuture<ReadinessResult> inFlight = CompletableFuture.completedFuture(null);
    /** From the start of a call until our thread is free again. */
    private boolean busy;

    private long busySince;
    private Last last;

    /** Prepares to ask. */
    public ReadinessClient(ReadinessSettings check, Ticker ticker, History history, Log log) {
        this(check, ticker, history, log, (call, late) -> {
            call.completeOnTimeout(late, check.timeout().toMillis(), TimeUnit.MILLISECONDS);
        });
    }

    /** With an {@code end} of each call that a test can choose. */
    ReadinessClient(ReadinessSettings check, Ticker ticker, History history, Log log, Deadline end) {
        this.check = check;
        this.deadline = check.timeout();
        this.addresses = new HostAddresses(
                ReadinessRequest.host(check.url()), Resolver.system(), Ticker.system(), HostAddresses.LOOKUP_INTERVAL);
        this.trust = new ServerTrust(check.ca());
        this.ticker = ticker;
        this.history = history;
        this.log = log;
        this.end = end;
        this.reader = new ReadinessResponseParser(ReadinessRequest.shown(check.url()));
        for (ReadinessResult.Result result : ReadinessResult.Result.values()) {
            calls.put(result, new AtomicLong());
        }
        this.thread = Executors.newSingleThreadExecutor(task -> {
            Thread made = new Thread(task, "application");
            made.setDaemon(true);
            return made;
        });
        thread.execute(this::prepare);
    }

    /** The answer of the call in flight, or of a new one. Never blocks; the answer never is an exception. */
    public CompletableFuture<ReadinessResult> ask() {
        synchronized (this) {
            if (!inFlight.isDone()) {
                return inFlight;
            }
            if (busy) {
                return CompletableFuture.completedFuture(reader.timedOut(
                        "was asked " + Format.of(ticker.nanos() - busySince) + " ago and has not answered yet"));
            }
            busy = true;
            busySince = ticker.nanos();
            inFlight = new CompletableFuture<>();
            start(inFlight);
            return inFlight;
        }
    }

    /** What the last call came to; empty before the first. */
    public synchronized Optional<Last> last() {
        return Optional.ofNullable(last);
    }

    /** How many calls came to this; probes that shared one call count once. */
    public long calls(ReadinessResult.Result result) {
        return calls.get(result).get();
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }

    private void start(CompletableFuture<ReadinessResult> answer) {
        long from = busySince;
        ReadinessRequest call = new ReadinessRequest(check, addresses, trust, reader);
        CompletableFuture<ReadinessResult> first = new CompletableFuture<>();
        end.set(first, reader.timedOut("did not answer within " + Format.of(deadline.toNanos())));
        first.thenAccept(given -> {
            // Counted before it is given: who has the answer finds it in all that is shown.
            try {
                call.hangUp();
                calls.get(given.result()).getAndIncrement();
                report(given, ticker.nanos() - from);
            } finally {
                answer.complete(given);
            }
        });
        thread.execute(() -> {
            try {
                if (!first.isDone()) {
                    first.complete(call.answer());
                }
            } finally {
                free();
            }
        });
    }

    private synchronized void free() {
        busy = false;
    }

    /** Loads what a call needs, so that the first has its whole deadline for the application. */
    private void prepare() {
        try {
            new ReadinessRequest(check, addresses, trust, reader).prepare();
            reader.read(200, "", new byte[] {'{', '}'});
        } catch (RuntimeException | LinkageError e) {
            log.warn("could not prepare to ask the application: " + e);
        }
    }

    /** One line when the answer turns, not one a probe. */
    private void report(ReadinessResult answer, long tookNanos) {
        Verdict verdict = answer.verdict();
        String seen = verdict.description();
        Last before;
        Last now = new Last(ticker.nanos(), verdict);
        synchronized (this) {
            before = last;
            last = now;
        }
        if (before != null && before.verdict().equals(verdict)) {
            if (log.isTraceEnabled()) {
                log.trace("application: " + (seen.isEmpty() ? "ready" : seen) + " after " + Format.of(tookNanos));
            }
            return;
        }
        history.addApplicationChange(now.at(), verdict);
        log.info("application: " + (seen.isEmpty() ? "ready" : "not ready: " + seen));
    }

    /** Completes a call at its deadline, unless it is by then. */
    @FunctionalInterface
    interface Deadline {
        void set(CompletableFuture<ReadinessResult> call, ReadinessResult late);
    }

    /**
     * What it said last.
     *
     * @param at by the ticker
     */
    public record Last(long at, Verdict verdict) {}
}
