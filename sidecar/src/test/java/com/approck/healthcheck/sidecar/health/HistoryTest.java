package com.approck.healthcheck.sidecar.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.sidecar.workers.Totals;
import org.junit.jupiter.api.Test;

final class HistoryTest {
    private static final Totals NOTHING = new Totals(0, 0, 0, 0, 0);

    private final History history = new History();

    @Test
    void samples_areTheLast_oldestFirst() {
        for (int i = 0; i < History.MOST_SAMPLES + 5; i++) {
            history.sample(i, NOTHING, true, true);
        }
        assertEquals(History.MOST_SAMPLES, history.samples().size());
        assertEquals(5, history.samples().get(0).at());
    }

    @Test
    void flips_areTheLast_newestFirst() {
        for (int i = 0; i < History.MOST_FLIPS + 5; i++) {
            history.flip(i, "live", Verdict.WELL);
        }
        assertEquals(History.MOST_FLIPS, history.flips().size());
        assertEquals(History.MOST_FLIPS + 4, history.flips().get(0).at());
    }

    @Test
    void applicationThatIsNotReady_makesTheSamplesNotReady() {
        history.application(1, Verdict.of(ReasonCode.SERVICE_NOT_READY, "answered 500."));
        history.sample(2, NOTHING, true, true);
        history.application(3, Verdict.WELL);
        history.sample(4, NOTHING, true, true);
        assertTrue(history.samples().get(0).live());
        assertFalse(history.samples().get(0).ready());
        assertTrue(history.samples().get(1).ready());
        assertEquals("application", history.flips().get(1).subject());
    }
}
