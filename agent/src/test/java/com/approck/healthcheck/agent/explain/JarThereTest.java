package com.approck.healthcheck.agent.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a folder in the place of the one in which the kernel shows a process. */
final class JarThereTest {
    @TempDir
    private Path folder;

    private File jar;
    private Path temporary;
    private OtherRoot root;

    @BeforeEach
    void makeProcess() throws IOException {
        jar = Files.writeString(folder.resolve("agent.jar"), "classes").toFile();
        temporary = Files.createDirectories(folder.resolve("process/root/tmp"));
        root = new OtherRoot(folder.resolve("process"));
    }

    @Test
    void jarThatIsMissingThere_isCopiedUntilItIsClosed() throws IOException {
        Path copy = temporary.resolve("healthcheck-explain.jar");
        assertTrue(root.isWithout(jar));
        try (JarThere there = JarThere.of(root, jar)) {
            assertEquals("/tmp/healthcheck-explain.jar", there.path());
            assertEquals("classes", Files.readString(copy));
        }
        assertFalse(Files.exists(copy));
    }

    @Test
    void jarThatIsThereUnderTheSamePath_isNotCopied() throws IOException {
        Path there =
                folder.resolve("process/root").resolve(jar.getAbsolutePath().substring(1));
        Files.createDirectories(there.getParent());
        Files.writeString(there, "classes");

        assertIsNotCopied();
        assertTrue(Files.exists(there));
    }

    @Test
    void processWithoutATemporaryFolder_getsNoCopy() throws IOException {
        Files.delete(temporary);
        assertTrue(root.isWithoutTemporaryFolder());
        assertEquals(Path.of(System.getProperty("java.io.tmpdir")), root.temporaryFolder());
        assertIsNotCopied();
    }

    /** It would lead out of the container. */
    @Test
    void temporaryFolderThatIsALink_isNotFollowed() throws IOException {
        Path outside = Files.createDirectory(folder.resolve("outside"));
        Files.delete(temporary);
        Files.createSymbolicLink(temporary, outside);

        assertTrue(root.isWithoutTemporaryFolder());
        assertEquals(Path.of(System.getProperty("java.io.tmpdir")), root.temporaryFolder());
        assertIsNotCopied();
    }

    @Test
    void processThatCannotBeLookedInto_getsNoCopy() throws IOException {
        root = new OtherRoot(folder.resolve("gone"));
        assertFalse(root.isVisible());
        assertFalse(root.isWithout(jar));
        assertFalse(root.isWithoutTemporaryFolder());
        assertIsNotCopied();
    }

    @Test
    void copyOfAnotherQuestion_isLeftAlone() throws IOException {
        try (JarThere first = JarThere.of(root, jar)) {
            assertThrows(FileAlreadyExistsException.class, () -> JarThere.of(root, jar));
            assertTrue(Files.exists(temporary.resolve("healthcheck-explain.jar")), first::path);
        }
    }

    @Test
    void linkToAnotherFile_isNotFollowed() throws IOException {
        Path other = Files.writeString(folder.resolve("other"), "somebody's");
        Files.createSymbolicLink(temporary.resolve("healthcheck-explain.jar"), other);

        assertThrows(FileAlreadyExistsException.class, () -> JarThere.of(root, jar));
        assertEquals("somebody's", Files.readString(other));
    }

    private void assertIsNotCopied() throws IOException {
        try (JarThere there = JarThere.of(root, jar)) {
            assertEquals(jar.getAbsolutePath(), there.path());
            assertFalse(Files.exists(temporary.resolve("healthcheck-explain.jar")));
        }
        assertTrue(jar.exists());
    }
}
