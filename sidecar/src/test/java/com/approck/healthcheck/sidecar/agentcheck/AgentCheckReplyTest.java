package com.approck.healthcheck.sidecar.agentcheck;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.approck.healthcheck.sidecar.health.ReasonCode;
import com.approck.healthcheck.sidecar.health.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AgentCheckReplyTest {
    @ParameterizedTest
    @CsvSource({"200,200,100", "100,200,50", "1,200,1", "1,1000,1", "199,200,100", "4,0,100", "204,200,100", "0,200,1"})
    void ready_isTheAblePartOfTheCapacity(long able, long capacity, int percent) {
        assertEquals("ready up " + percent + "%\n", AgentCheckReply.of(Verdict.HEALTHY, able, capacity));
    }

    @Test
    void shuttingDown_isADrain() {
        assertEquals("drain\n", AgentCheckReply.of(Verdict.of(ReasonCode.SHUTTING_DOWN, "It stops."), 3, 4));
    }

    @Test
    void anyOtherReason_isDownWithThatReasonOnOneLine() {
        assertEquals(
                "down #Pool a?b? is dead.\n",
                AgentCheckReply.of(Verdict.of(ReasonCode.NO_WORKERS, "Pool a\nb\u00e9 is dead."), 0, 4));
        String longReason = AgentCheckReply.of(Verdict.of(ReasonCode.SERVICE_NOT_READY, "x".repeat(10_000)), 4, 4);
        assertEquals("down #".length() + AgentCheckReply.MAX_REASON_CHARS + 1, longReason.length());
    }
}
