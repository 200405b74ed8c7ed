package com.approck.healthcheck.agent.instrument;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.agent.bootstrap.Hook;
import com.approck.healthcheck.agent.config.AgentConfig.LogLevel;
import com.approck.healthcheck.agent.log.Log;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Through the hook, as a server's methods call it. */
final class HookBridgeTest {
    private final PrintStream stderr = System.err;
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final AtomicLong counter = new AtomicLong();
    private Throwable failure;
    private int tasks;
    private int changes;
    private int waits;

    @BeforeEach
    void connect() {
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        HookBridge bridge = new HookBridge(
                task -> {
                    tasks++;
                    fail();
                    return counter;
                },
                (pool, started) -> {
                    changes++;
                    fail();
                },
                new SelfCheck(),
                new Log(LogLevel.INFO, line -> System.err.println(line)));
        bridge.connect();
        bridge.connectAskers(asker -> {
            waits++;
            fail();
            return null;
        });
        bridge.connectConsumers(
                (consumer, limit) -> {
                    waits++;
                    fail();
                    return counter;
                },
                (consumer, thrown) -> {
                    waits++;
                    fail();
                },
                reason -> {
                    waits++;
                    fail();
                },
                deliverer -> {
                    waits++;
                    fail();
                    return counter;
                });
    }

    @ParameterizedTest
    @MethodSource("failures")
    void hookOfConsumersThatKeepsFailing_isSaidTwiceAndCalledNoMore(Throwable thrown) {
        failure = thrown;

        for (int i = 0; i < 3 * HookBridge.MAX_FAILURES; i++) {
            Hook.waitBegan("a consumer", null);
            Hook.waitEnded(counter, "a consumer", thrown);
            Hook.givesUp("a reason");
            Hook.askedBy("a container");
            Hook.deliveryEnded(Hook.deliveryBegan("a channel"));
        }

        assertEquals(HookBridge.MAX_FAILURES, waits);
        assertEquals(
                List.of(
                        "healthcheck: the hook failed on a thread of the server, which goes on: " + thrown,
                        "healthcheck: the hook of consumers is off, because it failed 100 times in a row; what they do is not"
                                + " followed any more: " + thrown),
                lines());
    }

    @Test
    void hookOfConsumersThatFailsNowAndThen_isCalledForEver() {
        for (int i = 1; i < 3 * HookBridge.MAX_FAILURES; i++) {
            failure = i % HookBridge.MAX_FAILURES == 0 ? null : new AssertionError();
            Hook.waitBegan("a consumer", null);
        }

        assertEquals(3 * HookBridge.MAX_FAILURES - 1, waits);
    }

    @AfterEach
    void disconnect() {
        Hook.connect(null, null);
        Hook.connectConsumers(null, null, null, null);
        Hook.connectAskers(null);
        System.setErr(stderr);
    }

    static List<Throwable> failures() {
        return List.of(
                new IllegalStateException("a bug"),
                new StackOverflowError(),
                new NoClassDefFoundError("org/example/Missing"),
                new AssertionError("a doubt"),
                new ThreadDeath());
    }

    @ParameterizedTest
    @MethodSource("failures")
    void requestsHookThatKeepsFailing_isSaidTwiceAndCalledNoMore(Throwable thrown) throws Exception {
        failure = thrown;

        for (int i = 0; i < 3 * HookBridge.MAX_FAILURES; i++) {
            assertFalse(taskOnNewThread());
        }

        assertEquals(HookBridge.MAX_FAILURES, tasks);
        assertEquals(
                List.of(
                        "healthcheck: the hook failed on a thread of the server, which goes on: " + thrown,
                        "healthcheck: the hook of requests is off, because it failed 100 times in a row; a worker that it"
                                + " has not seen yet counts as able, stuck or not: " + thrown),
                lines());
        failure = null;
        Hook.poolStarted("a pool");
        assertEquals(1, changes);
    }

    @ParameterizedTest
    @MethodSource("failures")
    void poolsHookThatKeepsFailing_isSaidTwiceAndCalledNoMore(Throwable thrown) throws Exception {
        failure = thrown;

        for (int i = 0; i < 3 * HookBridge.MAX_FAILURES; i++) {
            Hook.poolStarted("a pool");
            Hook.poolStopped("a pool");
        }

        assertEquals(HookBridge.MAX_FAILURES, changes);
        assertEquals(
                List.of(
                        "healthcheck: the hook failed on a thread of the server, which goes on: " + thrown,
                        "healthcheck: the hook of pools is off, because it failed 100 times in a row; a pool that starts"
                                + " from now on is not counted, and one that stops may be counted on: " + thrown),
                lines());
        failure = null;
        assertTrue(taskOnNewThread());
    }

    @Test
    void hookThatFailsNowAndThen_isCalledForEver() throws Exception {
        for (int i = 1; i < 3 * HookBridge.MAX_FAILURES; i++) {
            failure = i % HookBridge.MAX_FAILURES == 0 ? null : new AssertionError("number " + i);
            assertEquals(failure == null, taskOnNewThread());
            Hook.poolStarted("a pool");
        }

        assertEquals(3 * HookBridge.MAX_FAILURES - 1, tasks);
        assertEquals(3 * HookBridge.MAX_FAILURES - 1, changes);
        assertEquals(
                List.of("healthcheck: the hook failed on a thread of the server, which goes on:"
                        + " java.lang.AssertionError: number 1"),
                lines());
    }

    @Test
    void fullHeap_turnsNothingOff() throws Exception {
        failure = new OutOfMemoryError("Java heap space");
        for (int i = 0; i < 3 * HookBridge.MAX_FAILURES; i++) {
            assertFalse(taskOnNewThread());
            Hook.poolStarted("a pool");
        }

        failure = null;

        assertTrue(taskOnNewThread());
        assertEquals(1, lines().size());
    }

    @Test
    void workersThatAreKnown_areCountedOnWhenTheHookOfRequestsIsOff() throws Exception {
        FutureTask<?> known = new FutureTask<>(() -> {
            assertTrue(Hook.taskBegan("a task"));
            Hook.taskEnded();
            failure = new AssertionError();
            for (int i = 0; i < HookBridge.MAX_FAILURES; i++) {
                assertFalse(taskOnNewThread());
            }
            assertTrue(Hook.taskBegan("a task"));
            return null;
        });
        new Thread(known, "known").start();
        known.get();

        assertEquals(3, counter.get());
    }

    private static boolean taskOnNewThread() throws Exception {
        FutureTask<Boolean> task = new FutureTask<>(() -> {
            boolean outermost = Hook.taskBegan("a task");
            Hook.taskEnded();
            return outermost;
        });
        new Thread(task, "worker").start();
        return task.get();
    }

    private void fail() {
        if (failure != null) {
            sneak(failure);
        }
    }

    @SuppressWarnings("unchecked") // Erased: any throwable leaves as it is.
    private static <T extends Throwable> void sneak(Throwable failure) throws T {
        throw (T) failure;
    }

    private List<String> lines() {
        return said.toString(StandardCharsets.UTF_8).lines().collect(Collectors.toList());
    }
}
