package com.approck.healthcheck.agent.explain;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.Paths;

/**
 * The files of another process, which may be in a container with another root. Linux shows them below {@code /proc/PID/root} to
 * root and to the process's own user; elsewhere, and for anybody else, that process has the same files as this one. Immutable.
 */
public final class OtherRoot {
    private static final String TEMPORARY = "tmp";

    private final Path process;
    private final Path root;

    public OtherRoot(String pid) {
        this(Paths.get("/proc", pid));
    }

    /** @param process the folder in which the kernel shows the process */
    OtherRoot(Path process) {
        this.process = process;
        this.root = process.resolve("root");
    }

    /** Returns whether the files below its root can be looked at. */
    public boolean isVisible() {
        return Files.isDirectory(root) && Files.isExecutable(root);
    }

    /** Returns whether it is known not to have a file of that name. */
    public boolean isWithout(File file) {
        return isVisible() && !Files.exists(here(file.getAbsolutePath()));
    }

    /** Returns whether its {@code /tmp} is known to be missing, or a link, or closed to the caller, or on a file system without writes. */
    public boolean isWithoutTemporaryFolder() {
        return isVisible() && !hasTemporaryFolder();
    }

    /** Returns the folder in which both processes can have a file: its {@code /tmp}, else the own folder for such files. */
    Path temporaryFolder() {
        return hasTemporaryFolder() ? root.resolve(TEMPORARY) : Paths.get(System.getProperty("java.io.tmpdir"));
    }

    private boolean hasTemporaryFolder() {
        Path folder = root.resolve(TEMPORARY);
        // A link would lead to a folder of this process's own root.
        return Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS) && Files.isWritable(folder);
    }

    private Path here(String absolutePath) {
        return root.resolve(absolutePath.substring(1));
    }

    /** Returns how the other process names a file that is in {@link #temporaryFolder()}. */
    String pathThere(Path path) {
        return path.startsWith(root)
                ? "/" + root.relativize(path)
                : path.toAbsolutePath().toString();
    }

    /** Makes the other process's user the owner of a file; of the link itself if somebody there has put one in its place. */
    void give(Path path) {
        if (!path.startsWith(root)) {
            return;
        }
        try {
            for (String attribute : new String[] {"unix:gid", "unix:uid"}) {
                Object owner = Files.getAttribute(process, attribute);
                if (!owner.equals(Files.getAttribute(path, attribute, LinkOption.NOFOLLOW_LINKS))) {
                    Files.setAttribute(path, attribute, owner, LinkOption.NOFOLLOW_LINKS);
                }
            }
        } catch (IOException | RuntimeException e) {
            // Only root can. Then the other JVM refuses to be attached to as well.
        }
    }
}
