package com.approck.healthcheck.sidecar.health;

import com.approck.healthcheck.sidecar.metrics.Counter;
import com.approck.healthcheck.sidecar.metrics.Counters;
import com.approck.healthcheck.sidecar.statsd.CycleListener;
import com.approck.healthcheck.sidecar.text.Format;
import com.approck.healthcheck.sidecar.text.Log;
import com.approck.healthcheck.sidecar.workers.SourceRegistry;
import java.time.Duration;

/**
 * After each turn of the receiver: lets the state know how far was heard, and logs each verdict that turned, with the
 * reason. On the receiver thread.
 */
public final class VerdictMonitor implements CycleListener {
    private static final long LOOK_NANOS = Duration.ofMillis(200).toNanos();
    private static final long SWEEP_NANOS = Duration.ofSeconds(1).toNanos();

    private final SourceRegistry workers;
    private final HealthEvaluator judge;
    private final Counters counters;
    private final History history;
    private final Log log;
    private final SourceLog sources;
    private Verdict live;
    private Verdict ready;
    private long lookedAt;
    private long sweptAt;

    public VerdictMonitor(
            SourceRegistry workers, HealthEvaluator judge, Counters counters, History history, Log log, long now) {
        this.workers = workers;
        this.judge = judge;
        this.counters = counters;
        this.history = history;
        this.log = log;
        this.sources = new SourceLog(workers, log, now);
        this.lookedAt = now - LOOK_NANOS;
        this.sweptAt = now;
    }

    @Override
    public void paused(long nanos) {
        workers.paused(nanos);
        log.warn("process was paused for " + Format.of(nanos) + "; leases extended by that time");
    }

    @Override
    public void ends(long nanos, long heardThroughNanos) {
        workers.heardThrough(heardThroughNanos);
        if (nanos - sweptAt >= SWEEP_NANOS) {
            sweptAt = nanos;
            sources.look(nanos);
            workers.sweep();
            HealthEvaluator.Verdicts now = judge.verdicts();
            history.sample(
                    nanos, workers.totals(), now.live().isWell(), now.ready().isWell());
        }
        if (workers.takeChanged() || nanos - lookedAt >= LOOK_NANOS) {
            lookedAt = nanos;
            // Of one moment, so that what is the same for both has the same words.
            HealthEvaluator.Verdicts now = judge.verdicts();
            Verdict nowLive = now.live();
            Verdict nowReady = now.ready();
            boolean liveTurned = isOther(live, nowLive);
            boolean readyTurned = isOther(ready, nowReady);
            if (liveTurned && readyTurned && isSame(nowLive, nowReady)) {
                tell(nanos, "live and ready", nowLive);
            } else {
                if (liveTurned) {
                    tell(nanos, "live", nowLive);
                }
                if (readyTurned) {
                    tell(nanos, "ready", nowReady);
                }
            }
            count(Counter.LIVE_TRANSITIONS, live, liveTurned);
            count(Counter.READY_TRANSITIONS, ready, readyTurned);
            live = nowLive;
            ready = nowReady;
        }
    }

    /** The first verdict is no flip. */
    private void count(Counter counter, Verdict before, boolean turned) {
        if (turned && before != null) {
            counters.add(counter);
        }
    }

    /** Not {@code equals}: that of a record is linked at run time, and this runs while the sidecar starts. */
    private static boolean isSame(Verdict one, Verdict other) {
        return one.code().equals(other.code()) && one.description().equals(other.description());
    }

    private static boolean isOther(Verdict before, Verdict now) {
        return before == null || !before.code().equals(now.code());
    }

    private void tell(long nanos, String probes, Verdict verdict) {
        history.flip(nanos, probes, verdict);
        log.info(probes + ": "
                + (verdict.isWell() ? "200" : "422 " + verdict.code().get().label() + ": " + verdict.description()));
    }
}
