package com.approck.healthcheck.agent.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.agent.pool.MonitoredPool;
import com.approck.healthcheck.agent.pool.ProgressSource;
import org.junit.jupiter.api.Test;
import org.quartz.simpl.SimpleThreadPool;

/** On Quartz 2.5's own pool. */
final class QuartzTest {
    private final FoundPools found = new FoundPools();

    @Test
    void pool_isItsLiveThreads_andNoJobIsStuckByTime_untilItIsShutDown() throws Exception {
        Hang hang = new Hang(1);
        SimpleThreadPool threads = new SimpleThreadPool(3, Thread.NORM_PRIORITY);
        threads.setThreadNamePrefix("quartz-under-test");
        threads.initialize();
        String name;
        try {
            assertEquals(1, found.findExecutors("quartz-under-test-*").size());
            name = found.names().get(0);
            MonitoredPool pool = found.pool(name);
            assertEquals("quartz-under-test", name);
            assertEquals(3, pool.read().capacity());
            assertEquals(3, pool.read().alive());
            assertEquals(ProgressSource.COUNTER, pool.progressSource());
            assertFalse(anyIsOdd(pool));

            assertTrue(threads.runInThread(hang::serve));
            hang.awaitEntered();
            assertTrue(anyIsOdd(pool));
            found.assertStaysIdle(name, "able=3 stuck=0 capacity=3");
        } finally {
            hang.release();
            threads.shutdown(false);
        }
        assertFalse(found.names().contains(name));
    }

    private static boolean anyIsOdd(MonitoredPool pool) throws ReflectiveOperationException {
        return pool.progress().values().stream().anyMatch(count -> count % 2 != 0);
    }
}
