package com.approck.healthcheck.it.consumers;

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

/** Every {@link ConsumerRow} with every client that it is about; and the table in the documentation. */
final class ConsumersIT {

    private static final Map<Case, Boolean> RIGHT = new ConcurrentHashMap<>();
    private static KafkaBroker broker;

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    /** A row with one client. */
    record Case(ConsumerRow row, ConsumerClient client) {
        @Override
        public String toString() {
            return row + ", " + client.title;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(ConsumerRow.values())
                .flatMap(row -> row.clients.stream().map(client -> new Case(row, client)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void fault_isSeenAsTheTableSays(Case one) {
        one.row().run(new ConsumerScene(processes, one.client(), broker()));
        RIGHT.put(one, true);
    }

    private static synchronized KafkaBroker broker() {
        if (broker == null) {
            broker = KafkaBroker.start();
        }
        return broker;
    }

    @AfterAll
    static void tableInTheDocumentation_isWhatWasSeen() throws IOException {
        synchronized (ConsumersIT.class) {
            if (broker != null) {
                broker.close();
            }
        }
        // A failure has been reported already, and a chosen row is no table.
        if (cases().allMatch(RIGHT::containsKey)) {
            new PageTable("agent/SERVERS.md", "consumers-matrix").assertIs(table());
        }
    }

    private static String table() {
        StringBuilder table = new StringBuilder("| what happens | what live must answer |");
        for (ConsumerClient client : ConsumerClient.values()) {
            table.append(' ').append(client.title).append(" |");
        }
        table.append("\n|---|---|")
                .append("---|".repeat(ConsumerClient.values().length))
                .append('\n');
        for (ConsumerRow row : ConsumerRow.values()) {
            table.append("| ").append(row.fault).append(" | ").append(row.right).append(" |");
            for (ConsumerClient client : ConsumerClient.values()) {
                table.append(RIGHT.containsKey(new Case(row, client)) ? " right |" : " |");
            }
            table.append('\n');
        }
        return table.toString();
    }
}
