package com.approck.healthcheck.it.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What Linux says about a process in {@code /proc}. */
final class ProcessFigures {

    /** Of {@code /proc/PID/stat}: USER_HZ is 100 on every Linux that runs a JVM. */
    private static final double TICKS_A_SECOND = 100;

    private final Path folder;

    ProcessFigures(long pid) {
        folder = Path.of("/proc", Long.toString(pid));
    }

    /** User and system time so far. */
    double cpuSeconds() {
        String stat = read("stat");
        String[] afterName = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(afterName[11]) + Long.parseLong(afterName[12])) / TICKS_A_SECOND;
    }

    double residentMegabytes() {
        return status("VmRSS:");
    }

    /** The most that it ever was. */
    double peakMegabytes() {
        return status("VmHWM:");
    }

    private double status(String name) {
        return read("status")
                .lines()
                .filter(line -> line.startsWith(name))
                .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) / 1024)
                .findFirst()
                .orElseThrow();
    }

    private String read(String file) {
        try {
            return Files.readString(folder.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
