package com.approck.healthcheck.agent.instrument;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.approck.healthcheck.agent.bootstrap.Hook;
import com.approck.healthcheck.agent.config.AgentConfig.LogLevel;
import com.approck.healthcheck.agent.log.Log;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** With a server that calls the hook itself, as the advice in the fixture does. */
final class SelfCheckTest {
    private final SelfCheck check = new SelfCheck();

    @BeforeEach
    void connect() {
        new HookBridge(
                        task -> {
                            throw new AssertionError("the registry has nothing to do with it");
                        },
                        (pool, started) -> {
                            throw new AssertionError("the registry has nothing to do with it");
                        },
                        check,
                        new Log(LogLevel.INFO))
                .connect();
    }

    @AfterEach
    void disconnect() {
        Hook.connect(null, null);
    }

    @Test
    void hooksThatAreCalled_areNoFailure_andNoneTheSecondTime() throws Exception {
        assertNull(failures(new Calling(true, true, true)));
        assertNull(failures(new Calling(true, true, true)));
    }

    @Test
    void hooksThatAreNotCalled_areNamed() throws Exception {
        check.prepare();
        assertEquals("start not reported, request not reported, stop not reported", check.failures());
        assertEquals("start reported, request not reported, stop reported", failures(new Calling(true, false, true)));
        assertEquals(
                "start not reported, request reported, stop not reported", failures(new Calling(false, true, false)));
    }

    /** On a thread that has no counter yet, as the agent's own. */
    private String failures(SelfCheck.Server server) throws Exception {
        FutureTask<String> task = new FutureTask<>(() -> check.failures(server));
        new Thread(task, "agent").start();
        return task.get();
    }

    private final class Calling implements SelfCheck.Server {
        private final boolean starts;
        private final boolean serves;
        private final boolean stops;

        Calling(boolean starts, boolean serves, boolean stops) {
            this.starts = starts;
            this.serves = serves;
            this.stops = stops;
        }

        @Override
        public void start() {
            if (starts) {
                Hook.poolStarted(this);
            }
        }

        @Override
        public void run() {
            boolean began = serves && Hook.taskBegan(this);
            check.look();
            if (began) {
                Hook.taskEnded();
            }
        }

        @Override
        public void stop() {
            if (stops) {
                Hook.poolStopped(this);
            }
        }
    }
}
