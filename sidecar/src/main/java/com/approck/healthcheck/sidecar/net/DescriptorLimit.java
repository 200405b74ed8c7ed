package com.approck.healthcheck.sidecar.net;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The limit on the file descriptors of this process, as Linux reports it. */
public final class DescriptorLimit {
    /** What is opened besides connections of probers: selectors, listening sockets, the call to the application, files. */
    static final int RESERVED = 20;

    private DescriptorLimit() {}

    /**
     * Returns how many connections there may be at once: as many as wanted, or fewer where the limit is lower. A connection
     * for which there is no descriptor cannot even be accepted, so that nothing can be closed for it.
     */
    public static int connections(int wanted) {
        String[] open = new File("/proc/self/fd").list();
        try {
            return open == null
                    ? wanted
                    : connections(wanted, Files.readAllLines(Path.of("/proc/self/limits")), open.length);
        } catch (IOException | RuntimeException e) {
            // Not Linux, or not to be read.
            return wanted;
        }
    }

    static int connections(int wanted, List<String> limits, int open) {
        for (String line : limits) {
            if (line.startsWith("Max open files")) {
                String soft = line.substring("Max open files".length()).strip().split("\\s+", 2)[0];
                return soft.equals("unlimited")
                        ? wanted
                        : (int) Math.max(1, Math.min(wanted, Long.parseLong(soft) - open - RESERVED));
            }
        }
        return wanted;
    }
}
