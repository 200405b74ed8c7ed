package com.approck.healthcheck.it.support.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A limit at which running processes can create no thread, to be reached and lifted at any time. */
public final class ThreadLimit {

    private static final Duration TO_COMPILE = Duration.ofSeconds(60);

    private final Path library;
    private final Path file;

    private ThreadLimit(Path library, Path file) {
        this.library = library;
        this.file = file;
    }

    /** A limit that is not reached, so far. Fails or skips the calling test where there is no C compiler. */
    public static ThreadLimit make() {
        Tool.COMPILER.require();
        try (InputStream resource = ThreadLimit.class.getResourceAsStream("/limit/nothreads.c")) {
            Path folder = Files.createTempDirectory(
                    Files.createDirectories(Path.of("target", "it").toAbsolutePath()), "limit");
            Path source = Files.write(folder.resolve("nothreads.c"), resource.readAllBytes());
            Path library = folder.resolve("nothreads.so");
            List<String> command =
                    List.of("/usr/bin/gcc", "-shared", "-fPIC", "-o", library.toString(), source.toString(), "-ldl");
            try (ProcessUnderTest compiler = ProcessUnderTest.start("gcc", Map.of(), command)) {
                if (compiler.awaitExit(TO_COMPILE) != 0) {
                    throw new AssertionError(compiler.describe());
                }
            }
            return new ThreadLimit(library, folder.resolve("reached"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a process is to be started with. */
    public Map<String, String> environment() {
        return Map.of("LD_PRELOAD", library.toString(), "NO_THREADS", file.toString());
    }

    /** From now on no thread can be created. */
    public Moment reach() {
        try {
            Files.createFile(file);
            return Moment.now();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Threads can be created again. */
    public Moment lift() {
        try {
            Files.delete(file);
            return Moment.now();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
