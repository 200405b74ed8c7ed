package com.approck.healthcheck.it.support;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BuiltJarTest {

    private static final Instant BUILT = Instant.parse("2026-01-01T12:00:00Z");

    @TempDir
    Path module;

    @BeforeEach
    void build() throws IOException {
        write("src/main/java/A.java", BUILT.minusSeconds(60));
        write("target/a.jar", BUILT);
    }

    @Test
    void jarThatIsNewerThanAllSources_isTaken() {
        assertEquals(
                module.resolve("target/a.jar"), BuiltJar.find(module, "a.jar").path());
    }

    @Test
    void jarThatIsOlderThanASource_isRefusedWithTheCommand() throws IOException {
        Path edited = write("src/main/resources/deep/b.txt", BUILT.plusSeconds(1));
        String refusal = refusal("a.jar");
        assertTrue(refusal.contains("a.jar is older than " + edited), refusal);
        assertTrue(refusal.contains("mvn -q -DskipTests package"), refusal);
    }

    @Test
    void sourceOfATest_makesNoJarOld() throws IOException {
        write("src/test/java/ATest.java", BUILT.plusSeconds(1));
        assertEquals(
                module.resolve("target/a.jar"), BuiltJar.find(module, "a.jar").path());
    }

    @Test
    void missingJar_isNamedWithTheCommand() {
        String refusal = refusal("b.jar");
        assertTrue(refusal.contains("there is no " + module.resolve("target/b.jar")), refusal);
        assertTrue(refusal.contains("mvn -q -DskipTests package"), refusal);
    }

    private String refusal(String name) {
        BuiltJar jar = BuiltJar.find(module, name);
        return assertThrows(AssertionError.class, jar::path).getMessage();
    }

    private Path write(String name, Instant modified) throws IOException {
        Path file = module.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, name);
        return Files.setLastModifiedTime(file, FileTime.from(modified));
    }
}
