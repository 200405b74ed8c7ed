package com.approck.healthcheck.sidecar.workers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.sidecar.count.Counter;
import com.approck.healthcheck.sidecar.count.Counters;
import com.approck.healthcheck.sidecar.statsd.GaugeParser;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class GaugeIngestTest {
    private static final List<String> METRICS = List.of("workers", "gunicorn.workers");
    private static final int ROUNDS = 10_000;

    @Test
    void knownSourcesAndOtherMetrics_allocateNothing() {
        Counters counters = new Counters();
        SourceRegistry workers = new SourceRegistry(METRICS, Duration.ZERO, counters, 0);
        GaugeIngest intake = new GaugeIngest(new GaugeParser(METRICS, counters), workers, () -> 1);
        InetSocketAddress sender = new InetSocketAddress(InetAddress.getLoopbackAddress(), 4711);
        byte[][] datagrams = {
            bytes("workers.lease:5000|g"),
            bytes("workers:3|g"),
            bytes("workers.pool.http:3|g\nworkers.pool.http.busy:1|g"),
            bytes("myapp.gunicorn.workers:4|g|#env:prod"),
            bytes("gunicorn.request.duration:12.345|ms"),
            bytes("app.cache.hits:1|c|@0.1|#env:prod,pod:a-1")
        };
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        // The first rounds load classes and make the source; the interpreter itself never allocates.
        take(intake, datagrams, sender);
        long thread = Thread.currentThread().getId();
        long asking = threads.getThreadAllocatedBytes(thread);
        asking = threads.getThreadAllocatedBytes(thread) - asking;
        long before = threads.getThreadAllocatedBytes(thread);
        take(intake, datagrams, sender);
        long allocated = threads.getThreadAllocatedBytes(thread) - before - asking;
        // Less than one byte for ten datagrams, so nothing for any; what is left is the JVM's own.
        assertTrue(allocated < ROUNDS * datagrams.length / 10, () -> allocated + " bytes");
        assertEquals(2L * ROUNDS * 5, counters.get(Counter.GAUGES));
    }

    private static void take(GaugeIngest intake, byte[][] datagrams, InetSocketAddress sender) {
        for (int i = 0; i < ROUNDS; i++) {
            for (byte[] datagram : datagrams) {
                intake.datagram(datagram, datagram.length, sender);
            }
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
