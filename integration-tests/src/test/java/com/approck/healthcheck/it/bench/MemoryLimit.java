package com.approck.healthcheck.it.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A limit on the memory of processes as a container has it, by a control group of the kernel (of either version) and no
 * container.
 */
final class MemoryLimit implements AutoCloseable {

    private static final Path FIRST = Path.of("/sys/fs/cgroup/memory");
    private static final Path SECOND = Path.of("/sys/fs/cgroup");

    private final Path group;
    private final boolean second;

    private MemoryLimit(Path group, boolean second) {
        this.group = group;
        this.second = second;
    }

    /** Empty where this user can make no such group. */
    static Optional<MemoryLimit> of(long megabytes) {
        boolean second = Files.exists(SECOND.resolve("cgroup.controllers"));
        Path group = (second ? SECOND : FIRST)
                .resolve("healthcheck-bench-" + ProcessHandle.current().pid());
        try {
            Files.createDirectory(group);
            Files.writeString(
                    group.resolve(second ? "memory.max" : "memory.limit_in_bytes"), Long.toString(megabytes << 20));
            return Optional.of(new MemoryLimit(group, second));
        } catch (IOException e) {
            System.out.println("no limit on memory can be set here, that row is left out: " + e);
            return Optional.empty();
        }
    }

    /** The same command, below the limit. */
    List<String> around(List<String> command) {
        List<String> all = new ArrayList<>(List.of(
                "/bin/sh",
                "-c",
                "echo $$ > \"$0\" && exec \"$@\"",
                group.resolve("cgroup.procs").toString()));
        all.addAll(command);
        return all;
    }

    /** The most that was charged: the processes' own memory, and files that they were the first to read. */
    double peakMegabytes() {
        return Long.parseLong(read(second ? "memory.peak" : "memory.max_usage_in_bytes")
                        .strip())
                / 1024.0
                / 1024.0;
    }

    /** How often the kernel killed for want of memory. */
    long kills() {
        return read(second ? "memory.events" : "memory.oom_control")
                .lines()
                .filter(line -> line.startsWith("oom_kill "))
                .mapToLong(line -> Long.parseLong(line.substring("oom_kill ".length())))
                .sum();
    }

    private String read(String file) {
        try {
            return Files.readString(group.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** To be called when the processes have ended. */
    @Override
    public void close() {
        try {
            Files.delete(group);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
