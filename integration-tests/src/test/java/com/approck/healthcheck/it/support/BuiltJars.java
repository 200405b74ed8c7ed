package com.approck.healthcheck.it.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.stream.Stream;

/**
 * What the build left of each module. A jar that is older than a source file of its module is refused, so that no test runs
 * on an old jar in silence. That is looked at once, when the tests start: sources may be edited while they run.
 */
public final class BuiltJars {

    private static final Built AGENT = Built.find("../agent", "healthcheck-agent.jar");
    private static final Built SIDECAR = Built.find("../sidecar", "healthcheck-sidecar.jar");
    private static final Built SAMPLES = Built.find("samples", "healthcheck-samples.jar");
    private static final Built JETTY_SERVLET_SAMPLE =
            Built.find("samples-jetty-servlet", "healthcheck-samples-jetty-servlet.jar");
    private static final Built DEMO = Built.find("", "healthcheck-demo.jar");

    private BuiltJars() {}

    public static Path agent() {
        return AGENT.jar();
    }

    public static Path sidecar() {
        return SIDECAR.jar();
    }

    /** The directory with the launcher in it. */
    public static Path launcher() {
        return SIDECAR.jar().resolveSibling("healthcheck-sidecar");
    }

    public static Path samples() {
        return SAMPLES.jar();
    }

    /** The classes of {@link #samples()}. */
    public static Path sampleClasses() {
        return SAMPLES.jar().resolveSibling("classes");
    }

    /** The sample for Jetty 9.4 to 11; it needs {@link #samples()} beside it. */
    public static Path jettyServletSample() {
        return JETTY_SERVLET_SAMPLE.jar();
    }

    public static Path demo() {
        return DEMO.jar();
    }

    /** A jar, and what is wrong with it, or null. */
    private record Built(Path path, String problem) {

        private static final String COMMAND = "run `mvn -q -DskipTests package` in the top directory first";

        static Built find(String module, String name) {
            Path folder = Path.of(module).toAbsolutePath().normalize();
            Path jar = folder.resolve("target").resolve(name);
            if (!Files.isReadable(jar)) {
                return new Built(jar, "there is no " + jar + ": " + COMMAND);
            }
            try (Stream<Path> sources = Files.walk(folder.resolve("src/main"))) {
                FileTime built = Files.getLastModifiedTime(jar);
                return sources.filter(Files::isRegularFile)
                        .filter(source -> modified(source).compareTo(built) > 0)
                        .findFirst()
                        .map(source -> new Built(jar, jar + " is older than " + source + ": " + COMMAND))
                        .orElse(new Built(jar, null));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static FileTime modified(Path source) {
            try {
                return Files.getLastModifiedTime(source);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        Path jar() {
            if (problem != null) {
                throw new AssertionError(problem);
            }
            return path;
        }
    }
}
