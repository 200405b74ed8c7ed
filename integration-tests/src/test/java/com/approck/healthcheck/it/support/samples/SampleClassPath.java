package com.approck.healthcheck.it.support.samples;

import static java.util.stream.Collectors.joining;

import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import eu.maveniverse.maven.mima.context.Context;
import eu.maveniverse.maven.mima.context.ContextOverrides;
import eu.maveniverse.maven.mima.runtime.standalonestatic.StandaloneStaticRuntime;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
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
 * Turns a {@link ServerVersion} into a class path: its libraries from the local Maven repository, or the remote ones that
 * the user's settings name, and its sample compiled against just these. Once per version and run of the tests.
 *
 * <p>With Spring Boot's loader among the libraries, all becomes one executable jar as Boot's build plugins make it; with
 * JBoss Modules, all others become one module, in a class loader as those of WildFly; with a framework of OSGi, one
 * bundle.
 */
public final class SampleClassPath {

    private static final Path TARGET = Path.of("target", "samples");
    /** Where a sample's source may be: built with the module, or only here, where its API fits no other version. */
    private static final List<Path> SOURCES = List.of(
            Path.of("src/main/java/com/approck/healthcheck/it/sample"),
            Path.of("src/samples/java/com/approck/healthcheck/it/sample"));
    /** What every sample needs beside its own source. */
    private static final List<String> SHARED =
            List.of("BufferedReply", "Faults", "FullHeapSelector", "Options", "Program", "Reply");

    /** The sample that another is an extension of. */
    private static final Map<String, String> EXTENDED = Map.of(
            "JettyWebSocketSample",
            "JettySample",
            "TomcatWebSocketSample",
            "TomcatSample",
            "QuarkusSample",
            "VertxSample");

    private static final Duration TO_COMPILE = Duration.ofSeconds(60);

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

    /** The jar of a library. */
    public static Path jar(String coordinate) {
        return resolve(List.of(coordinate), true).get(0).toPath();
    }

    private static List<String> build(ServerVersion server) {
        List<File> libraries = resolve(server.coordinates(), server.natives());
        Path classes = compile(server, "classes", libraries, samples(server));
        String mainClass = "com.approck.healthcheck.it.sample." + server.sample();
        if (libraries.stream().anyMatch(ExecutableJar::isLoader)) {
            Path jar = TARGET.resolve(server.id()).resolve(server.id() + ".jar").toAbsolutePath();
            return List.of(
                    "-jar",
                    ExecutableJar.write(jar, mainClass, classes, libraries).toString());
        }
        File modules = libraries.stream()
                .filter(library -> library.getName().startsWith("jboss-modules-"))
                .findFirst()
                .orElse(null);
        if (modules != null) {
            Path path = TARGET.resolve(server.id()).resolve("modules").toAbsolutePath();
            writeModule(path.resolve("app/main"), mainClass, classes, libraries);
            return List.of("-jar", modules.getPath(), "-mp", path.toString(), "app");
        }
        List<File> frameworks =
                libraries.stream().filter(OsgiBundle::isFramework).toList();
        if (!frameworks.isEmpty()) {
            Path launcher = compile(server, "launcher", frameworks, Stream.of("OsgiLauncher"));
            Path bundle = TARGET.resolve(server.id()).resolve("app.jar").toAbsolutePath();
            libraries.removeAll(frameworks);
            return List.of(
                    "-cp",
                    launcher.toAbsolutePath()
                            + File.pathSeparator
                            + frameworks.get(0).getPath(),
                    "com.approck.healthcheck.it.sample.OsgiLauncher",
                    OsgiBundle.write(bundle, classes, libraries).toString(),
                    mainClass);
        }
        String classPath = classes.toAbsolutePath()
                + File.pathSeparator
                + libraries.stream().map(File::getPath).collect(joining(File.pathSeparator));
        return List.of("-cp", classPath, mainClass);
    }

    private static void writeModule(Path folder, String mainClass, Path classes, List<File> libraries) {
        String roots = Stream.concat(Stream.of(classes.toAbsolutePath().toFile()), libraries.stream())
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

    private static Stream<String> samples(ServerVersion server) {
        return Stream.concat(SHARED.stream(), own(server.sample()));
    }

    private static Path compile(ServerVersion server, String folder, List<File> libraries, Stream<String> names) {
        Path classes = TARGET.resolve(server.id()).resolve(folder);
        // A library for a newer Java than the one that runs the tests can only be read by the compiler of such a one.
        Jdk jdk = Jdk.all().stream()
                .filter(each -> each.feature()
                        >= Math.max(server.oldestJdk(), Jdk.running().feature()))
                .findFirst()
                .orElseThrow();
        List<String> arguments = new ArrayList<>(List.of(
                "--release",
                Integer.toString(Math.max(17, server.oldestJdk())),
                "-proc:none",
                "-nowarn",
                "-cp",
                libraries.stream().map(File::getPath).collect(joining(File.pathSeparator)),
                "-d",
                classes.toString()));
        try {
            Files.createDirectories(classes);
            for (Path source : sources(server, names)) {
                arguments.add(source.toString());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String failure = jdk.equals(Jdk.running()) ? compileHere(arguments) : compileBy(jdk, arguments);
        if (failure != null) {
            throw new AssertionError(server.sample() + " does not compile against " + server + ":\n" + failure);
        }
        return classes;
    }

    /** What the compiler of this JVM says of a failure, or null; much quicker than to start another. */
    private static String compileHere(List<String> arguments) {
        ByteArrayOutputStream messages = new ByteArrayOutputStream();
        int status =
                ToolProvider.getSystemJavaCompiler().run(null, messages, messages, arguments.toArray(String[]::new));
        return status == 0 ? null : messages.toString(StandardCharsets.UTF_8);
    }

    /** The same of another JDK's. */
    private static String compileBy(Jdk jdk, List<String> arguments) {
        List<String> command = new ArrayList<>(arguments);
        command.add(0, jdk.tool("javac").toString());
        try (ProcessUnderTest compiler = ProcessUnderTest.start("javac-" + jdk.feature(), Map.of(), command)) {
            return compiler.awaitExit(TO_COMPILE) == 0 ? null : compiler.describe();
        }
    }

    /** Copies of the sources with the version's words put in. */
    private static Path[] sources(ServerVersion server, Stream<String> names) throws IOException {
        Path folder = TARGET.resolve(server.id()).resolve("source");
        Files.createDirectories(folder);
        List<Path> copies = new ArrayList<>();
        for (String name : names.toList()) {
            String source = Files.readString(find(name + ".java"));
            for (Map.Entry<String, String> words : server.substitutions().entrySet()) {
                source = source.replace(words.getKey(), words.getValue());
            }
            copies.add(Files.writeString(folder.resolve(name + ".java"), source));
        }
        return copies.toArray(new Path[0]);
    }

    private static Stream<String> own(String sample) {
        return Stream.concat(Stream.of(sample), Stream.ofNullable(EXTENDED.get(sample)));
    }

    private static Path find(String file) {
        return SOURCES.stream()
                .map(folder -> folder.resolve(file))
                .filter(Files::exists)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + file + " in any of " + SOURCES));
    }
}
