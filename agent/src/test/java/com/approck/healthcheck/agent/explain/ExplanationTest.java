package com.approck.healthcheck.agent.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.agent.pool.FakePools;
import com.approck.healthcheck.agent.pool.MonitoredPool;
import com.approck.healthcheck.agent.pool.PoolRegistry;
import com.approck.healthcheck.agent.sample.FakeSamples;
import com.approck.healthcheck.agent.sample.SeenPool;
import com.approck.healthcheck.agent.sample.SeenThread;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ExplanationTest {
    private final FakePools.Owner owner = new FakePools.Owner("http", new FakePools.Pool(8));
    private final Explanation explanation = new Explanation();

    @Test
    void settings_standInColumns() {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("host", "statsd (variable STATSD_HOST)");
        settings.put("exhausted-after", "600 s (default)");

        assertEquals("""

                settings
                  host            statsd (variable STATSD_HOST)
                  exhausted-after 600 s (default)
                """, explanation.settings(settings).text());
    }

    @Test
    void pool_isExplainedWithItsWorkers() {
        SeenThread stuck =
                FakeSamples.thread("http-7", 33, "stuck", "it hangs", "WAITING", "A.a(A.java:1)", "B.b(B.java:2)");
        SeenThread busy = FakeSamples.thread("http-8", 34, "busy", "", "RUNNABLE", "C.c(C.java:3)");
        SeenThread acceptor = FakeSamples.thread("http-acceptor", 40, "waits for connections", "", "RUNNABLE");

        explanation.pools(List.of(seen(List.of(stuck, busy), 3, idle(200), List.of(acceptor))), 0);

        assertEquals("""

                pool http of Fake: 7 able of 8; 6 live threads, 2 on requests, 1 stuck, 5 tasks waiting
                  capacity 8: its largest size
                  it is a com.approck.healthcheck.agent.pool.FakePools$Pool, owned by com.approck.healthcheck.agent.pool.FakePools$Owner
                  requests are known by the stacks of its threads, because the agent's hook has not been called yet
                  stuck: http-7 (thread 33): it hangs
                    WAITING
                    at A.a(A.java:1)
                    at B.b(B.java:2)
                  busy: http-8 (thread 34)
                    RUNNABLE
                    at C.c(C.java:3)
                  and 3 more on requests
                  on no request: 200 threads, such as idle-0
                    WAITING
                    at Queue.take(Queue.java:1)
                  waits for connections: http-acceptor
                    RUNNABLE
                """, explanation.text());
    }

    @Test
    void threadsWithManyStacks_areCountedBeyondTheFirst() {
        List<SeenThread> threads = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            threads.add(FakeSamples.thread("idle-" + i, i, "on no request", "", "WAITING", "A.a" + i + "(A.java)"));
        }

        explanation.pools(List.of(seen(List.of(), 0, threads, List.of())), 4);

        List<String> lines = explanation.text().lines().toList();
        assertTrue(lines.contains("  on no request: idle-4"), lines::toString);
        assertFalse(lines.contains("  on no request: idle-5"), lines::toString);
        assertTrue(lines.contains("  and 4 more threads, with other stacks"), lines::toString);
        assertEquals("and 4 more pools", lines.get(lines.size() - 1));
    }

    @Test
    void poolThatCouldNotBeRead_isSaid() {
        explanation.pools(
                List.of(FakeSamples.seen(
                        pool(), null, "its thread acceptor has died", List.of(), 0, List.of(), List.of())),
                0);

        assertTrue(
                explanation.text().contains("\npool http of Fake: could not be read yet, so it is not reported\n"),
                explanation::text);
        assertTrue(
                explanation.text().contains("\n  no worker counts: its thread acceptor has died\n"), explanation::text);
    }

    @Test
    void longList_isCutAndCounted() {
        explanation.list("limits", Collections.nCopies(43, "one"));

        List<String> lines = explanation.text().lines().toList();
        assertEquals(2 + 40 + 1, lines.size());
        assertEquals("  and 3 more", lines.get(42));
    }

    @Test
    void emptyList_hasNoTitle() {
        assertEquals("", explanation.list("limits", List.of()).text());
    }

    @Test
    void controlCharactersOfAName_doNotReachTheTerminal() {
        assertEquals("a [2J b\n", explanation.line("a\u001b[2J\nb").text());
    }

    @Test
    void longLine_isCut() {
        assertEquals(
                400 + "...\n".length(),
                explanation.line("x".repeat(10_000)).text().length());
    }

    private SeenPool seen(List<SeenThread> atWork, int moreAtWork, List<SeenThread> idle, List<SeenThread> accepting) {
        return FakeSamples.seen(
                pool(), FakeSamples.pool("http", 7, 6, 2, 1, 5, 8), null, atWork, moreAtWork, idle, accepting);
    }

    private MonitoredPool pool() {
        PoolRegistry registry = FakePools.registry();
        registry.addPoolsOf(owner);
        return registry.pools().get(0);
    }

    private static List<SeenThread> idle(int threads) {
        List<SeenThread> idle = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            idle.add(FakeSamples.thread(
                    "idle-" + i, 100 + i, "on no request", "", "WAITING", "Queue.take(Queue.java:1)"));
        }
        return idle;
    }
}
