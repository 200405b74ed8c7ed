package com.approck.healthcheck.it.bench;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.bench.SidecarMeasurements.Effort;
import com.approck.healthcheck.it.support.BuiltJars;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * That the benchmarks run. With {@code -Pbench} they take their time and print the table of the README; no number fails
 * anything, since machines differ. Isolated, since it floods.
 */
@Isolated
@Timeout(value = 1, unit = TimeUnit.HOURS)
final class SidecarProcessBenchmark {

    private static final Effort EFFORT = Boolean.getBoolean("bench") ? Effort.FULL : Effort.SMOKE;

    @TempDir
    Path folder;

    @Test
    void sidecar_isMeasured() {
        Table table = new Table();
        new SidecarMeasurements(BuiltJars.launcher(), folder, EFFORT, table).run();
        System.out.println("\n" + table);
        assertFalse(table.rows().isEmpty());
        table.rows().forEach(row -> assertTrue(row.ours() >= 0, row::what));
    }

    @Test
    void attacks_areMeasured() {
        List<AttackMeasurements.Row> rows = new AttackMeasurements(BuiltJars.launcher(), folder, EFFORT).run();
        assertFalse(rows.isEmpty());
        rows.forEach(row -> assertTrue(row.probes() > row.failed(), row::what));
    }
}
