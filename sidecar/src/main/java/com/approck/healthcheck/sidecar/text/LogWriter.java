package com.approck.healthcheck.sidecar.text;

import java.io.PrintStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongFunction;

/**
 * Writes lines to a stream on a thread of its own, because nobody may read the other end: a full pipe blocks the
 * thread that writes to it.
 *
 * <p>Lines wait in a queue of at most {@value #MAX_QUEUED_CHARS} characters, in the order in which they came. While the
 * queue is full, lines are dropped and counted; as soon as half of it is free again, a line says how many. The thread is
 * a daemon and starts with the first line.
 */
public final class LogWriter implements Consumer<String>, AutoCloseable {
    static final int MAX_QUEUED_CHARS = 64 * 1024;

    private static final long CLOSE_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** Enough to encode and write a line; the JVM rounds it up to its own minimum. */
    private static final int STACK_BYTES = 128 * 1024;

    private final PrintStream stream;
    private final LongFunction<String> droppedLine;
    private final Deque<String> queue = new ArrayDeque<>();
    private int queuedChars;
    private long dropped;
    private boolean writing;
    private boolean started;

    /**
     * Writes to {@code stream}, which only this object may use from now on.
     *
     * @param droppedLine the line that says how many lines were dropped
     */
    public LogWriter(PrintStream stream, LongFunction<String> droppedLine) {
        this.stream = stream;
        this.droppedLine = droppedLine;
    }

    /** Queues a line, or drops it. Never blocks, never throws. */
    @Override
    public synchronized void accept(String line) {
        int max = dropped == 0 ? MAX_QUEUED_CHARS : MAX_QUEUED_CHARS / 2;
        if (queuedChars + line.length() > max) {
            dropped++;
            return;
        }
        if (dropped > 0) {
            addDroppedLine();
        }
        add(line);
        start();
        notifyAll();
    }

    /** Waits until all lines are written, for a second at most. */
    @Override
    public synchronized void close() {
        long end = System.nanoTime() + CLOSE_NANOS;
        try {
            for (long left = CLOSE_NANOS; isBehind() && left > 0; left = end - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isBehind() {
        return writing || !queue.isEmpty() || dropped > 0;
    }

    private void start() {
        if (started) {
            return;
        }
        Thread thread = new Thread(null, this::run, "log", STACK_BYTES, false);
        thread.setDaemon(true);
        try {
            thread.start();
            started = true;
        } catch (OutOfMemoryError e) {
            // The system has no thread left. The next line tries again, and until then the lines wait in the queue.
        }
    }

    private void run() {
        try {
            while (true) {
                String line = take();
                stream.print(line);
                stream.flush();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized String take() throws InterruptedException {
        writing = false;
        while (queue.isEmpty()) {
            if (dropped > 0) {
                addDroppedLine();
            } else {
                notifyAll();
                wait();
            }
        }
        writing = true;
        String line = queue.removeFirst();
        queuedChars -= line.length();
        return line;
    }

    private void addDroppedLine() {
        String line = droppedLine.apply(dropped);
        dropped = 0;
        add(line);
    }

    private void add(String line) {
        queue.addLast(line);
        queuedChars += line.length();
    }
}
