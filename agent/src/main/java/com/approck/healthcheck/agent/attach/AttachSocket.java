package com.approck.healthcheck.agent.attach;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.List;

/**
 * The socket on which a JVM takes connections of the attach interface: {@code /tmp/.java_pid} and its pid, both as the JVM
 * itself sees them. A JVM that is killed leaves the file. One that gets the same pid later deletes it when it starts (HotSpot's
 * {@code AttachListener::vm_start}), but can't if the file is another user's; then nobody can attach to it.
 */
final class AttachSocket {
    /** By strerror(3). In another language the failure is named, and nothing is deleted. */
    private static final String REFUSED = "Connection refused";

    private final Path file;
    private final String fileThere;

    private AttachSocket(Path file, String fileThere) {
        this.file = file;
        this.fileThere = fileThere;
    }

    static AttachSocket of(String pid) {
        Path process = Paths.get("/proc", pid);
        String name = ".java_pid" + pidThere(process, pid);
        return new AttachSocket(process.resolve("root/tmp").resolve(name), "/tmp/" + name);
    }

    /**
     * Deletes the file if it is a dead JVM's.
     *
     * @param failure why attaching failed; a refused connection shows that no process has the socket any more, and none can
     *     listen on that file again
     * @return whether it was deleted, so that another attempt makes sense
     */
    boolean deleteIfDead(Throwable failure) {
        if (!isDead(failure)) {
            return false;
        }
        try {
            return Files.deleteIfExists(file);
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    /**
     * Says what is wrong with the file and what to do; null if nothing is.
     *
     * @param ownJvm whether the JVM is one of the user who asks: then a file of another user's is not its own
     */
    String problem(Throwable failure, boolean ownJvm) {
        boolean ofAnotherUser = ownJvm
                && failure instanceof IOException
                && String.valueOf(failure.getMessage()).contains("is not secure");
        if (!isDead(failure) && !ofAnotherUser) {
            return null;
        }
        return "a dead JVM with the same pid has left its socket " + fileThere
                + ": delete that file, as its owner or as root, and run this command again (" + failure.getMessage()
                + ")";
    }

    private static boolean isDead(Throwable failure) {
        return failure instanceof IOException && REFUSED.equals(failure.getMessage());
    }

    /** The pid inside the process's own container: the last of those that the kernel lists. */
    private static String pidThere(Path process, String pid) {
        try {
            List<String> status = Files.readAllLines(process.resolve("status"), StandardCharsets.ISO_8859_1);
            for (String line : status) {
                if (line.startsWith("NSpid:")) {
                    return line.substring(line.lastIndexOf('\t') + 1);
                }
            }
        } catch (IOException | RuntimeException e) {
            // No Linux, or no right to look: what the caller knows has to do.
        }
        return pid;
    }
}
