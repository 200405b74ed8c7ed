package com.approck.healthcheck.agent.report;

import static com.approck.healthcheck.agent.sample.FakeSamples.pool;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.approck.healthcheck.agent.sample.FakeSamples;
import com.approck.healthcheck.agent.sample.Sample;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SampleWriterTest {
    @Test
    void sample_isALeaseATotalAndSixGaugesAPool() {
        assertEquals(
                List.of(
                        "workers.lease 5000",
                        "workers 198",
                        "workers.pool.http-nio-8080 198",
                        "workers.pool.http-nio-8080.alive 10",
                        "workers.pool.http-nio-8080.busy 3",
                        "workers.pool.http-nio-8080.stuck 2",
                        "workers.pool.http-nio-8080.queued 7",
                        "workers.pool.http-nio-8080.capacity 200"),
                write(FakeSamples.of(pool("http-nio-8080", 198, 10, 3, 2, 7, 200)), false));
    }

    @Test
    void total_isTheSumOfThePools() {
        List<String> gauges = write(FakeSamples.of(pool("a", 3, 0, 0, 0, 0, 3), pool("b", 4, 0, 0, 0, 0, 4)), false);

        assertEquals("workers 7", gauges.get(1));
        assertEquals("workers.pool.a 3", gauges.get(2));
        assertEquals("workers.pool.b 4", gauges.get(8));
        assertEquals(14, gauges.size());
    }

    @Test
    void noPool_isZeroWorkers() {
        assertEquals(List.of("workers.lease 5000", "workers 0"), write(FakeSamples.of(), false));
    }

    @Test
    void draining_isReportedBeforeTheNumbers() {
        assertEquals(List.of("workers.lease 5000", "workers.draining 1", "workers 0"), write(FakeSamples.of(), true));
    }

    private static List<String> write(Sample sample, boolean draining) {
        List<String> gauges = new ArrayList<>();
        SampleWriter.write(sample, 5_000, draining, (name, value) -> gauges.add(name + " " + value));
        return gauges;
    }
}
