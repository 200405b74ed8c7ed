package com.approck.healthcheck.it.python;

import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.approck.healthcheck.it.python.AsgiScene.Server;
import com.approck.healthcheck.it.support.PageTable;
import com.approck.healthcheck.it.support.TestProcesses;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every {@link AsgiRow} with every server that it is about; and the table in the documentation, which says what was seen. */
final class AsgiIT {

    private static final Map<Case, String> SEEN = new ConcurrentHashMap<>();

    @RegisterExtension
    final TestProcesses run = new TestProcesses();

    /** A row with one server. */
    record Case(AsgiRow row, Server server) {
        @Override
        public String toString() {
            return row + ", " + server;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(AsgiRow.values()).flatMap(row -> row.servers.stream().map(server -> new Case(row, server)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void fault_isSeenAsTheTableSays(Case one) {
        AsgiScene scene = new AsgiScene(run, one.server());
        String seen = one.row().see(scene);
        assertEquals(AsgiFaults.RIGHT, seen, scene::describe);
        SEEN.put(one, seen);
    }

    @AfterAll
    static void tableInTheDocumentation_isWhatWasSeen() throws IOException {
        // A failure has been reported already, and a chosen row is no table.
        if (cases().allMatch(SEEN::containsKey)) {
            new PageTable("sidecar/PYTHON.md", "asgi-matrix").assertIs(table());
        }
    }

    private static String table() {
        StringBuilder table = new StringBuilder("| what happens | what live should answer | "
                + Stream.of(Server.values()).map(server -> server.label).collect(joining(" | ")) + " |\n|---|---|"
                + "---|".repeat(Server.values().length) + "\n");
        for (AsgiRow row : AsgiRow.values()) {
            table.append("| ").append(row.fault).append(" | ").append(row.right);
            for (Server server : Server.values()) {
                table.append(" | ").append(SEEN.getOrDefault(new Case(row, server), ""));
            }
            table.append(" |\n");
        }
        return table.toString();
    }
}
