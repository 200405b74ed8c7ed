package com.approck.healthcheck.sidecar.count;

import static com.approck.healthcheck.sidecar.health.Probe.LIVE;
import static com.approck.healthcheck.sidecar.health.Probe.READY;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class DurationsTest {
    private final Durations durations = new Durations();

    @Test
    void each_fallsIntoTheBucketOfItsBound_andOfNoOtherProbeOrVerdict() {
        long[] bounds = Durations.boundsNanos();
        for (long bound : bounds) {
            durations.add(READY, false, bound);
        }
        durations.add(READY, false, bounds[bounds.length - 1] + 1);
        durations.add(READY, false, 0);
        long[] expected = new long[bounds.length + 1];
        Arrays.fill(expected, 1);
        expected[0] = 2;
        assertArrayEquals(expected, durations.counts(READY, false));
        assertEquals(Arrays.stream(bounds).sum() + bounds[bounds.length - 1] + 1, durations.sumNanos(READY, false));
        assertEquals(0, Arrays.stream(durations.counts(READY, true)).sum());
        assertEquals(0, Arrays.stream(durations.counts(LIVE, false)).sum());
        assertEquals(0, Arrays.stream(durations.counts(LIVE, true)).sum());
    }
}
