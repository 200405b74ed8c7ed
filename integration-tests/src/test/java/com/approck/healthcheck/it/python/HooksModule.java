package com.approck.healthcheck.it.python;

import com.approck.healthcheck.it.support.Sidecar;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** The Python modules as a user gets them: printed by the sidecar's jar into files, and written as a package. */
final class HooksModule {

    private static final Path FOLDER = print();

    private HooksModule() {}

    /** Holds {@code healthcheck_hooks.py} and so on, and the package {@code healthcheck}. */
    static Path folder() {
        return FOLDER;
    }

    private static Path print() {
        try {
            Path folder =
                    Files.createDirectories(Path.of("target", "it", "hooks").toAbsolutePath());
            print("gunicorn", folder.resolve("healthcheck_hooks.py"));
            print("gevent", folder.resolve("healthcheck_gevent.py"));
            print("asgi", folder.resolve("healthcheck_asgi.py"));
            print("celery", folder.resolve("healthcheck_celery.py"));
            output("--write-hooks", folder.toString());
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void print(String hooks, Path file) throws IOException {
        Files.writeString(file, output("--print-hooks", hooks));
    }

    private static String output(String... flags) {
        try (ProcessUnderTest sidecar = Sidecar.launch(Jdk.running(), Map.of(), flags)) {
            int status = sidecar.awaitExit(Duration.ofSeconds(30));
            if (status != 0 || !sidecar.stderr().isEmpty()) {
                throw new AssertionError(sidecar.describe());
            }
            return sidecar.stdout();
        }
    }
}
