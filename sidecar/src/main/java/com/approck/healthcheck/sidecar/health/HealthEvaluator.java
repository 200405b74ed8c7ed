package com.approck.healthcheck.sidecar.health;

import com.approck.healthcheck.sidecar.text.Ticker;
import com.approck.healthcheck.sidecar.workers.SourceRegistry;
import com.approck.healthcheck.sidecar.workers.WorkersSnapshot;

/** Gives the verdicts of now, from memory. Any thread; waits for no more than the lock of {@link SourceRegistry}. */
public final class HealthEvaluator {
    private static final Verdict STOPPING =
            Verdict.of(ReasonCode.SHUTTING_DOWN, "The sidecar received a stop signal and is draining.");

    private final SourceRegistry workers;
    private final HealthPolicy policy;
    private final Ticker ticker;
    private volatile boolean stopping;

    public HealthEvaluator(SourceRegistry workers, HealthPolicy policy, Ticker ticker) {
        this.workers = workers;
        this.policy = policy;
        this.ticker = ticker;
    }

    /** While we stop ourselves, nobody is to be killed for what we no longer know. */
    public Verdict live() {
        return stopping ? Verdict.WELL : policy.live(standing());
    }

    public Verdict ready() {
        return stopping ? STOPPING : policy.ready(standing());
    }

    /** Both verdicts on one and the same standing. */
    public Verdicts verdicts() {
        if (stopping) {
            return new Verdicts(Verdict.WELL, STOPPING);
        }
        WorkersSnapshot standing = standing();
        return new Verdicts(policy.live(standing), policy.ready(standing));
    }

    /** The verdicts of one moment. */
    public record Verdicts(Verdict live, Verdict ready) {}

    public WorkersState state() {
        return policy.state(standing());
    }

    public WorkersSnapshot standing() {
        return workers.standing(ticker.nanos());
    }

    public HealthPolicy policy() {
        return policy;
    }

    /** From now on the sidecar itself is on its way out. */
    public void stop() {
        stopping = true;
    }

    public boolean isStopping() {
        return stopping;
    }
}
