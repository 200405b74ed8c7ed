package com.approck.healthcheck.it.support.samples;

import static java.util.stream.Collectors.joining;

import com.approck.healthcheck.it.support.BuiltJars;
import eu.maveniverse.maven.mima.context.Context;
import eu.maveniverse.maven.mima.context.ContextOverrides;
import eu.maveniverse.maven.mima.runtime.standalonestatic.StandaloneStaticRuntime;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.eclipse.aether.artifact.DefaultArtifact;
import org.eclipse.aether.collection.CollectRequest;
import org.eclipse.aether.graph.Dependency;
import org.eclipse.aether.graph.DependencyFilter;
import org.eclipse.aether.resolution.ArtifactRequest;
import org.eclipse.aether.resolution.ArtifactResolutionException;
import org.eclipse.aether.resolution.ArtifactResult;
import org.eclipse.aether.resolution.DependencyRequest;
import org.eclipse.aether.resolution.DependencyResolutionException;

/**
 * Turns a {@link ServerVersion} into a class path: the samples as the build compiled them, and the version's libraries from
 * the local Maven repository, or the remote ones that the user's settings name.
 *
 * <p>With Spring Boot's loader among the libraries, all becomes one executable jar as Boot's build plugins make it; with
 * JBoss Modules, all others become one module, in a class loader as those of WildFly; with a framework of OSGi, one
 * bundle.
 */
public final class SampleClassPath {

    private static final Path TARGET = Path.of("target", "samples");
    private static final String PACKAGE = "com.approck.healthcheck.it.sample.";
    /**
     * Samples that the JDK of the build may be too old to compile, because their server's classes are for a newer one. The
     * JDK that runs such a sample compiles it in memory (JEP 330).
     */
    private static final Path SOURCES = Path.of("samples/src/java21/java/com/approck/healthcheck/it/sample");

    private static final Map<ServerVersion, List<String>> DONE = new ConcurrentHashMap<>();

    private SampleClassPath() {}

    /** The arguments of {@code java} that run the sample of this version. */
    public static List<String> of(ServerVersion server) {
        return DONE.computeIfAbsent(server, SampleClassPath::build);
    }

    /** An artifact without what it depends on. */
    public static Path alone(String coordinate) {
        try (Context context = context()) {
            ArtifactRequest request =
                    new ArtifactRequest(new DefaultArtifact(coordinate), context.remoteRepositories(), null);
            return context.repositorySystem()
                    .resolveArtifact(context.repositorySystemSession(), request)
                    .getArtifact()
                    .getFile()
                    .toPath();
        } catch (ArtifactResolutionException e) {
            throw new AssertionError("cannot resolve " + coordinate + ": " + e.getMessage(), e);
        }
    }

    /** A program that is no sample: these artifacts and all that they need at run time. */
    public static String ofLibraries(String... coordinates) {
        return resolve(List.of(coordinates), true).stream().map(File::getPath).collect(joining(File.pathSeparator));
    }

    /** The jar of a library. */
    public static Path jar(String coordinate) {
        return resolve(List.of(coordinate), true).get(0).toPath();
    }

    private static List<String> build(ServerVersion server) {
        List<File> libraries = resolve(server.coordinates(), server.natives());
        String mainClass = PACKAGE + server.sample();
        if (libraries.stream().anyMatch(ExecutableJar::isLoader)) {
            Path jar = target(server).resolve(server.id() + ".jar");
            return List.of(
                    "-jar",
                    ExecutableJar.write(jar, mainClass, BuiltJars.sampleClasses(), libraries)
                            .toString());
        }
        File modules = libraries.stream()
                .filter(library -> library.getName().startsWith("jboss-modules-"))
                .findFirst()
                .orElse(null);
        if (modules != null) {
            Path path = target(server).resolve("modules");
            writeModule(path.resolve("app/main"), mainClass, BuiltJars.samples(), libraries);
            return List.of("-jar", modules.getPath(), "-mp", path.toString(), "app");
        }
        List<File> frameworks =
                libraries.stream().filter(OsgiBundle::isFramework).toList();
        if (!frameworks.isEmpty()) {
            Path bundle = target(server).resolve("app.jar");
            libraries.removeAll(frameworks);
            return List.of(
                    "-cp",
                    BuiltJars.samples() + File.pathSeparator + frameworks.get(0).getPath(),
                    PACKAGE + "OsgiLauncher",
                    OsgiBundle.write(bundle, BuiltJars.sampleClasses(), libraries)
                            .toString(),
                    mainClass);
        }
        List<String> classPath = new ArrayList<>();
        if (server.sample().equals("JettyServletSample")) {
            classPath.add(BuiltJars.jettyServletSample().toString());
        }
        classPath.add(BuiltJars.samples().toString());
        libraries.forEach(library -> classPath.add(library.getPath()));
        Path source = SOURCES.resolve(server.sample() + ".java");
        return List.of(
                "-cp",
                String.join(File.pathSeparator, classPath),
                Files.exists(source) ? source.toString() : mainClass);
    }

    private static Path target(ServerVersion server) {
        try {
            return Files.createDirectories(TARGET.resolve(server.id())).toAbsolutePath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void writeModule(Path folder, String mainClass, Path samples, List<File> libraries) {
        String roots = Stream.concat(Stream.of(samples.toFile()), libraries.stream())
                .map(root -> "<resource-root path='" + root + "'/>")
                .collect(joining("\n"));
        String module = """
                <module xmlns='urn:jboss:module:1.9' name='app'>
                  <main-class name='%s'/>
                  <resources>%s</resources>
                  <dependencies>
                    <module name='java.se'/><module name='jdk.unsupported'/>
                  </dependencies>
                </module>
                """.formatted(mainClass, roots);
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve("module.xml"), module);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Context context() {
        ContextOverrides.Builder overrides = ContextOverrides.create().withUserSettings(true);
        String localRepository = System.getProperty("maven.repo.local");
        if (localRepository != null) {
            overrides.withLocalRepositoryOverride(Path.of(localRepository));
        }
        return new StandaloneStaticRuntime().create(overrides.build());
    }

    /** These artifacts and all that they need at run time, with or without what is built for one machine only. */
    private static List<File> resolve(List<String> coordinates, boolean natives) {
        try (Context context = context()) {
            CollectRequest collect = new CollectRequest();
            collect.setRepositories(context.remoteRepositories());
            for (String coordinate : coordinates) {
                collect.addDependency(new Dependency(new DefaultArtifact(coordinate), "runtime"));
            }
            // Such libraries have a classifier: linux-x86_64.
            DependencyFilter filter = (node, parents) -> natives
                    || node.getArtifact() == null
                    || node.getArtifact().getClassifier().isEmpty();
            List<File> files = new ArrayList<>();
            for (ArtifactResult result : context.repositorySystem()
                    .resolveDependencies(context.repositorySystemSession(), new DependencyRequest(collect, filter))
                    .getArtifactResults()) {
                files.add(result.getArtifact().getFile());
            }
            return files;
        } catch (DependencyResolutionException e) {
            throw new AssertionError("cannot resolve " + coordinates + ": " + e.getMessage(), e);
        }
    }
}
