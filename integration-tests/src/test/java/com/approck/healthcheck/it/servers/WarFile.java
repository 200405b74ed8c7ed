package com.approck.healthcheck.it.servers;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** The web application of {@code WarServlet}, for servers that are deployed to. */
final class WarFile {

    private static final Path CLASSES = Path.of("target", "classes");
    private static final String SAMPLES = "com/approck/healthcheck/it/sample";

    private WarFile() {}

    /** Writes the file, with a number that the application tells. */
    static void write(Path war, int number) throws IOException {
        try (OutputStream file = Files.newOutputStream(war);
                ZipOutputStream zip = new ZipOutputStream(file);
                Stream<Path> classes = Files.list(CLASSES.resolve(SAMPLES))) {
            List<Path> needed = classes.filter(
                            path -> path.getFileName().toString().matches("(Faults|Reply|WarServlet)\\b.*\\.class"))
                    .toList();
            for (Path one : needed) {
                write(zip, SAMPLES + "/" + one.getFileName(), Files.readAllBytes(one));
            }
            write(zip, "number.txt", ("number " + number).getBytes(UTF_8));
        }
    }

    private static void write(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        zip.putNextEntry(new ZipEntry("WEB-INF/classes/" + name));
        zip.write(bytes);
        zip.closeEntry();
    }
}
