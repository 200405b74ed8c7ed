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
        for (int i = 0; i < History.MAX_SAMPLES + 5; i++) {
            history.addSample(i, NOTHING, true, true);
        }
        assertEquals(History.MAX_SAMPLES, history.samples().size());
        assertEquals(5, history.samples().get(0).at());
    }

    @Test
    void changes_areTheLast_newestFirst() {
        for (int i = 0; i < History.MAX_CHANGES + 5; i++) {
            history.addChange(i, "live", Verdict.HEALTHY);
        }
        assertEquals(History.MAX_CHANGES, history.changes().size());
        assertEquals(History.MAX_CHANGES + 4, history.changes().get(0).at());
    }

    @Test
    void applicationThatIsNotReady_makesTheSamplesNotReady() {
        history.addApplicationChange(1, Verdict.of(ReasonCode.SERVICE_NOT_READY, "answered 500."));
        history.addSample(2, NOTHING, true, true);
        history.addApplicationChange(3, Verdict.HEALTHY);
        history.addSample(4, NOTHING, true, true);
        assertTrue(history.samples().get(0).live());
        assertFalse(history.samples().get(0).ready());
        assertTrue(history.samples().get(1).ready());
        assertEquals("application", history.changes().get(1).subject());
    }
}
