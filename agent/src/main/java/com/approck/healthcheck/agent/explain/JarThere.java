package com.approck.healthcheck.agent.explain;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The agent's jar as the other process finds it: under the same path, or in a container without that file as a copy in its
 * {@code /tmp}, which is deleted once the answer is there.
 *
 * <p>The copy always has the same name. The JVM keeps the entry class of the first question, which looks for the jar at the path
 * that it was loaded from. A jar that is open can be read after it is deleted.
 */
public final class JarThere implements AutoCloseable {
    private static final String COPY = "healthcheck-explain.jar";

    private final String path;
    private final Path copy;

    private JarThere(String path, Path copy) {
        this.path = path;
        this.copy = copy;
    }

    /**
     * Makes sure that the process has the jar. Where it has no {@code /tmp} either, no JVM can be attached to.
     *
     * @throws IOException if the jar can't be copied
     * @throws java.nio.file.FileAlreadyExistsException if there is a copy already: of another question, or of one that was killed
     */
    public static JarThere of(OtherRoot root, File jar) throws IOException {
        if (!root.isWithout(jar) || root.isWithoutTemporaryFolder()) {
            return new JarThere(jar.getAbsolutePath(), null);
        }
        Path copy = root.temporaryFolder().resolve(COPY);
        // Never into a file or through a link that somebody in the container has put there.
        try (OutputStream out = Files.newOutputStream(copy, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
            new File(copy.toString()).deleteOnExit();
            Files.copy(jar.toPath(), out);
        }
        root.give(copy);
        return new JarThere(root.pathThere(copy), copy);
    }

    /** Returns its path as the other process names it. */
    public String path() {
        return path;
    }

    @Override
    public void close() throws IOException {
        if (copy != null) {
            Files.deleteIfExists(copy);
        }
    }
}
