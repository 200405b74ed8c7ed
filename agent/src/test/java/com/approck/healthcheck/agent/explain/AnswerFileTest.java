package com.approck.healthcheck.agent.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Between this process and itself. */
final class AnswerFileTest {
    private final String pid = Long.toString(ProcessHandle.current().pid());

    @Test
    void answer_isReadOnceItIsWhole() throws IOException {
        try (AnswerFile file = AnswerFile.create(new OtherRoot(pid))) {
            Path path = Path.of(file.pathThere());
            assertNull(file.read());
            Files.writeString(path, "all is w");
            assertNull(file.read());

            AnswerFile.write(path, "all is well, señor\n");

            assertEquals("all is well, señor\n", file.read());
        }
    }

    @Test
    void file_isItsOwnersAloneAndGoneAtTheEnd() throws IOException {
        Path path;
        try (AnswerFile file = AnswerFile.create(new OtherRoot(pid))) {
            path = Path.of(file.pathThere());
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
        }
        assertFalse(Files.exists(path));
    }

    @Test
    void processThatIsNotThere_hasItsFileWhereThisOneHas() throws IOException {
        try (AnswerFile file = AnswerFile.create(new OtherRoot("99999999"))) {
            assertEquals(
                    Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath(),
                    Path.of(file.pathThere()).getParent());
        }
    }

    @Test
    void answerThatNobodyWaitsFor_makesNoFile(@TempDir Path folder) {
        Path path = folder.resolve("answer");
        assertThrows(NoSuchFileException.class, () -> AnswerFile.write(path, "late"));
        assertFalse(Files.exists(path));
    }

    @Test
    void linkToAnotherFile_isNotFollowed(@TempDir Path folder) throws IOException {
        Path other = Files.writeString(folder.resolve("other"), "somebody's");
        Path link = Files.createSymbolicLink(folder.resolve("link"), other);
        assertThrows(IOException.class, () -> AnswerFile.write(link, "answer"));
        assertEquals("somebody's", Files.readString(other));
    }

    @Test
    void request_saysWhereAndWithWhichSettings() {
        String argument = new ExplainRequest("/tmp/a,b.txt", "pools=http-*,log=off").toArgument();
        ExplainRequest request = ExplainRequest.parse(argument.substring("--explain ".length()));

        assertEquals(Path.of("/tmp/a,b.txt"), request.file());
        assertEquals("pools=http-*,log=off", request.settings());
        assertEquals("", ExplainRequest.parse("/tmp/a.txt").settings());
    }
}
