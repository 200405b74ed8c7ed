package com.approck.healthcheck.it.support.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.approck.healthcheck.it.support.probe.KubeletProbe.Answer;
import com.approck.healthcheck.it.support.probe.KubeletProbe.Verdict;
import com.approck.healthcheck.it.support.process.Moment;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class KubeletProbeTest {

    private static final Moment FIRST_ASKED = new Moment(0);

    /** One probe each two seconds, answered after half a second; the fault is between the first and the second. */
    @ParameterizedTest
    @CsvSource({
        "+++++, 4, 0,",
        "+--+-, 4, 3,",
        "---++, 4, 2,",
        "+---+, 4, 3, 5500",
        "++---, 4, 3, 7500",
        "+----, 4, 4, 5500"
    })
    void restart_isAtTheThirdFailureInARow(String answers, int asked, int failed, Long restartMillis) {
        Verdict verdict = Verdict.of(
                IntStream.range(0, answers.length())
                        .mapToObj(i -> answer(i, answers.charAt(i) == '+'))
                        .toList(),
                FIRST_ASKED.plus(Duration.ofSeconds(1)));
        Optional<Duration> restart = Optional.ofNullable(restartMillis).map(Duration::ofMillis);
        assertEquals(new Verdict(asked, failed, restart), verdict);
    }

    private static Answer answer(int number, boolean success) {
        Moment asked = FIRST_ASKED.plus(KubeletProbe.PERIOD.multipliedBy(number));
        return new Answer(asked, asked.plus(Duration.ofMillis(500)), success);
    }
}
