package com.approck.healthcheck.it.sidecar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.support.PromisedTimes;
import com.approck.healthcheck.it.support.Sidecar;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Prober;
import com.approck.healthcheck.it.support.probe.StatsdListener;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.Moment;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Whatever anybody throws at the UDP port changes a counter and nothing else. */
@ParameterizedClass(name = "{0}")
@MethodSource("com.approck.healthcheck.it.support.process.Jdk#all")
final class HostileDatagramsIT {

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final int MAX_DATAGRAM_BYTES = 65507;

    @Parameter
    Jdk jdk;

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    @Test
    void junk_changesNothingButACounter() {
        Sidecar sidecar = processes.sidecar(jdk);
        sidecar.report("workers:3|g");
        awaitDatagrams(sidecar, 1);
        JsonNode before = sidecar.verbose();
        Prober prober = processes.prober(sidecar);
        Moment from = prober.awaitFirst();

        List<byte[]> junk = junk();
        junk.forEach(datagram -> StatsdListener.send(sidecar.statsdPort(), datagram));
        awaitDatagrams(sidecar, 1 + junk.size());

        JsonNode after = sidecar.verbose();
        assertEquals(before.get("workers"), after.get("workers"));
        assertEquals(before.get("state"), after.get("state"));
        assertEquals(before.get("sources").size(), after.get("sources").size());
        assertEquals(before.get("counters").get("gauges"), after.get("counters").get("gauges"));
        assertEquals(0, after.get("counters").get("failures").asLong());
        Moment end = Moment.now();
        prober.awaitBoth(200, end, PromisedTimes.AT_ONCE);
        assertEquals(List.of("200"), prober.storyOf(Prober.Probe.LIVE, from));
        assertEquals(List.of("200"), prober.storyOf(Prober.Probe.READY, from));

        sidecar.report("workers:4|g");
        awaitDatagrams(sidecar, 2 + junk.size());
        assertEquals(4, sidecar.verbose().get("workers").asLong());
    }

    @Test
    void badLineBesideAGoodOne_doesNotSpoilIt() {
        Sidecar sidecar = processes.sidecar(jdk);
        sidecar.report("workers:x|g\nworkers:8\nworkers:7|g\n\u0000\u0001\n:|\n");
        awaitDatagrams(sidecar, 1);
        JsonNode verbose = sidecar.verbose();
        assertEquals(7, verbose.get("workers").asLong());
        assertTrue(verbose.get("counters").get("bad_value").asLong() > 0, verbose::toString);
        assertTrue(verbose.get("counters").get("bad_no_type").asLong() > 0, verbose::toString);
    }

    @Test
    void largestDatagram_isReadWhole() {
        Sidecar sidecar = processes.sidecar(jdk);
        String goodLine = "\nworkers:5|g";
        byte[] datagram =
                ("x".repeat(MAX_DATAGRAM_BYTES - goodLine.length()) + goodLine).getBytes(StandardCharsets.US_ASCII);
        StatsdListener.send(sidecar.statsdPort(), datagram);
        awaitDatagrams(sidecar, 1);
        assertEquals(5, sidecar.verbose().get("workers").asLong());
    }

    private static List<byte[]> junk() {
        List<byte[]> junk = new ArrayList<>();
        for (String text : List.of(
                "",
                "\n\n\n",
                ":",
                "|",
                "workers",
                "workers:",
                "workers:|g",
                "workers:3",
                "workers:3|",
                "workers:three|g",
                "workers:NaN|g",
                "workers:1e999|g",
                "workers:99999999999999999999999999|g",
                "workers:--1|g",
                "workers:0x10|g",
                "workers.lease:|g",
                "workers.pool.:3|g",
                "x".repeat(MAX_DATAGRAM_BYTES))) {
            junk.add(text.getBytes(StandardCharsets.UTF_8));
        }
        // Fixed, so that a failure can be had again.
        Random random = new Random(8125);
        for (int i = 0; i < 50; i++) {
            byte[] binary = new byte[i * 1000];
            random.nextBytes(binary);
            junk.add(binary);
        }
        byte[] zeros = new byte[MAX_DATAGRAM_BYTES];
        junk.add(zeros);
        return junk;
    }

    private static void awaitDatagrams(Sidecar sidecar, long datagrams) {
        Await.until(
                SOON,
                () -> sidecar.verbose().get("counters").get("datagrams").asLong() == datagrams,
                () -> datagrams + " datagrams in " + sidecar.verbose());
    }
}
