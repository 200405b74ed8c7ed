package com.approck.healthcheck.it.support.process;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A wall clock that can be set back and forth below running processes, by Debian's libfaketime. Their monotonic clock runs
 * on as a wall clock's being set leaves it.
 */
public final class FakeClock {

    private static final Path LIBRARIES = Path.of("/usr/lib");

    private final Path library;
    private final Path file;

    private FakeClock(Path library, Path file) {
        this.library = library;
        this.file = file;
    }

    /** A clock that is right, so far. Fails or skips the calling test where the library is missing. */
    public static FakeClock start() {
        Tool.FAKETIME.require();
        try (Stream<Path> architectures = Files.list(LIBRARIES)) {
            Path library = architectures
                    .map(folder -> folder.resolve("faketime").resolve("libfaketimeMT.so.1"))
                    .filter(Files::exists)
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no libfaketimeMT.so.1 below " + LIBRARIES));
            Path folder = Files.createDirectories(Path.of("target", "it").toAbsolutePath());
            FakeClock clock = new FakeClock(library, Files.createTempFile(folder, "clock", ""));
            clock.set(Duration.ZERO);
            return clock;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a process is to be started with. */
    public Map<String, String> environment() {
        return Map.of(
                "LD_PRELOAD", library.toString(),
                "FAKETIME_TIMESTAMP_FILE", file.toString(),
                // In seconds. Without a cache each look at any clock reads the file.
                "FAKETIME_CACHE_DURATION", "1",
                "FAKETIME_DONT_FAKE_MONOTONIC", "1",
                // For an old glibc: with it, the timed waits of a JVM end at once, which is a JVM that crawls.
                "FAKETIME_FORCE_MONOTONIC_FIX", "0");
    }

    /** Sets the clock to that long after (or before) the true time; the processes see it within a second. */
    public void set(Duration offset) {
        try {
            Path next = Files.writeString(
                    file.resolveSibling(file.getFileName() + "-next"), "%+d".formatted(offset.toSeconds()));
            Files.move(next, file, ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
