package com.approck.healthcheck.sidecar.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The Python modules. A resource holds what is special to each, {@code healthcheck_wire.py} what all of them need; a user
 * gets one file, with all parts that it imports. To add a module, add a row here and a file beside it.
 */
public enum PythonHooks {
    GUNICORN("healthcheck_hooks.py", "gunicorn/hooks.py"),
    GEVENT("healthcheck_gevent.py", "gevent.py"),
    /** Uvicorn and hypercorn. */
    ASGI("healthcheck_asgi.py", "asgi.py"),
    CELERY("healthcheck_celery.py", "celery.py");

    /** The package of the Python original, whose configurations import {@code healthcheck.gunicorn.hooks}. */
    private static final String PACKAGE = "healthcheck";

    private static final Pattern IMPORT_OF_PART = Pattern.compile("from (healthcheck_\\w+) import .*");

    private final String file;
    private final String pathInPackage;

    PythonHooks(String file, String pathInPackage) {
        this.file = file;
        this.pathInPackage = pathInPackage;
    }

    /** As {@code --print-hooks} takes it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** All labels, for a sentence. */
    public static String labels() {
        return List.of(values()).stream().map(PythonHooks::label).collect(Collectors.joining(", "));
    }

    /** The module's bytes: ASCII, with line feeds, complete in one file. */
    public byte[] bytes() {
        List<String> module = new ArrayList<>();
        append(lines(file), module, new HashSet<>());
        return (String.join("\n", module) + "\n").getBytes(UTF_8);
    }

    /**
     * Writes all modules as the package {@code healthcheck} into a folder, which is created if it does not exist. It replaces
     * modules of an earlier version, and leaves other files alone.
     *
     * @return the files, in the order in which they were written
     */
    public static List<Path> write(Path folder) throws IOException {
        List<Path> written = new ArrayList<>();
        for (PythonHooks hooks : values()) {
            Path module = folder.resolve(PACKAGE).resolve(hooks.pathInPackage);
            Files.createDirectories(module.getParent());
            for (Path parent = module.getParent(); !parent.equals(folder); parent = parent.getParent()) {
                Path marker = parent.resolve("__init__.py");
                if (Files.notExists(marker)) {
                    written.add(Files.writeString(marker, ""));
                }
            }
            written.add(Files.write(module, hooks.bytes()));
        }
        return written;
    }

    /** Appends lines, each import of a part replaced by the part if it is not there yet. */
    private static void append(List<String> lines, List<String> module, Set<String> parts) {
        for (String line : lines) {
            Matcher part = IMPORT_OF_PART.matcher(line);
            if (!part.matches()) {
                module.add(line);
            } else if (parts.add(part.group(1))) {
                append(withoutHead(lines(part.group(1) + ".py"), module), module, parts);
            }
        }
    }

    /** Without its docstring of one line, and without the imports that the module has already. */
    private static List<String> withoutHead(List<String> part, List<String> module) {
        return part.stream()
                .skip(1)
                .dropWhile(String::isEmpty)
                .filter(line -> !(line.startsWith("import ") && module.contains(line)))
                .toList();
    }

    private static List<String> lines(String file) {
        try (InputStream resource = PythonHooks.class.getResourceAsStream(file)) {
            if (resource == null) {
                throw new IllegalStateException("no " + file + " in this jar");
            }
            return new String(resource.readAllBytes(), UTF_8).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
