package com.approck.healthcheck.agent.log;

import java.io.PrintStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Writes lines to a stream on a thread of its own, because nobody may read the other end: a full pipe blocks the
 * thread that writes to it.
 *
 * <p>Lines wait in a queue of at most {@value #MAX_QUEUED_CHARS} characters, in the order in which they came. While the
 * queue is full, lines are dropped and counted; as soon as half of it is free again, a line says how many.
 *
 * <p>The thread is a daemon. It starts with a line, and ends once there has been none for {@value #IDLE_MILLIS} ms. When
 * the JVM shuts down, it waits for the lines for {@value #FLUSH_MILLIS} ms at most. Thread-safe.
 */
final class LogWriter implements Consumer<String> {
    static final int MAX_QUEUED_CHARS = 64 * 1024;

    private static final long IDLE_MILLIS = 1_000;
    private static final long FLUSH_MILLIS = 1_000;

    private final Supplier<PrintStream> stream;
    private final ThreadGroup group = new WriterThreadGroup();
    private final Deque<String> queue = new ArrayDeque<>();

    /**
     * Each is made before it is needed, here or by the one before it: it must not inherit anything (locals, context
     * class loader) from the thread of the application that happens to log.
     */
    private Thread next = newThread();

    private Thread flusher = new Thread(group, this::flush, "healthcheck-log-flush");
    private int queuedChars;
    private long dropped;
    private boolean running;
    private boolean writing;

    /** @param stream asked for each line, as an application may replace {@code System.err} */
    LogWriter(Supplier<PrintStream> stream) {
        this.stream = stream;
    }

    /** Queues a line, or drops it. Returns at once; throws nothing but an OutOfMemoryError. */
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
        resume();
        notifyAll();
    }

    /** Starts the thread if lines wait and the JVM could not create it when they came. */
    synchronized void resume() {
        if (running || !isBehind()) {
            return;
        }
        flushAtExit();
        if (next == null) {
            next = newThread();
        }
        try {
            next.start();
            running = true;
            next = null;
        } catch (OutOfMemoryError e) {
            // The system has no thread left. Until the next call the lines wait in the queue.
        }
    }

    private Thread newThread() {
        Thread thread = new Thread(group, this::run, "healthcheck-log");
        thread.setDaemon(true);
        thread.setContextClassLoader(null);
        return thread;
    }

    private void flushAtExit() {
        if (flusher == null) {
            return;
        }
        try {
            Runtime.getRuntime().addShutdownHook(flusher);
        } catch (IllegalStateException | SecurityException e) {
            // The JVM shuts down already, or does not allow it: then the last lines may be lost.
        }
        flusher = null;
    }

    /** Waits until all lines are written, for {@value #FLUSH_MILLIS} ms at most. */
    synchronized void flush() {
        long begun = System.nanoTime();
        long left = TimeUnit.MILLISECONDS.toNanos(FLUSH_MILLIS);
        try {
            while (isBehind() && left > 0) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
                left = TimeUnit.MILLISECONDS.toNanos(FLUSH_MILLIS) - (System.nanoTime() - begun);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isBehind() {
        return writing || !queue.isEmpty() || dropped > 0;
    }

    private void run() {
        boolean idle = false;
        try {
            for (String line = take(); line != null; line = take()) {
                write(line);
            }
            idle = true;
        } finally {
            if (!idle) {
                // By an OutOfMemoryError, say.
                end();
            }
        }
    }

    private void write(String line) {
        try {
            // PrintStream swallows what goes wrong with the stream below it; one that the application made may not.
            stream.get().println(line);
        } catch (RuntimeException e) {
            // There is nowhere else to report it.
        }
    }

    /** Returns the next line; null if there has been none for {@value #IDLE_MILLIS} ms. */
    private synchronized String take() {
        writing = false;
        notifyAll();
        long begun = System.nanoTime();
        long left = TimeUnit.MILLISECONDS.toNanos(IDLE_MILLIS);
        while (queue.isEmpty() && dropped == 0 && left > 0) {
            try {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            } catch (InterruptedException e) {
                // An application that interrupts every thread it finds must not end this one.
            }
            left = TimeUnit.MILLISECONDS.toNanos(IDLE_MILLIS) - (System.nanoTime() - begun);
        }
        if (queue.isEmpty() && dropped > 0) {
            addDroppedLine();
        }
        if (queue.isEmpty()) {
            end();
            return null;
        }
        writing = true;
        String line = queue.removeFirst();
        queuedChars -= line.length();
        return line;
    }

    private synchronized void end() {
        running = false;
        writing = false;
        next = newThread();
    }

    private void addDroppedLine() {
        String line = Log.line("dropped " + dropped + (dropped == 1 ? " line" : " lines")
                + " of the agent's log, because nobody read it in time");
        dropped = 0;
        add(line);
    }

    private void add(String line) {
        queue.addLast(line);
        queuedChars += line.length();
    }

    /** A handler of uncaught exceptions that the application has set may end the JVM: what ends a thread of ours is ours. */
    private static final class WriterThreadGroup extends ThreadGroup {
        WriterThreadGroup() {
            super("healthcheck-log");
        }

        @Override
        public void uncaughtException(Thread thread, Throwable e) {
            // The next line starts another thread.
        }
    }
}
