package com.approck.healthcheck.agent.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.agent.Await;
import com.approck.healthcheck.agent.config.AgentConfig.LogLevel;
import com.approck.healthcheck.agent.log.Log;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.PortUnreachableException;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Against a real socket. What uses the gauges runs in the group of their threads, as the agent's thread does. */
final class UdpGaugeSenderTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final Ear ear = new Ear();
    private final ThreadGroup group = new ThreadGroup("gauges");
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

        assertEquals(List.of("workers.lease:5000|g", "workers:198|g", "workers.pool.http.busy:0|g"), ear.hear(3));
    }

    @Test
    void localhost_isHeardWithoutALookUpOfItsOwn() throws Exception {
        UdpGaugeSender gauges = gauges("localhost", "");

        send(gauges, "workers", 1);

        assertEquals("workers:1|g", ear.hear());
        assertNull(thread("healthcheck-resolve"));
    }

    @Test
    void prefix_standsBeforeEveryName() throws Exception {
        UdpGaugeSender gauges = gauges("127.0.0.1", "app.");

        send(gauges, "workers.lease", 5_000, "workers", 198);

        assertEquals(List.of("app.workers.lease:5000|g", "app.workers:198|g"), ear.hear(2));
    }

    @Test
    void samples_comeFromOneSourcePort() throws Exception {
        UdpGaugeSender gauges = gauges("127.0.0.1", "");
        send(gauges, "workers", 0);
        assertEquals("workers:0|g", ear.hear());
        int source = ear.lastSource();

        for (int i = 1; i < 100; i++) {
            now += SECOND;
            send(gauges, "workers", i);
            assertEquals("workers:" + i + "|g", ear.hear());
            assertEquals(source, ear.lastSource());
        }
    }

    @Test
    void sendersThread_isNamedDaemonAndInheritsNoClassLoader() throws Exception {
        UdpGaugeSender gauges = gauges("127.0.0.1", "");
        send(gauges, "workers", 1);
        send(gauges, "workers", 1);

        Thread sender = thread("healthcheck-statsd");

        assertNotNull(sender);
        assertTrue(sender.isDaemon());
        assertNull(sender.getContextClassLoader());
        Await.until("there is no other thread", () -> group.activeCount() == 1);
    }

    @Test
    void channelClosedByAnInterrupt_costsASocketAndNoMore() throws Exception {
        UdpGaugeSender gauges = gauges("127.0.0.1", "");
        send(gauges, "workers", 1);
        ear.hear();
        int source = ear.lastSource();
        send(gauges, "workers", 1);
        ear.hear();
        // What the client tells on its thread when an interrupt comes while something is written.
        gauges.failed(new ClosedChannelException());

        send(gauges, "workers", 7);
        ear.hearUntil("workers:7|g");
        assertNotEquals(source, ear.lastSource());
    }

    @Test
    void networkThatIsAway_isSaidOnceAndSentToAllTheSame() throws Exception {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        UdpGaugeSender gauges = gauges("127.0.0.1", "");
        send(gauges, "workers", 1);
        assertEquals("workers:1|g", ear.hear());
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
        assertEquals("workers:2|g", ear.hear());
        assertEquals(source, ear.lastSource());
    }

    @Test
    void senderThatDoesNotComeBack_getsFiveSamplesAndNoMore() throws Exception {
        UdpGaugeSender gauges = gauges("127.0.0.1", "");
        send(gauges, "workers", 0);
        assertEquals("workers:0|g", ear.hear());
        // As if it were in a write into a full buffer: found by its name, and at work all the time.
        CountDownLatch room = new CountDownLatch(1);
        Thread full = new Thread(
                group,
                () -> {
                    while (room.getCount() > 0) {
                        Thread.onSpinWait();
                    }
                },
                "healthcheck-statsd");
        Await.until("the sender has its name", () -> {
            gauges.beginSample(now);
            return thread("healthcheck-statsd") != null;
        });
        Thread sender = thread("healthcheck-statsd");
        Await.until("the sender waits", () -> sender.getState() == Thread.State.WAITING);
        gauges.beginSample(now);
        sender.setName("for a while not the sender");
        full.start();
        for (int i = 1; i <= 20; i++) {
            gauges.beginSample(now);
            gauges.gauge("workers", i);
        }
        room.countDown();
        full.join();
        assertEquals(List.of("workers:1|g", "workers:2|g", "workers:3|g", "workers:4|g", "workers:5|g"), ear.hear(5));
        Await.until("the sender waits again", () -> sender.getState() == Thread.State.WAITING);
        sender.setName("healthcheck-statsd");
        send(gauges, "workers", 21);
        assertEquals("workers:21|g", ear.hear());
    }

    @Test
    void nobodyListening_throwsNothingAndIsHeardLater() throws Exception {
        UdpGaugeSender gauges = gauges("127.0.0.1", "");
        ear.close();
        for (int i = 0; i < 20; i++) {
            now += SECOND;
            send(gauges, "workers", i);
        }
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
                "healthcheck: can't resolve the StatsD host 'host.invalid' (setting host, or STATSD_HOST); nothing is"
                        + " sent, and it is looked up again every 30 s"
                        + System.lineSeparator(),
                said.toString(StandardCharsets.UTF_8));
        assertNull(thread("healthcheck-statsd"));
        assertFalse(ear.hasHeard());
    }

    private UdpGaugeSender gauges(String host, String prefix) {
        return new UdpGaugeSender(host, ear.port(), prefix, group, new Log(LogLevel.INFO));
    }

    /** Sends one sample, of names and numbers in turn, once the one before has left. */
    private void send(UdpGaugeSender gauges, Object... namesAndNumbers) throws Exception {
        Await.until(
                "the sender waits",
                () -> threads().stream().allMatch(thread -> thread.getState() == Thread.State.WAITING));
        FutureTask<?> task = new FutureTask<>(
                () -> {
                    gauges.beginSample(now);
                    for (int i = 0; i < namesAndNumbers.length; i += 2) {
                        gauges.gauge((String) namesAndNumbers[i], (Integer) namesAndNumbers[i + 1]);
                    }
                },
                null);
        Thread thread = new Thread(group, task, "caller");
        thread.setContextClassLoader(null);
        thread.start();
        task.get();
        thread.join();
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
