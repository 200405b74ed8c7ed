package com.approck.healthcheck.it.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;

/** A copy of the launcher's directory, without an archive and a runtime of its own. */
public final class LauncherCopy {

    private LauncherCopy() {}

    public static Path of(Path launcher, Path copy) throws IOException {
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
                    Files.copy(file, to, StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
        return copy;
    }
}
