package com.approck.healthcheck.sidecar.count;

import com.approck.healthcheck.sidecar.health.Probe;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How long probes took, as histograms: one for each probe and verdict.
 *
 * <p>Any thread records and reads. Never throws, never blocks, never allocates to record. Who reads while others record
 * may see a sum that is ahead of its counts, by those that are being recorded.
 */
@SuppressWarnings("EnumOrdinal") // A map of boxed numbers would be garbage for each probe.
public final class Durations {
    /** Upper bounds: round the millisecond that a probe may take, and up to the longest deadline of an application. */
    private static final long[] BOUNDS_NANOS = {
        100_000,
        250_000,
        500_000,
        1_000_000,
        2_500_000,
        5_000_000,
        10_000_000,
        25_000_000,
        50_000_000,
        100_000_000,
        250_000_000,
        500_000_000,
        1_000_000_000,
        2_500_000_000L,
        10_000_000_000L,
        60_000_000_000L
    };

    /** One more for what is above all bounds, and the sum. */
    private static final int SLOTS = BOUNDS_NANOS.length + 2;

    private final AtomicLongArray slots = new AtomicLongArray(Probe.values().length * 2 * SLOTS);

    /** Counts one probe that was answered {@code nanos} after it came. */
    public void add(Probe probe, boolean well, long nanos) {
        int bound = 0;
        while (bound < BOUNDS_NANOS.length && nanos > BOUNDS_NANOS[bound]) {
            bound++;
        }
        int first = first(probe, well);
        slots.getAndIncrement(first + bound);
        slots.getAndAdd(first + SLOTS - 1, nanos);
    }

    /** In ascending order; a value equal to a bound is within it. */
    public static long[] boundsNanos() {
        return BOUNDS_NANOS.clone();
    }

    /** How many fell within each bound and in none of the lower ones, then how many were above all. */
    public long[] counts(Probe probe, boolean well) {
        long[] counts = new long[SLOTS - 1];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = slots.get(first(probe, well) + i);
        }
        return counts;
    }

    public long sumNanos(Probe probe, boolean well) {
        return slots.get(first(probe, well) + SLOTS - 1);
    }

    private static int first(Probe probe, boolean well) {
        return (probe.ordinal() * 2 + (well ? 0 : 1)) * SLOTS;
    }
}
