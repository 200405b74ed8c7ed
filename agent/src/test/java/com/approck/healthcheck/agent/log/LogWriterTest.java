package com.approck.healthcheck.agent.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.agent.Await;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class LogWriterTest {
    private static final String LONG_LINE = "x".repeat(1_000);

    private final Set<Thread> before = new HashSet<>(Thread.getAllStackTraces().keySet());
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    @Test
    void lines_areWrittenInOrderByADaemonThatInheritsNothing() {
        Reader reader = new Reader();
        LogWriter writer = new LogWriter(() -> reader.stream);
        assertNull(thread());

        writer.accept("line 0");
        Thread thread = thread();
        for (int i = 1; i < 100; i++) {
            writer.accept("line " + i);
        }
        reader.readAll();
        writer.flush();

        List<String> wanted = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            wanted.add("line " + i);
        }
        assertEquals(wanted, lines());
        assertTrue(thread.isDaemon());
        assertNull(thread.getContextClassLoader());
    }

    @Test
    void fullPipe_delaysNobody_andWhatIsDroppedIsCounted() {
        Reader reader = new Reader();
        LogWriter writer = new LogWriter(() -> reader.stream);
        writer.accept("first");
        reader.awaitBlocked();
        for (int i = 0; i < 1_000; i++) {
            writer.accept(LONG_LINE);
        }

        reader.readAll();
        writer.flush();
        writer.accept("last");
        writer.flush();

        int queued = LogWriter.MAX_QUEUED_CHARS / LONG_LINE.length();
        List<String> lines = lines();
        assertEquals("first", lines.get(0));
        assertEquals(queued, lines.stream().filter(LONG_LINE::equals).count());
        assertEquals(
                List.of(
                        "healthcheck: dropped " + (1_000 - queued)
                                + " lines of the agent's log, because nobody read it in time",
                        "last"),
                lines.subList(queued + 1, lines.size()));
    }

    @Test
    void exit_waitsForNobodyWhoDoesNotRead() {
        Reader reader = new Reader();
        LogWriter writer = new LogWriter(() -> reader.stream);
        writer.accept("unread");
        reader.awaitBlocked();

        // Returns, or this test never ends.
        writer.flush();

        assertEquals(List.of(), lines());
        reader.readAll();
        writer.flush();
        assertEquals(List.of("unread"), lines());
    }

    @Test
    void thread_endsWithoutLines_andAnotherWritesThoseThatFollow() {
        Reader reader = new Reader();
        reader.readAll();
        LogWriter writer = new LogWriter(() -> reader.stream);
        for (int i = 0; i < 2; i++) {
            writer.accept("line " + i);
            writer.flush();
            Await.until("the thread ends", () -> thread() == null);
        }

        assertEquals(List.of("line 0", "line 1"), lines());
    }

    @Test
    void streamThatThrows_losesTheLineAndNoMore() {
        List<Throwable> failures =
                List.of(new IllegalStateException("closed"), new OutOfMemoryError("Java heap space"));
        for (Throwable failure : failures) {
            written.reset();
            PrintStream broken = new PrintStream(written, true, StandardCharsets.UTF_8) {
                private boolean thrown;

                @Override
                public void println(String line) {
                    if (!thrown) {
                        thrown = true;
                        sneak(failure);
                    }
                    super.println(line);
                }
            };
            LogWriter writer = new LogWriter(() -> broken);
            writer.accept("lost");
            writer.flush();
            writer.accept("written");
            writer.flush();

            assertEquals(List.of("written"), lines());
        }
    }

    @Test
    void fullDisk_throwsNothing() {
        PrintStream full = new PrintStream(
                new OutputStream() {
                    @Override
                    public void write(int b) throws IOException {
                        throw new IOException("No space left on device");
                    }
                },
                true,
                StandardCharsets.UTF_8);
        LogWriter writer = new LogWriter(() -> full);
        writer.accept("lost");
        writer.flush();

        assertTrue(full.checkError());
    }

    @Test
    void interrupts_endNothing() {
        Reader reader = new Reader();
        reader.readAll();
        LogWriter writer = new LogWriter(() -> reader.stream);
        writer.accept("before");
        writer.flush();
        Thread thread = thread();

        thread.interrupt();
        writer.accept("after");
        writer.flush();

        assertEquals(List.of("before", "after"), lines());
        assertFalse(thread.isInterrupted());
    }

    private List<String> lines() {
        return written.toString(StandardCharsets.UTF_8).lines().collect(Collectors.toList());
    }

    private Thread thread() {
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (!before.contains(thread) && thread.getName().equals("healthcheck-log")) {
                return thread;
            }
        }
        return null;
    }

    @SuppressWarnings("unchecked") // Erased: any throwable leaves as it is.
    private static <T extends Throwable> void sneak(Throwable failure) throws T {
        throw (T) failure;
    }

    /** The other end of a pipe that takes nothing until it is read. */
    private final class Reader {
        private final CountDownLatch blocked = new CountDownLatch(1);
        private final Semaphore read = new Semaphore(0);
        final PrintStream stream = new PrintStream(written, true, StandardCharsets.UTF_8) {
            @Override
            public void println(String line) {
                blocked.countDown();
                read.acquireUninterruptibly();
                read.release();
                super.println(line);
            }
        };

        void awaitBlocked() {
            try {
                blocked.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        void readAll() {
            read.release();
        }
    }
}
