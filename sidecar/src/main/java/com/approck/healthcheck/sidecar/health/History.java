package com.approck.healthcheck.sidecar.health;

import com.approck.healthcheck.sidecar.workers.Totals;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The last {@value #MAX_SAMPLES} samples and {@value #MAX_CHANGES} changes of a verdict, for those who look into an
 * outage later.
 *
 * <p>Any thread. The lock is held while one is added, or while the list is copied.
 */
public final class History {
    /** Ten minutes at one a second. */
    public static final int MAX_SAMPLES = 600;

    public static final int MAX_CHANGES = 50;

    private final Deque<Sample> samples = new ArrayDeque<>();
    private final Deque<VerdictChange> changes = new ArrayDeque<>();
    private boolean applicationIsHealthy = true;

    /** Adds what is known at {@code now}. */
    public synchronized void addSample(long now, Totals totals, boolean live, boolean ready) {
        if (samples.size() == MAX_SAMPLES) {
            samples.removeFirst();
        }
        samples.addLast(new Sample(now, totals, live, ready && applicationIsHealthy));
    }

    /** Adds a verdict that changed at {@code now}. */
    public synchronized void addChange(long now, String subject, Verdict verdict) {
        if (changes.size() == MAX_CHANGES) {
            changes.removeLast();
        }
        changes.addFirst(new VerdictChange(now, subject, verdict));
    }

    /** Adds the application's own readiness, which changed at {@code now}. */
    public synchronized void addApplicationChange(long now, Verdict verdict) {
        applicationIsHealthy = verdict.isHealthy();
        addChange(now, "application", verdict);
    }

    /** Oldest first. */
    public synchronized List<Sample> samples() {
        return new ArrayList<>(samples);
    }

    /** Newest first. */
    public synchronized List<VerdictChange> changes() {
        return new ArrayList<>(changes);
    }
}
