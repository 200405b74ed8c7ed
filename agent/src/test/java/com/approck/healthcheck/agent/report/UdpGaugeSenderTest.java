package com.approck.healthcheck.agent.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.agent.Await;
import com.approck.healthcheck.agent.config.AgentConfig.LogLevel;
import com.approck.healthcheck.agent.log.Log;
import com.approck.healthcheck.agent.reflect.ModuleOpener;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.PortUnreachableException;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Against a real socket. What uses the gauges runs in the group of their threads, as the agent's thread does. */
final class UdpGaugeSenderTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final UdpListener ear = new UdpListener();
    private final List<UdpGaugeSender> ended = new CopyOnWriteArrayList<>();
    private final ThreadGroup group = new ThreadGroup("gauges") {
        @Override
        public void uncaughtException(Thread thread, Throwable e) {
            ended.forEach(UdpGaugeSender::senderEnded);
            ended.clear();
        }
    };
    private final PrintStream stderr = System.err;
    private long now;

    UdpGaugeSenderTest() throws IOException {}

    @AfterEach
    void close() {
        System.setErr(stderr);
        ear.close();
    }

    @Test
    void gauges_areOneDatagramEachInOrder() throws Exception {
        UdpGaugeSender gauges = gauges("127.0.0.1", "");

        send(gauges, "workers.lease", 5_000, "workers", 198, "workers.pool.http.busy", 0);

        assertEquals(List.of("workers.lease:5000|g", "workers:198|g", "workers.pool.http.busy:0|g"), ear.receive(3));
    }

    @Test
    void localhost_isReceivedWithoutALookUpOfItsOwn() throws Exception {
        UdpGaugeSender gauges = gauges("localhost", "");

        send(gauges, "workers", 1);

        assertEquals("workers:1|g", ear.receive());
        assertNull(thread("healthcheck-resolve"));
    }

    @Test
    void prefix_standsBeforeEveryName() throws Exception {
        UdpGaugeSender gauges = gauges("127.0.0.1", "app.");

        send(gauges, "workers.lease", 5_000, "workers", 198);

        assertEquals(List.of("app.workers.lease:5000|g", "app.workers:198|g"), ear.receive(2));
    }

    @Test
    void samples_comeFromOneSourcePort() throws Exception {
        UdpGaugeSender gauges = gauges("127.0.0.1", "");
        send(gauges, "workers", 0);
        assertEquals("workers:0|g", ear.receive());
        int source = ear.lastSource();

        for (int i = 1; i < 100; i++) {
            now += SECOND;
            send(gauges, "workers", i);
            assertEquals("workers:" + i + "|g", ear.receive());
            assertEquals(source, ear.lastSource());
        }
    }

    @Test
    void sendersThread_isOneDaemonThatInheritsNoClassLoader() throws Exception {
        UdpGaugeSender gauges = gauges("127.0.0.1", "");
        send(gauges, "workers", 1);
        send(gauges, "workers", 1);

        Await.until("there is one thread", () -> threads().size() == 1);
        Thread sender = threads().get(0);
        assertTrue(sender.isDaemon());
        assertNull(sender.getContextClassLoader());
    }

    @Test
    void channelClosedByAnInterrupt_costsASocketAndNoMore() throws Exception {
        UdpGaugeSender gauges = gauges("127.0.0.1", "");
        send(gauges, "workers", 1);
        ear.receive();
        int source = ear.lastSource();
        send(gauges, "workers", 1);
        ear.receive();
        // What the client tells on its thread when an interrupt comes while something is written.
        gauges.failed(new ClosedChannelException());

        send(gauges, "workers", 7);
        ear.receiveUntil("workers:7|g");
        assertNotEquals(source, ear.lastSource());
    }

    @Test
    void networkThatIsAway_isSaidOnceAndSentToAllTheSame() throws Exception {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        UdpGaugeSender gauges = gauges("127.0.0.1", "");
        send(gauges, "workers", 1);
        assertEquals("workers:1|g", ear.receive());
        int source = ear.lastSource();

        for (int i = 0; i < 200; i++) {
            gauges.failed(new IOException("Network is unreachable"));
            gauges.failed(new PortUnreachableException("nobody listens yet"));
        }

        assertEquals(
                "healthcheck: can't send to 127.0.0.1:" + ear.port() + ", what follows is sent all the same:"
                        + " java.io.IOException: Network is unreachable" + System.lineSeparator(),
                said.toString(StandardCharsets.UTF_8));
        send(gauges, "workers", 2);
        assertEquals("workers:2|g", ear.receive());
        assertEquals(source, ear.lastSource());
    }

    @Test
    void senderThatDoesNotComeBack_getsFiveSamplesAndNoMore() throws Exception {
        // Its thread is held where it reports an error.
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch letGo = new CountDownLatch(1);
        System.setErr(new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8) {
            @Override
            public void println(String line) {
                held.countDown();
                try {
                    letGo.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
        });
        UdpGaugeSender gauges = gauges("127.0.0.1", "");
        send(gauges, "x".repeat(70_000), 1);
        held.await();

        for (int i = 1; i <= 20; i++) {
            now += SECOND;
            send(gauges, "workers", i);
        }
        assertFalse(flush(gauges, SECOND / 100), "they have not left");
        letGo.countDown();

        // The first of the five is the one that it reported.
        assertEquals(List.of("workers:1|g", "workers:2|g", "workers:3|g", "workers:4|g"), ear.receive(4));
        assertTrue(flush(gauges, 30 * SECOND));
        send(gauges, "workers", 21);
        assertEquals("workers:21|g", ear.receive());
    }

    @Test
    void flush_waitsUntilEverythingHasLeft() throws Exception {
        UdpGaugeSender gauges = gauges("127.0.0.1", "");
        for (int i = 0; i < 5; i++) {
            for (int n = 0; n < 4; n++) {
                send(gauges, "workers", n);
            }
            assertTrue(flush(gauges, 30 * SECOND));
            ear.receiveUntil("workers:3|g");
        }
    }

    @Test
    void senderThatEndsByAnError_isGivenSamplesAllTheSame() throws Exception {
        UdpGaugeSender gauges = gauges("127.0.0.1", "");
        send(gauges, "workers", 0);
        ear.receive();
        Thread sender = threads().get(0);
        System.setErr(new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8) {
            @Override
            public void println(String line) {
                throw new OutOfMemoryError("Java heap space");
            }
        });
        ended.add(gauges);

        send(gauges, "x".repeat(70_000), 1);
        sender.join();
        Await.until("its end is known", ended::isEmpty);
        for (int i = 1; i <= 20; i++) {
            send(gauges, "workers", i);
            assertEquals("workers:" + i + "|g", ear.receive());
            assertTrue(flush(gauges, 30 * SECOND));
        }
    }

    @Test
    void nobodyListening_throwsNothingAndIsReceivedLater() throws Exception {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        UdpGaugeSender gauges = gauges("127.0.0.1", "");
        send(gauges, "workers", 1);
        assertEquals("workers:1|g", ear.receive());
        int source = ear.lastSource();
        int port = ear.port();
        ear.close();
        for (int i = 2; i < 20; i++) {
            now += SECOND;
            send(gauges, "workers", i);
            assertTrue(flush(gauges, 30 * SECOND));
        }

        try (UdpListener later = new UdpListener(port)) {
            // The first is lost where the kernel still has the refusal of the last to report.
            send(gauges, "workers", 20, "workers", 21);
            later.receiveUntil("workers:21|g");
            assertEquals(source, later.lastSource());
        }
        assertEquals("", said.toString(StandardCharsets.UTF_8));
    }

    @Test
    void unknownHost_isSaidOnceAndNothingIsThrown() throws Exception {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        UdpGaugeSender gauges = gauges("host.invalid", "");
        send(gauges, "workers", 1);
        Await.until("the first look-up ends", () -> said.size() > 0 && thread("healthcheck-resolve") == null);

        for (int i = 0; i < 3; i++) {
            now += 31 * SECOND;
            send(gauges, "workers", 1);
            Await.until("the look-up ends", () -> thread("healthcheck-resolve") == null);
        }

        assertEquals(
                "healthcheck: can't resolve the StatsD host 'host.invalid' (setting host, HEALTHCHECK_STATSD_HOST or"
                        + " STATSD_HOST); nothing is sent, and it is looked up again"
                        + System.lineSeparator(),
                said.toString(StandardCharsets.UTF_8));
        assertEquals(List.of(), threads());
        assertFalse(ear.hasHeard());
    }

    @Test
    void describe_saysWhereToAndWhatBecameOfIt() throws Exception {
        UdpGaugeSender unknown = gauges("host.invalid", "");
        assertEquals(
                "nothing has been sent: no address of host.invalid is known, or none can be sent to",
                unknown.describe());

        UdpGaugeSender gauges = gauges("127.0.0.1", "");
        send(gauges, "workers", 1);
        assertEquals("workers:1|g", ear.receive());
        assertTrue(flush(gauges, 30 * SECOND));
        String to = "to 127.0.0.1:" + ear.port() + " (127.0.0.1); the last ones: ";
        assertEquals(to + "they have left this process; whether they arrived, UDP does not say", gauges.describe());

        ear.close();
        for (int i = 0; i < 5; i++) {
            send(gauges, "workers", 1, "workers", 1);
            assertTrue(flush(gauges, 30 * SECOND));
        }
        assertEquals(to + "refused, because nobody listens there", gauges.describe());
    }

    private UdpGaugeSender gauges(String host, String prefix) {
        return new UdpGaugeSender(
                host,
                ear.port(),
                prefix,
                new ModuleOpener(null),
                group,
                new Log(LogLevel.INFO, line -> System.err.println(line)));
    }

    /** Sends one sample, of names and numbers in turn. */
    private void send(UdpGaugeSender gauges, Object... namesAndNumbers) throws Exception {
        onAgentsThread(() -> {
            gauges.beginSample(now);
            for (int i = 0; i < namesAndNumbers.length; i += 2) {
                gauges.gauge((String) namesAndNumbers[i], (Integer) namesAndNumbers[i + 1]);
            }
            gauges.endSample();
            return true;
        });
    }

    private boolean flush(UdpGaugeSender gauges, long withinNanos) throws Exception {
        return onAgentsThread(() -> gauges.flush(withinNanos));
    }

    private boolean onAgentsThread(Callable<Boolean> action) throws Exception {
        FutureTask<Boolean> task = new FutureTask<>(action);
        Thread thread = new Thread(group, task, "caller");
        thread.setContextClassLoader(null);
        thread.start();
        boolean result = task.get();
        thread.join();
        return result;
    }

    private Thread thread(String name) {
        return threads().stream()
                .filter(thread -> thread.getName().equals(name))
                .findFirst()
                .orElse(null);
    }

    private List<Thread> threads() {
        Thread[] threads = new Thread[16];
        int count = group.enumerate(threads);
        return Arrays.asList(threads).subList(0, count);
    }
}
