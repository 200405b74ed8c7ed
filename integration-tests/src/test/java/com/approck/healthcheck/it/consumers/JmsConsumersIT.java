package com.approck.healthcheck.it.consumers;

import com.approck.healthcheck.it.consumers.ConsumerClient.Library;
import com.approck.healthcheck.it.support.TestProcesses;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Consumers of JMS, on a real ActiveMQ Artemis. */
final class JmsConsumersIT {

    private static final ConsumerMatrix MATRIX = new ConsumerMatrix(Library.ARTEMIS, "jms-consumers-matrix");

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    static Stream<ConsumerMatrix.Case> cases() {
        return MATRIX.cases();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void fault_isSeenAsTheTableSays(ConsumerMatrix.Case one) {
        MATRIX.run(one, processes);
    }

    @AfterAll
    static void tableInTheDocumentation_isWhatWasSeen() throws IOException {
        MATRIX.close();
    }
}
