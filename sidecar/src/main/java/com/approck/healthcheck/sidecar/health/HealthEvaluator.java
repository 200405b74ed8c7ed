package com.approck.healthcheck.sidecar.health;

import com.approck.healthcheck.sidecar.time.Ticker;
import com.approck.healthcheck.sidecar.workers.SourceRegistry;
import com.approck.healthcheck.sidecar.workers.WorkersSnapshot;

/** Gives the verdicts of now, from memory. Any thread; waits for nothing but the lock of {@link SourceRegistry}. */
public final class HealthEvaluator {
    private static final Verdict STOPPING =
            Verdict.of(ReasonCode.SHUTTING_DOWN, "The sidecar itself received a signal to stop and is draining.");

    private final SourceRegistry workers;
    private final HealthPolicy policy;
    private final Ticker ticker;
    private volatile boolean stopping;

    public HealthEvaluator(SourceRegistry workers, HealthPolicy policy, Ticker ticker) {
        this.workers = workers;
        this.policy = policy;
        this.ticker = ticker;
    }

    /**
     * While the sidecar is stopping, liveness stays 200: its data is no longer current and must not cause a restart.
     */
    public Verdict live() {
        return stopping ? Verdict.HEALTHY : policy.live(snapshot());
    }

    public Verdict ready() {
        return stopping ? STOPPING : policy.ready(snapshot());
    }

    /** Both verdicts on one snapshot. */
    public Verdicts verdicts() {
        if (stopping) {
            return new Verdicts(Verdict.HEALTHY, STOPPING);
        }
        WorkersSnapshot snapshot = snapshot();
        return new Verdicts(policy.live(snapshot), policy.ready(snapshot));
    }

    /** The verdicts of one moment. */
    public record Verdicts(Verdict live, Verdict ready) {}

    public WorkersState state() {
        return policy.state(snapshot());
    }

    public WorkersSnapshot snapshot() {
        return workers.snapshot(ticker.nanos());
    }

    public HealthPolicy policy() {
        return policy;
    }

    /** From now on the sidecar itself is stopping. */
    public void stop() {
        stopping = true;
    }

    public boolean isStopping() {
        return stopping;
    }
}
