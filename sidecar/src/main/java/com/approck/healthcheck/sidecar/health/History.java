package com.approck.healthcheck.sidecar.health;

import com.approck.healthcheck.sidecar.workers.Totals;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Keeps the last {@value #MOST_SAMPLES} samples and {@value #MOST_FLIPS} flips.
 *
 * <p>Any thread. The lock is held while one is added, or while the list is copied.
 */
public final class History {
    /** Ten minutes of one a second. */
    public static final int MOST_SAMPLES = 600;

    public static final int MOST_FLIPS = 50;

    private final Deque<Sample> samples = new ArrayDeque<>();
    private final Deque<VerdictChange> flips = new ArrayDeque<>();
    private boolean applicationIsWell = true;

    /** Remembers what is so at {@code now}. */
    public synchronized void sample(long now, Totals totals, boolean live, boolean ready) {
        if (samples.size() == MOST_SAMPLES) {
            samples.removeFirst();
        }
        samples.addLast(new Sample(now, totals, live, ready && applicationIsWell));
    }

    /** Remembers that a verdict turned at {@code now}. */
    public synchronized void flip(long now, String subject, Verdict verdict) {
        if (flips.size() == MOST_FLIPS) {
            flips.removeLast();
        }
        flips.addFirst(new VerdictChange(now, subject, verdict));
    }

    /** Remembers that the application's answer turned at {@code now}. */
    public synchronized void application(long now, Verdict verdict) {
        applicationIsWell = verdict.isWell();
        flip(now, "application", verdict);
    }

    /** Oldest first. */
    public synchronized List<Sample> samples() {
        return new ArrayList<>(samples);
    }

    /** Newest first. */
    public synchronized List<VerdictChange> flips() {
        return new ArrayList<>(flips);
    }
}
