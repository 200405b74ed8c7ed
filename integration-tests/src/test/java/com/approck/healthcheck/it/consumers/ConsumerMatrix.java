package com.approck.healthcheck.it.consumers;

import com.approck.healthcheck.it.consumers.ConsumerClient.Library;
import com.approck.healthcheck.it.support.PageTable;
import com.approck.healthcheck.it.support.TestProcesses;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** Every {@link ConsumerRow} with every client of one library that it is about; and the table in the documentation. */
final class ConsumerMatrix {

    private final Library library;
    private final String marker;
    private final Map<Case, Boolean> right = new ConcurrentHashMap<>();
    private Broker broker;

    /** @param marker of the table in {@code agent/SERVERS.md} */
    ConsumerMatrix(Library library, String marker) {
        this.library = library;
        this.marker = marker;
    }

    /** A row with one client. */
    record Case(ConsumerRow row, ConsumerClient client) {
        @Override
        public String toString() {
            return row + ", " + client.title;
        }
    }

    Stream<Case> cases() {
        return Stream.of(ConsumerRow.values())
                .flatMap(row -> row.clients.stream()
                        .filter(client -> client.library == library)
                        .map(client -> new Case(row, client)));
    }

    void run(Case one, TestProcesses processes) {
        one.row().run(new ConsumerScene(processes, one.client(), broker()));
        right.put(one, true);
    }

    private synchronized Broker broker() {
        if (broker == null) {
            broker = library.startBroker();
        }
        return broker;
    }

    /** Stops the broker; fails unless the documentation shows what was seen. */
    synchronized void close() throws IOException {
        if (broker != null) {
            broker.close();
        }
        // A failure has been reported already, and a chosen row is no table.
        if (cases().allMatch(right::containsKey)) {
            new PageTable("agent/SERVERS.md", marker).assertIs(table());
        }
    }

    private String table() {
        StringBuilder table = new StringBuilder("| what happens | what live must answer |");
        for (ConsumerClient client : library.clients()) {
            table.append(' ').append(client.title).append(" |");
        }
        table.append("\n|---|---|")
                .append("---|".repeat(library.clients().size()))
                .append('\n');
        for (ConsumerRow row : ConsumerRow.values()) {
            if (row.clients.stream().anyMatch(client -> client.library == library)) {
                table.append("| ")
                        .append(row.fault)
                        .append(" | ")
                        .append(row.right)
                        .append(" |");
                for (ConsumerClient client : library.clients()) {
                    table.append(right.containsKey(new Case(row, client)) ? " right |" : " |");
                }
                table.append('\n');
            }
        }
        return table.toString();
    }
}
