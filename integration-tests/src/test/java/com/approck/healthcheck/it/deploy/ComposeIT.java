package com.approck.healthcheck.it.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import com.approck.healthcheck.it.support.process.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The Compose file, as Compose itself reads it. No Docker is asked. */
final class ComposeIT {

    private static final Duration SOON = Duration.ofMinutes(2);

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    @TempDir
    Path folder;

    @Test
    void composeFile_isValid_andOneWithAMisspeltWordIsNot() throws IOException {
        Tool.COMPOSE.require();
        Path file = OperatorFiles.DEPLOY.resolve("compose.yaml");
        ProcessUnderTest valid = config(file);
        assertEquals(0, valid.awaitExit(SOON), valid::describe);

        String misspelt = Files.readString(file).replace("network_mode:", "network_mod:");
        ProcessUnderTest invalid = config(Files.writeString(folder.resolve("compose.yaml"), misspelt));
        assertNotEquals(0, invalid.awaitExit(SOON), invalid::describe);
    }

    private ProcessUnderTest config(Path file) {
        return processes.process(
                "docker-compose",
                Map.of(),
                List.of("/usr/bin/docker-compose", "-f", file.toString(), "config", "--quiet"));
    }
}
