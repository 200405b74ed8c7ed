package com.approck.healthcheck.it.support.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The limit on the file descriptors of a process that runs, by {@code prlimit} of util-linux. */
public final class DescriptorLimit {

    private static final Duration TO_SET = Duration.ofSeconds(10);

    private final long pid;

    public DescriptorLimit(ProcessUnderTest process) {
        this.pid = process.pid();
    }

    /** Lets it have so many more than it has open now; the hard limit stays. */
    public Moment leave(int more) {
        try (Stream<Path> open = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            // Descriptors are numbers, and the least free one is taken.
            return set(open.count() + more + ":");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lets it have thousands again. */
    public Moment lift() {
        return set("4096:");
    }

    private Moment set(String limit) {
        try (ProcessUnderTest prlimit = ProcessUnderTest.start(
                "prlimit", Map.of(), List.of("prlimit", "--pid", Long.toString(pid), "--nofile=" + limit))) {
            if (prlimit.awaitExit(TO_SET) != 0) {
                throw new AssertionError(prlimit.describe());
            }
            return Moment.now();
        }
    }
}
