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

/** The Python modules as a user gets them: printed by the sidecar's jar into files. */
final class HooksModule {

    private static final Path FOLDER = print();

    private HooksModule() {}

    /** Holds {@code healthcheck_hooks.py} and {@code healthcheck_gevent.py}. */
    static Path folder() {
        return FOLDER;
    }

    private static Path print() {
        try {
            Path folder =
                    Files.createDirectories(Path.of("target", "it", "hooks").toAbsolutePath());
            print("gunicorn", folder.resolve("healthcheck_hooks.py"));
            print("gevent", folder.resolve("healthcheck_gevent.py"));
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void print(String hooks, Path file) throws IOException {
        try (ProcessUnderTest sidecar = Sidecar.launch(Jdk.running(), Map.of(), "--print-hooks", hooks)) {
            int status = sidecar.awaitExit(Duration.ofSeconds(30));
            if (status != 0 || !sidecar.stderr().isEmpty()) {
                throw new AssertionError(sidecar.describe());
            }
            Files.writeString(file, sidecar.stdout());
        }
    }
}
