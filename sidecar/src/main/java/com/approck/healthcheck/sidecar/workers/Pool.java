package com.approck.healthcheck.sidecar.workers;

import com.approck.healthcheck.sidecar.statsd.Gauge;
import com.approck.healthcheck.sidecar.statsd.GaugeKind;
import java.util.Arrays;

/** One pool of a source. Guarded by its {@link SourceRegistry}. */
@SuppressWarnings("EnumOrdinal") // A map of boxed numbers would be garbage for each datagram.
final class Pool {
    static final long UNTOLD = -1;

    private static final int FIRST = GaugeKind.POOL_ABLE.ordinal();
    private static final int NUMBERS = GaugeKind.POOL_CAPACITY.ordinal() - FIRST + 1;

    final byte[] name;
    final double[] numbers = new double[NUMBERS];
    long heardAt;
    /** Our own pauses up to then, see {@link SourceRegistry#paused}. */
    long pausedAtHearing;

    long zeroSince;

    Pool(byte[] name) {
        this.name = name;
        Arrays.fill(numbers, UNTOLD);
    }

    /** Returns whether the number differs from what stood. */
    boolean hear(Gauge gauge, long now, long paused) {
        int index = gauge.aspect().ordinal() - FIRST;
        double before = numbers[index];
        double after = SourceRegistry.added(before, gauge);
        numbers[index] = after;
        heardAt = now;
        pausedAtHearing = paused;
        if (index == 0 && after < 1 && !(before >= 0 && before < 1)) {
            zeroSince = now;
        }
        return before != after;
    }

    boolean isAtZero() {
        return numbers[0] >= 0 && numbers[0] < 1;
    }

    long number(GaugeKind aspect) {
        return (long) numbers[aspect.ordinal() - FIRST];
    }
}
