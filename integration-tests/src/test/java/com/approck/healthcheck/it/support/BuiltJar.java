package com.approck.healthcheck.it.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.stream.Stream;

/** A module's jar. One that is older than a source file of its module is refused, so that no test runs on an old jar. */
final class BuiltJar {

    private static final String COMMAND = "run `mvn -q -DskipTests package` in the top directory first";

    private final Path path;
    /** Why the jar is refused, or null. */
    private final String problem;

    private BuiltJar(Path path, String problem) {
        this.path = path;
        this.problem = problem;
    }

    /** Looks for {@code target/name} in the module, and compares its time with those of all files in {@code src/main}. */
    static BuiltJar find(Path module, String name) {
        Path folder = module.toAbsolutePath().normalize();
        Path jar = folder.resolve("target").resolve(name);
        if (!Files.isReadable(jar)) {
            return new BuiltJar(jar, "there is no " + jar + ": " + COMMAND);
        }
        FileTime built = lastModified(jar);
        try (Stream<Path> files = Files.walk(folder.resolve("src/main"))) {
            return files.filter(Files::isRegularFile)
                    .filter(source -> lastModified(source).compareTo(built) > 0)
                    .findFirst()
                    .map(source -> new BuiltJar(jar, jar + " is older than " + source + ": " + COMMAND))
                    .orElse(new BuiltJar(jar, null));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static FileTime lastModified(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The jar; fails, with the command that builds it, if there is none or an old one. */
    Path path() {
        if (problem != null) {
            throw new AssertionError(problem);
        }
        return path;
    }
}
