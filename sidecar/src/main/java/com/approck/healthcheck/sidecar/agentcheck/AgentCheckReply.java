package com.approck.healthcheck.sidecar.agentcheck;

import com.approck.healthcheck.sidecar.health.ReasonCode;
import com.approck.healthcheck.sidecar.health.Verdict;
import java.util.Optional;

/**
 * The line that HAProxy reads (its configuration manual, {@code agent-check}): keywords that set the operational and the administrative
 * state, a weight in percent of the configured one, and after {@code #} a reason.
 */
final class AgentCheckReply {
    /** HAProxy reads no more than its {@code tune.bufsize}; a reason is for people. */
    static final int MAX_REASON_CHARS = 200;

    private AgentCheckReply() {}

    /**
     * Returns the line, with its end.
     *
     * @param ready the verdict of the ready probe
     * @param able able workers of all current sources
     * @param capacity their capacity; 0 if none reported one, which means the full weight
     */
    static String of(Verdict ready, long able, long capacity) {
        if (ready.isHealthy()) {
            // "ready" ends a "drain" of before, "up" a "down".
            return "ready up " + percent(able, capacity) + "%\n";
        }
        if (ready.code().equals(Optional.of(ReasonCode.SHUTTING_DOWN))) {
            return "drain\n";
        }
        return "down #" + reason(ready.description()) + "\n";
    }

    /** At least 1: 0 would be a drain. At most 100: workers of sources without a capacity are not in it. */
    private static long percent(long able, long capacity) {
        if (capacity <= 0) {
            return 100;
        }
        return Math.max(1, Math.min(100, Math.round(100.0 * able / capacity)));
    }

    /** Senders choose parts of a description: no line of theirs may end ours. */
    private static String reason(String description) {
        StringBuilder reason = new StringBuilder();
        for (int i = 0; i < Math.min(description.length(), MAX_REASON_CHARS); i++) {
            char c = description.charAt(i);
            reason.append(c < ' ' || c >= 0x7f ? '?' : c);
        }
        return reason.toString();
    }
}
