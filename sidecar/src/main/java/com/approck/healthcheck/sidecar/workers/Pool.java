package com.approck.healthcheck.sidecar.workers;

import com.approck.healthcheck.sidecar.statsd.Aspect;
import com.approck.healthcheck.sidecar.statsd.Gauge;
import java.util.Arrays;

/** What a source last reported about one of its pools. Guarded by its {@link SourceRegistry}. */
final class Pool {
    /** A number that was not reported. */
    static final long UNKNOWN = -1;

    /** More than any pool has, and still exact as a double. */
    private static final double MAX_NUMBER = 1e12;

    private static final int NUMBERS = 6;

    final byte[] name;
    private final double[] numbers = new double[NUMBERS];

    long reportedAt;
    /** {@link ReceptionClock#pausedNanos} when the last report arrived. */
    long pausedAtReport;

    long zeroSince;

    Pool(byte[] name) {
        this.name = name;
        Arrays.fill(numbers, UNKNOWN);
    }

    /** Returns whether the number changed. */
    boolean apply(Gauge gauge, long now, long pausedNanos) {
        int index = index(gauge.aspect());
        double before = numbers[index];
        boolean wasAtZero = isAtZero();
        numbers[index] = applied(before, gauge);
        reportedAt = now;
        pausedAtReport = pausedNanos;
        if (isAtZero() && !wasAtZero) {
            zeroSince = now;
        }
        return before != numbers[index];
    }

    boolean isAtZero() {
        double able = numbers[index(Aspect.POOL_ABLE)];
        return able >= 0 && able < 1;
    }

    /** -1 if it was not reported. */
    long number(Aspect aspect) {
        return (long) numbers[index(aspect)];
    }

    /** The number after {@code gauge}, which sets it or adds to it; below zero is zero. */
    static double applied(double before, Gauge gauge) {
        double base = gauge.delta() ? Math.max(0, before) : 0;
        return Math.max(0, Math.min(MAX_NUMBER, base + gauge.value()));
    }

    /** Not a map: its boxed keys would be garbage for each datagram. */
    private static int index(Aspect aspect) {
        return switch (aspect) {
            case POOL_ABLE -> 0;
            case POOL_ALIVE -> 1;
            case POOL_BUSY -> 2;
            case POOL_STUCK -> 3;
            case POOL_QUEUED -> 4;
            case POOL_CAPACITY -> 5;
            case ABLE, LEASE, DRAINING -> throw new IllegalArgumentException(aspect + " is no number of a pool");
        };
    }
}
