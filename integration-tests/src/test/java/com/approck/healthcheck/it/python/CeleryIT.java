package com.approck.healthcheck.it.python;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.approck.healthcheck.it.support.PageTable;
import com.approck.healthcheck.it.support.TestProcesses;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every {@link CeleryRow} with every pool that it is about; and the table in the documentation, which says what was seen. */
final class CeleryIT {

    private static final Map<Case, String> SEEN = new ConcurrentHashMap<>();

    @RegisterExtension
    final TestProcesses run = new TestProcesses();

    /** A row with one pool. */
    record Case(CeleryRow row, String pool) {
        @Override
        public String toString() {
            return row + ", " + pool;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(CeleryRow.values()).flatMap(row -> row.pools.stream().map(pool -> new Case(row, pool)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void fault_isSeenAsTheTableSays(Case one) {
        CeleryScene scene = new CeleryScene(run, one.pool());
        String seen = one.row().see(scene);
        assertEquals(CeleryFaults.RIGHT, seen, scene::describe);
        SEEN.put(one, seen);
    }

    @AfterAll
    static void tableInTheDocumentation_isWhatWasSeen() throws IOException {
        // A failure has been reported already, and a chosen row is no table.
        if (cases().allMatch(SEEN::containsKey)) {
            new PageTable("sidecar/PYTHON.md", "celery-matrix").assertIs(table());
        }
    }

    private static String table() {
        StringBuilder table = new StringBuilder(
                "| what happens | what live should answer | prefork | threads |\n|---|---|---|---|\n");
        for (CeleryRow row : CeleryRow.values()) {
            table.append("| ").append(row.fault).append(" | ").append(row.right);
            for (String pool : List.of("prefork", "threads")) {
                table.append(" | ").append(SEEN.getOrDefault(new Case(row, pool), ""));
            }
            table.append(" |\n");
        }
        return table.toString();
    }
}
