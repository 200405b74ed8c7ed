package com.approck.healthcheck.it.support.process;

import java.io.File;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A JDK on this machine.
 *
 * <p>Found are the one that runs the tests, those beside it in the same folder, and those that {@code JAVA_HOME},
 * {@code JAVA_HOMES} (a path list) or any {@code JAVA_HOME_…} names; one of each feature release, from 17.
 */
public record Jdk(int feature, Path home) {

    private static final int OLDEST = 17;
    private static final List<Jdk> ALL = find();

    public static List<Jdk> all() {
        return ALL;
    }

    /** The one that runs the tests. */
    public static Jdk running() {
        return at(Path.of(System.getProperty("java.home"))).orElseThrow();
    }

    public Path tool(String name) {
        return home.resolve("bin").resolve(name);
    }

    @Override
    public String toString() {
        return "JDK " + feature;
    }

    private static List<Jdk> find() {
        Path running = Path.of(System.getProperty("java.home"));
        List<Path> homes = new ArrayList<>();
        homes.add(running);
        homes.addAll(namedByEnvironment());
        homes.addAll(beside(running));
        Map<Integer, Jdk> byFeature = new TreeMap<>();
        for (Path home : homes) {
            at(home).filter(jdk -> jdk.feature >= OLDEST).ifPresent(jdk -> byFeature.putIfAbsent(jdk.feature, jdk));
        }
        return List.copyOf(byFeature.values());
    }

    private static Collection<Path> namedByEnvironment() {
        List<Path> homes = new ArrayList<>();
        new TreeMap<>(System.getenv()).forEach((name, value) -> {
            if (name.startsWith("JAVA_HOME")) {
                for (String home : value.split(File.pathSeparator, -1)) {
                    homes.add(Path.of(home));
                }
            }
        });
        return homes;
    }

    private static Collection<Path> beside(Path running) {
        try (Stream<Path> siblings = Files.list(running.toRealPath().getParent())) {
            return siblings.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<Jdk> at(Path home) {
        Path release = home.resolve("release");
        if (!Files.isExecutable(home.resolve("bin/javac")) || !Files.isReadable(release)) {
            return Optional.empty();
        }
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(release)) {
            properties.load(reader);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String version = properties.getProperty("JAVA_VERSION", "\"0\"").replace("\"", "");
        return Optional.of(new Jdk(Runtime.Version.parse(version).feature(), home));
    }
}
