package com.approck.healthcheck.it.support.samples;

import static java.util.stream.Collectors.joining;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/** A program and its libraries as one OSGi bundle, which asks for nothing of the framework's class path but by name. */
final class OsgiBundle {

    private OsgiBundle() {}

    /** Whether the library is a framework that runs bundles. */
    static boolean isFramework(File library) {
        return library.getName().startsWith("org.apache.felix.framework-")
                || library.getName().startsWith("org.eclipse.osgi-");
    }

    /** Writes the bundle; gives its path back. */
    static Path write(Path bundle, Path classes, List<File> libraries) {
        Manifest manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.putValue("Bundle-ManifestVersion", "2");
        attributes.putValue("Bundle-SymbolicName", "app");
        attributes.putValue("DynamicImport-Package", "*");
        attributes.putValue(
                "Bundle-ClassPath",
                Stream.concat(Stream.of("."), libraries.stream().map(File::getName))
                        .collect(joining(",")));
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(bundle), manifest);
                Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                add(out, classes.relativize(file).toString(), file);
            }
            for (File library : libraries) {
                add(out, library.getName(), library.toPath());
            }
            return bundle;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void add(JarOutputStream out, String name, Path file) throws IOException {
        out.putNextEntry(new ZipEntry(name));
        Files.copy(file, out);
        out.closeEntry();
    }
}
