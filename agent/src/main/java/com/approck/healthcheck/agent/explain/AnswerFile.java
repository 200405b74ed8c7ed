package com.approck.healthcheck.agent.explain;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The file by which the answer gets from one JVM to the other: made by the asking process, empty, with a random name, for its
 * owner alone; written by the other JVM, which makes no file of its own; and deleted by the one that asked.
 *
 * <p>On Linux it is in {@code /tmp} as the other process sees it: the JVM has its socket for attaching there too. A root that
 * asks gives it to the user of the other process.
 */
public final class AnswerFile implements AutoCloseable {
    /** The last byte of a whole answer; a text has no other control character but line ends. */
    private static final byte END = 4;

    /** An answer is bounded where it is written; what is longer is none. */
    private static final long MAX_BYTES = 4L << 20;

    private final Path path;
    private final String pathThere;

    private AnswerFile(Path path, String pathThere) {
        this.path = path;
        this.pathThere = pathThere;
    }

    /** Makes the file. */
    public static AnswerFile create(OtherRoot root) throws IOException {
        // Without permissions named, the JDK gives them to the owner alone.
        Path path = Files.createTempFile(root.temporaryFolder(), "healthcheck-explain-", ".txt");
        root.give(path);
        return new AnswerFile(path, root.pathThere(path));
    }

    /** Returns its path as the other process names it. */
    public String pathThere() {
        return pathThere;
    }

    /** Returns the answer; null if it is not there yet, or not whole. */
    public String read() throws IOException {
        if (Files.size(path) == 0 || Files.size(path) > MAX_BYTES) {
            return null;
        }
        byte[] bytes = Files.readAllBytes(path);
        return bytes[bytes.length - 1] == END ? new String(bytes, 0, bytes.length - 1, StandardCharsets.UTF_8) : null;
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(path);
    }

    /** Has it deleted even if this JVM is ended by a signal before that. */
    public void deleteOnExit() {
        new File(path.toString()).deleteOnExit();
    }

    /** Writes an answer into the file of another process; on the thread of the caller, and for as long as the disk takes. */
    public static void write(Path file, String answer) throws IOException {
        byte[] bytes = (answer + (char) END).getBytes(StandardCharsets.UTF_8);
        try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
            out.write(bytes);
        }
    }
}
