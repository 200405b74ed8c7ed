package com.approck.healthcheck.it.support.samples;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;

/**
 * An executable jar in Spring Boot's layout: the loader's classes at the top, the program in {@code BOOT-INF/classes}, and
 * its libraries as jars in {@code BOOT-INF/lib}, stored without compression, which the loader asks for.
 */
final class ExecutableJar {

    private static final String LOADER = "spring-boot-loader-";
    /** From Boot 3.2 on, and before. */
    private static final List<String> LAUNCHERS = List.of(
            "org.springframework.boot.loader.launch.JarLauncher", "org.springframework.boot.loader.JarLauncher");

    private ExecutableJar() {}

    /** Whether the library is what starts such a jar, and so goes to its top. */
    static boolean isLoader(File library) {
        return library.getName().startsWith(LOADER);
    }

    /** Writes the jar; gives its path back. */
    static Path write(Path jar, String mainClass, Path classes, List<File> libraries) {
        try {
            Map<String, byte[]> loader = loader(libraries);
            Manifest manifest = new Manifest();
            Attributes attributes = manifest.getMainAttributes();
            attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
            attributes.put(Attributes.Name.MAIN_CLASS, launcher(loader));
            attributes.putValue("Start-Class", mainClass);
            try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
                for (Map.Entry<String, byte[]> entry : loader.entrySet()) {
                    store(out, entry.getKey(), entry.getValue());
                }
                store(out, "BOOT-INF/", new byte[0]);
                store(out, "BOOT-INF/classes/", new byte[0]);
                for (Path file : files(classes)) {
                    store(out, "BOOT-INF/classes/" + classes.relativize(file), Files.readAllBytes(file));
                }
                store(out, "BOOT-INF/lib/", new byte[0]);
                for (File library : libraries) {
                    if (!isLoader(library)) {
                        store(out, "BOOT-INF/lib/" + library.getName(), Files.readAllBytes(library.toPath()));
                    }
                }
            }
            return jar;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String launcher(Map<String, byte[]> loader) {
        return LAUNCHERS.stream()
                .filter(name -> loader.containsKey(name.replace('.', '/') + ".class"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("the loader has none of " + LAUNCHERS));
    }

    private static Map<String, byte[]> loader(List<File> libraries) throws IOException {
        File library =
                libraries.stream().filter(ExecutableJar::isLoader).findFirst().orElseThrow();
        Map<String, byte[]> entries = new TreeMap<>();
        try (JarFile file = new JarFile(library)) {
            for (JarEntry entry : file.stream().toList()) {
                if (!entry.getName().startsWith("META-INF/MANIFEST.MF")
                        && !entry.getName().equals("META-INF/")) {
                    try (InputStream in = file.getInputStream(entry)) {
                        entries.put(entry.getName(), in.readAllBytes());
                    }
                }
            }
        }
        return entries;
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private static void store(JarOutputStream out, String name, byte[] bytes) throws IOException {
        CRC32 sum = new CRC32();
        sum.update(bytes);
        JarEntry entry = new JarEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(bytes.length);
        entry.setCrc(sum.getValue());
        out.putNextEntry(entry);
        out.write(bytes);
        out.closeEntry();
    }
}
