package com.approck.healthcheck.it.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import com.approck.healthcheck.it.support.process.Tool;
import io.kubernetes.client.openapi.models.V1Container;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1EnvVar;
import io.kubernetes.client.openapi.models.V1PodSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The components, as {@code kubectl kustomize} puts them onto Deployments that know nothing of them. */
final class KustomizeIT {

    private static final Path KUSTOMIZE = OperatorFiles.DEPLOY.resolve("kustomize");
    private static final Duration SOON = Duration.ofSeconds(60);

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    @TempDir
    Path folder;

    @BeforeEach
    void requireComponents() {
        Tool.KUBECTL.require();
        ProcessUnderTest help = kubectl("kustomize", "--help");
        assertEquals(0, help.awaitExit(SOON), help::describe);
        assumeTrue(
                help.stdout().contains("--load-restrictor"),
                "kubectl is older than 1.21 (Debian 12 has 1.20), whose kustomize does not know components");
    }

    @ParameterizedTest
    @ValueSource(strings = {"jvm", "gunicorn"})
    void component_turnsAPlainDeploymentIntoTheHandWrittenManifest(String component) throws IOException {
        Path example = KUSTOMIZE.resolve("example").resolve(component);
        V1Deployment written = Manifest.deployment(
                Files.readString(OperatorFiles.DEPLOY.resolve("kubernetes/" + component + ".yaml")));
        assertNotEquals(written, Manifest.deployment(Files.readString(example.resolve("deployment.yaml"))));
        assertEquals(written, Manifest.deployment(build(example)));
    }

    @Test
    void deploymentWithProbesOfItsOwn_asksTheSidecarInstead_andKeepsTheRest() throws IOException {
        copy(KUSTOMIZE, folder);
        Path example = folder.resolve("example/jvm");
        Path plain = example.resolve("deployment.yaml");
        Files.writeString(plain, Files.readString(plain).replace("      containers:\n        - name: app\n", """
                      initContainers:
                        - { name: migrate, image: your-registry/migrate }
                      containers:
                        - name: app
                          env: [{ name: COLOUR, value: blue }]
                          livenessProbe: { exec: { command: [own] }, initialDelaySeconds: 90 }
                          lifecycle: { preStop: { exec: { command: [own] } }, postStart: { exec: { command: [own] } } }
                """));

        V1PodSpec pod = Manifest.pod(build(example));
        assertEquals(
                List.of("healthcheck-agent", "healthcheck", "migrate"),
                pod.getInitContainers().stream().map(V1Container::getName).toList());
        V1Container app = pod.getContainers().get(0);
        assertNull(app.getLivenessProbe().getExec());
        assertNull(app.getLivenessProbe().getInitialDelaySeconds());
        assertEquals("/health/live", app.getLivenessProbe().getHttpGet().getPath());
        assertNull(app.getLifecycle().getPreStop().getExec());
        assertEquals(List.of("own"), app.getLifecycle().getPostStart().getExec().getCommand());
        assertTrue(app.getEnv().contains(new V1EnvVar().name("COLOUR").value("blue")), app::toString);
    }

    private String build(Path folder) {
        ProcessUnderTest kustomize = kubectl("kustomize", folder.toString());
        assertEquals(0, kustomize.awaitExit(SOON), kustomize::describe);
        assertEquals("", kustomize.stderr());
        return kustomize.stdout();
    }

    private ProcessUnderTest kubectl(String... words) {
        return processes.process(
                "kubectl",
                Map.of(),
                Stream.concat(Stream.of("/usr/bin/kubectl"), Stream.of(words)).toList());
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = to.resolve(from.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
    }
}
