package com.approck.healthcheck.it.bench;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.bench.Jmh.Score;
import com.approck.healthcheck.it.support.BuiltJars;
import com.approck.healthcheck.it.support.process.Jdk;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/** What a datagram costs the sidecar once it was read. With {@code -Pbench} for numbers; otherwise that it runs. */
@ResourceLock(providers = WholeMachine.class)
final class DatagramBenchmark {

    private static final boolean FULL = Boolean.getBoolean("bench");

    @Test
    void datagram() throws Exception {
        Comparison table = new Comparison("one datagram", "its bytes looked at", "parsed, and kept", "allocated");
        for (Jdk jdk : FULL ? Jdk.all() : List.of(Jdk.running())) {
            List<Score> scores =
                    Jmh.run(DatagramJmh.class, jdk, BuiltJars.sidecar().toString(), FULL);
            for (Score ours : Jmh.of(scores, "intake")) {
                String datagram = ours.parameter();
                Score twin = Jmh.of(scores, "bytes", datagram);
                // A vertical bar ends a cell.
                table.row(
                        "`" + datagram.replace("|", "\\|") + "`, " + jdk,
                        "%.1f ns".formatted(twin.nanos()),
                        "%.1f ns".formatted(ours.nanos()),
                        "%.2f B".formatted(ours.bytes()));
                assertTrue(twin.nanos() > 0 && ours.nanos() > 0);
            }
        }
        table.print();
    }
}
