package com.approck.healthcheck.sidecar.workers;

import com.approck.healthcheck.sidecar.text.Format;
import com.approck.healthcheck.sidecar.text.Log;
import com.approck.healthcheck.sidecar.text.Ticker;
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
 * Keeps in a file what was told without a lease, for those who say it once: a sidecar that was restarted knows it again.
 *
 * <p>The file is written at most once a second, only if something was heard, and replaced in one step, so that it is
 * whole whenever we die. It holds the wall clock's time of each word: the monotonic one may have started anew. A file
 * that cannot be read, written or understood is one line in the log, and the sidecar runs on without.
 */
public final class StateFile implements AutoCloseable {
    private static final long SAVE_MILLIS = 1000;
    private static final int MOST_BYTES = 64 * 1024;

    private final Path path;
    private final Path next;
    private final SourceRegistry workers;
    private final Ticker ticker;
    private final LongSupplier wallMillis;
    private final Log log;
    private final Thread thread;
    private List<RetainedCount> saved = List.of();
    private boolean failed;
    private boolean closed;

    public StateFile(Path path, SourceRegistry workers, Ticker ticker, LongSupplier wallMillis, Log log) {
        this.path = path;
        this.next = path.resolveSibling(path.getFileName() + ".next");
        this.workers = workers;
        this.ticker = ticker;
        this.wallMillis = wallMillis;
        this.log = log;
        this.thread = new Thread(this::run, "state-file");
        thread.setDaemon(true);
    }

    /** Has the workers know again what the file says. To be called before anything is heard. */
    public void load() {
        try (InputStream file = Files.newInputStream(path)) {
            byte[] bytes = file.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw new CorruptStateFileException("it has more than " + MOST_BYTES + " bytes");
            }
            long now = ticker.nanos();
            List<RetainedCount> kept =
                    StateFileFormat.read(new String(bytes, StandardCharsets.UTF_8), now, wallMillis.getAsLong());
            for (RetainedCount word : kept) {
                workers.restore(word);
                log.info("restored from " + path + ": " + (long) word.able() + " for " + word.name() + ", reported "
                        + Format.of(now - word.heardAt()) + " ago");
            }
            saved = kept;
        } catch (NoSuchFileException e) {
            log.debug("no " + path + " yet (--state-file)");
        } catch (CorruptStateFileException e) {
            log.warn("--state-file " + path + " is corrupt (" + e.getMessage() + "): starting without it");
        } catch (IOException | RuntimeException e) {
            log.warn("--state-file " + path + " could not be read (" + e + "): starting without it");
        }
    }

    /** Saves from now on. */
    public void start() {
        thread.start();
    }

    /** Saves once more, for a second at most. */
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
            last = pause();
            save();
        }
    }

    /** Whether we were closed. */
    private synchronized boolean pause() {
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
        List<RetainedCount> kept = workers.kept();
        if (kept.equals(saved)) {
            return;
        }
        try {
            Files.writeString(next, StateFileFormat.of(kept, ticker.nanos(), wallMillis.getAsLong()));
            Files.move(next, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            saved = kept;
            if (failed) {
                failed = false;
                log.info("--state-file " + path + " can be written again");
            }
        } catch (IOException | RuntimeException e) {
            if (!failed) {
                failed = true;
                log.warn("--state-file " + path + " could not be written (" + e
                        + "); a restarted sidecar would start without it; trying again");
            }
        }
    }
}
