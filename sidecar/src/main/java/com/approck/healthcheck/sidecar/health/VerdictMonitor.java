package com.approck.healthcheck.sidecar.health;

import com.approck.healthcheck.sidecar.metrics.Counter;
import com.approck.healthcheck.sidecar.metrics.Counters;
import com.approck.healthcheck.sidecar.statsd.CycleListener;
import com.approck.healthcheck.sidecar.text.Format;
import com.approck.healthcheck.sidecar.text.Log;
import com.approck.healthcheck.sidecar.workers.SourceRegistry;
import java.time.Duration;

/**
 * After each read cycle: moves the registry's watermark, and logs each verdict that changed, with the reason. Each second:
 * samples the history, logs source events, warns of ignored reports and sweeps the registry. On the receiver thread.
 */
public final class VerdictMonitor implements CycleListener {
    private static final long CHECK_INTERVAL_NANOS = Duration.ofMillis(200).toNanos();
    private static final long SWEEP_INTERVAL_NANOS = Duration.ofSeconds(1).toNanos();

    private final SourceRegistry workers;
    private final HealthEvaluator health;
    private final Counters counters;
    private final History history;
    private final Log log;
    private final SourceEventLog sources;
    private Verdict live;
    private Verdict ready;
    private long checkedAt;
    private long sweptAt;

    public VerdictMonitor(
            SourceRegistry workers, HealthEvaluator health, Counters counters, History history, Log log, long now) {
        this.workers = workers;
        this.health = health;
        this.counters = counters;
        this.history = history;
        this.log = log;
        this.sources = new SourceEventLog(workers, log, now);
        this.checkedAt = now - CHECK_INTERVAL_NANOS;
        this.sweptAt = now;
    }

    @Override
    public void onPause(long nanos) {
        workers.extendLeases(nanos);
        log.warn("process was paused for " + Format.of(nanos) + "; leases extended by that time");
    }

    @Override
    public void onCycleEnd(long nanos, long watermarkNanos) {
        workers.setWatermark(watermarkNanos);
        if (nanos - sweptAt >= SWEEP_INTERVAL_NANOS) {
            sweptAt = nanos;
            sources.logEvents(nanos);
            sources.warnOfIgnored(nanos);
            workers.sweep();
            HealthEvaluator.Verdicts now = health.verdicts();
            history.addSample(
                    nanos, workers.totals(), now.live().isHealthy(), now.ready().isHealthy());
        }
        if (workers.takeChanged() || nanos - checkedAt >= CHECK_INTERVAL_NANOS) {
            checkedAt = nanos;
            // Both from one snapshot, so that both probes give the same reason.
            check(nanos, health.verdicts());
        }
    }

    private void check(long nanos, HealthEvaluator.Verdicts now) {
        boolean liveChanged = isChange(live, now.live());
        boolean readyChanged = isChange(ready, now.ready());
        if (liveChanged && readyChanged && isSame(now.live(), now.ready())) {
            record(nanos, "live and ready", now.live());
        } else {
            if (liveChanged) {
                record(nanos, "live", now.live());
            }
            if (readyChanged) {
                record(nanos, "ready", now.ready());
            }
        }
        count(Counter.LIVE_TRANSITIONS, live, liveChanged);
        count(Counter.READY_TRANSITIONS, ready, readyChanged);
        live = now.live();
        ready = now.ready();
    }

    /** The first verdict is not counted as a change. */
    private void count(Counter counter, Verdict before, boolean changed) {
        if (changed && before != null) {
            counters.add(counter);
        }
    }

    /** Not {@code equals}: that of a record is linked at run time, and this runs while the sidecar starts. */
    private static boolean isSame(Verdict one, Verdict other) {
        return one.code().equals(other.code()) && one.description().equals(other.description());
    }

    private static boolean isChange(Verdict before, Verdict now) {
        return before == null || !before.code().equals(now.code());
    }

    private void record(long nanos, String probes, Verdict verdict) {
        history.addChange(nanos, probes, verdict);
        log.info(probes + ": "
                + (verdict.isHealthy() ? "200" : "422 " + verdict.code().get().label() + ": " + verdict.description()));
    }
}
