package com.approck.healthcheck.sidecar.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** On a pipe that stays full until the test reads from it. */
@Timeout(60)
final class LogWriterTest {
    private final FullPipe pipe = new FullPipe();
    private final LogWriter writer =
            new LogWriter(new PrintStream(pipe, false, StandardCharsets.UTF_8), dropped -> "dropped " + dropped + "\n");

    @Test
    void lines_keepTheirOrder() {
        pipe.read.countDown();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            writer.accept("line " + i + "\n");
            expected.add("line " + i);
        }
        writer.close();
        assertEquals(expected, pipe.lines());
    }

    @Test
    void fullPipe_blocksNobody_andDropsAreCounted() {
        String line = "x".repeat(99) + "\n";
        int sent = 0;
        // The first line is in the pipe's hands, the queue takes as many as it has room for.
        for (; sent < 10 * LogWriter.MAX_QUEUED_CHARS / line.length(); sent++) {
            writer.accept(line);
        }
        pipe.read.countDown();
        writer.close();
        List<String> lines = pipe.lines();
        String last = lines.get(lines.size() - 1);
        assertTrue(last.startsWith("dropped "), last);
        int dropped = Integer.parseInt(last.substring("dropped ".length()));
        assertEquals(sent, dropped + lines.size() - 1);
        assertTrue(lines.size() - 1 >= LogWriter.MAX_QUEUED_CHARS / line.length(), () -> lines.size() + " lines");
    }

    @Test
    void dropsAreReported_beforeTheLinesAfterThem() throws InterruptedException {
        String line = "x".repeat(99) + "\n";
        for (int i = 0; i < 2 * LogWriter.MAX_QUEUED_CHARS / line.length(); i++) {
            writer.accept(line);
        }
        pipe.read.countDown();
        writer.close();
        writer.accept("after\n");
        writer.close();
        List<String> lines = pipe.lines();
        assertEquals("after", lines.get(lines.size() - 1));
        assertTrue(lines.get(lines.size() - 2).startsWith("dropped "), lines.get(lines.size() - 2));
    }

    @Test
    void close_doesNotWaitForAFullPipe() {
        writer.accept("line\n");
        // Returns, or the timeout of this class fails the test.
        writer.close();
        assertEquals(List.of(), pipe.lines());
        pipe.read.countDown();
    }

    private static final class FullPipe extends OutputStream {
        final CountDownLatch read = new CountDownLatch(1);
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            try {
                read.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            synchronized (bytes) {
                bytes.write(from, offset, length);
            }
        }

        List<String> lines() {
            synchronized (bytes) {
                return bytes.toString(StandardCharsets.UTF_8).lines().toList();
            }
        }
    }
}
