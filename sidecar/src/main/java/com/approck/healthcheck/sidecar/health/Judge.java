package com.approck.healthcheck.sidecar.health;

import com.approck.healthcheck.sidecar.time.Ticker;
import com.approck.healthcheck.sidecar.workers.Standing;
import com.approck.healthcheck.sidecar.workers.Workers;

/** Gives the verdicts of now, from memory. Any thread; waits for no more than the lock of {@link Workers}. */
public final class Judge {
    private static final Verdict STOPPING =
            Verdict.of(Code.SHUTTING_DOWN, "The sidecar was told to stop and is draining.");

    private final Workers workers;
    private final Policy policy;
    private final Ticker ticker;
    private volatile boolean stopping;

    public Judge(Workers workers, Policy policy, Ticker ticker) {
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
        Standing standing = standing();
        return new Verdicts(policy.live(standing), policy.ready(standing));
    }

    /** The verdicts of one moment. */
    public record Verdicts(Verdict live, Verdict ready) {}

    public State state() {
        return policy.state(standing());
    }

    public Standing standing() {
        return workers.standing(ticker.nanos());
    }

    public Policy policy() {
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
