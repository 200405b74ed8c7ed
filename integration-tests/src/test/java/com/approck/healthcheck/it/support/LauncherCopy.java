package com.approck.healthcheck.it.support;

import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Copies of the launcher's directory. */
public final class LauncherCopy {

    private static final Duration TO_MAKE = Duration.ofSeconds(60);

    private LauncherCopy() {}

    /** Without an archive and a runtime of its own. */
    public static Path of(Path launcher, Path copy) {
        try (Stream<Path> files = Files.walk(launcher)) {
            for (Path file : files.toList()) {
                Path name = launcher.relativize(file);
                Path to = copy.resolve(name);
                if (name.startsWith("runtime")) {
                    // Would be taken before the Java that is asked for; the build has it only with its profile.
                    continue;
                }
                if (Files.isDirectory(file)) {
                    Files.createDirectories(to);
                } else if (!file.getFileName().toString().startsWith("archive.")) {
                    Files.copy(file, to, StandardCopyOption.COPY_ATTRIBUTES, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return copy;
    }

    /** With an archive for this Java, as a container image has it. */
    public static Path withArchive(Path launcher, Path copy, Jdk jdk) {
        of(launcher, copy);
        try (ProcessUnderTest making = ProcessUnderTest.start(
                "make-archive",
                Map.of("JAVA_HOME", jdk.home().toString()),
                List.of(copy.resolve("bin/make-archive").toString()))) {
            if (making.awaitExit(TO_MAKE) != 0) {
                throw new AssertionError(making.describe());
            }
        }
        return copy;
    }
}
