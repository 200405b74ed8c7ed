package com.approck.healthcheck.it;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.bench.SidecarBenchmark;
import com.approck.healthcheck.it.bench.SidecarBenchmark.Effort;
import com.approck.healthcheck.it.bench.Table;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * That the benchmarks run. With {@code -Pbench} they take their time and print the table of the README; no number fails
 * anything, since machines differ. Isolated, since it floods.
 */
@Isolated
final class BenchmarkIT {

    @TempDir
    Path folder;

    @Test
    void sidecar_isMeasured() {
        Effort effort = Boolean.getBoolean("bench") ? Effort.FULL : Effort.SMOKE;
        Table table = new Table();
        new SidecarBenchmark(BuiltJars.launcher(), folder, effort, table).run();
        System.out.println("\n" + table);
        assertFalse(table.rows().isEmpty());
        table.rows().forEach(row -> assertTrue(row.ours() >= 0, row::what));
    }
}
