package com.approck.healthcheck.sidecar.workers;

import com.approck.healthcheck.sidecar.log.Log;
import com.approck.healthcheck.sidecar.time.Ticker;
import com.approck.healthcheck.sidecar.words.Words;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Keeps the counts without a lease in a file, for senders that report only once: a restarted sidecar knows them again.
 *
 * <p>The file is written at most once a second, only after a report, and replaced in one step, so that it is whole
 * whenever the process dies. It holds the wall-clock time of each report, because the monotonic clock may start anew. A
 * file that cannot be read, written or understood is one line in the log, and the sidecar runs without it.
 */
public final class StateFile implements AutoCloseable {
    private static final long SAVE_MILLIS = 1000;
    private static final int MAX_BYTES = 64 * 1024;

    private final Path path;
    private final Path next;
    private final SourceRegistry registry;
    private final Ticker ticker;
    private final LongSupplier wallMillis;
    private final Log log;
    private final Thread thread;
    private List<RetainedCount> saved = List.of();
    private boolean failed;
    private boolean closed;

    public StateFile(Path path, SourceRegistry registry, Ticker ticker, LongSupplier wallMillis, Log log) {
        this.path = path;
        this.next = path.resolveSibling(path.getFileName() + ".next");
        this.registry = registry;
        this.ticker = ticker;
        this.wallMillis = wallMillis;
        this.log = log;
        this.thread = new Thread(this::run, "state-file");
        thread.setDaemon(true);
    }

    /** Restores the counts of the file. To be called before the first datagram is read. */
    public void load() {
        try (InputStream file = Files.newInputStream(path)) {
            byte[] bytes = file.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new CorruptStateFileException("it has more than " + MAX_BYTES + " bytes");
            }
            long now = ticker.nanos();
            List<RetainedCount> counts =
                    StateFileFormat.read(new String(bytes, StandardCharsets.UTF_8), now, wallMillis.getAsLong());
            for (RetainedCount count : counts) {
                registry.restore(count);
                log.info("restored from " + path + ": " + (long) count.able() + " for " + count.name() + ", reported "
                        + Words.of(now - count.reportedAt()) + " ago");
            }
            saved = counts;
        } catch (NoSuchFileException e) {
            log.debug("no " + path + " yet (--state-file)");
        } catch (CorruptStateFileException e) {
            log.warn("--state-file " + path + " is not a state file of the sidecar (" + e.getMessage()
                    + "): starting without it");
        } catch (IOException | RuntimeException e) {
            log.warn("--state-file " + path + " could not be read (" + e + "): starting without it");
        }
    }

    /** Saves from now on. */
    public void start() {
        thread.start();
    }

    /** Saves once more, and waits for that for a second at most. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        try {
            thread.join(SAVE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        boolean last = false;
        while (!last) {
            last = awaitNextSave();
            save();
        }
    }

    /** Returns whether this was closed. */
    private synchronized boolean awaitNextSave() {
        long until = ticker.nanos() + Duration.ofMillis(SAVE_MILLIS).toNanos();
        try {
            for (long left = SAVE_MILLIS; !closed && left > 0; left = (until - ticker.nanos()) / 1_000_000) {
                wait(left);
            }
            return closed;
        } catch (InterruptedException e) {
            return true;
        }
    }

    /** Not concurrently with itself. */
    void save() {
        List<RetainedCount> counts = registry.retained();
        if (counts.equals(saved)) {
            return;
        }
        try {
            Files.writeString(next, StateFileFormat.of(counts, ticker.nanos(), wallMillis.getAsLong()));
            Files.move(next, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            saved = counts;
            if (failed) {
                failed = false;
                log.info("--state-file " + path + " can be written again");
            }
        } catch (IOException | RuntimeException e) {
            if (!failed) {
                failed = true;
                log.warn("--state-file " + path + " cannot be written (" + e
                        + "): a restarted sidecar will not know the last counts; it is tried again each second");
            }
        }
    }
}
