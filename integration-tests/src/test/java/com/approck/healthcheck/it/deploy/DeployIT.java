package com.approck.healthcheck.it.deploy;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.support.ApplicationStub;
import com.approck.healthcheck.it.support.BuiltJars;
import com.approck.healthcheck.it.support.LoadBalancers;
import com.approck.healthcheck.it.support.Sidecar;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Http;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import com.approck.healthcheck.it.support.process.Tool;
import io.kubernetes.client.openapi.models.V1Container;
import io.kubernetes.client.openapi.models.V1PodSpec;
import io.kubernetes.client.openapi.models.V1Probe;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** What {@code sidecar/deploy/} holds, read by the programs that it is written for. */
final class DeployIT {

    private static final Path DEPLOY = Path.of("..", "sidecar", "deploy");
    private static final Path KUBERNETES = DEPLOY.resolve("kubernetes");
    private static final Duration SOON = Duration.ofSeconds(60);

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"jvm.yaml", "gunicorn.yaml", "before-1.29.yaml"})
    void sidecarAsImageAndManifestStartIt_answersEveryProbe(String manifest) throws IOException {
        V1PodSpec pod = Manifest.pod(Files.readString(KUBERNETES.resolve(manifest)));
        V1Container healthcheck = container("healthcheck", pod);
        List<String> command = new ArrayList<>(image("ENTRYPOINT "));
        command.addAll(healthcheck.getArgs());
        command.addAll(List.of("--port", "0", "--statsd-port", "0"));
        ProcessUnderTest process = processes.process("image", Map.of(), command);
        int port = Integer.parseInt(process.awaitStderr(Sidecar.STARTED, SOON).group(1));

        // Nothing was heard yet: what the sidecar's own probes ask must not mind, what the application's ask must.
        for (V1Probe probe : List.of(healthcheck.getStartupProbe(), healthcheck.getLivenessProbe())) {
            assertEquals(200, ask(port, probe), probe::toString);
        }
        V1Container app = container("app", pod);
        for (V1Probe probe : List.of(app.getStartupProbe(), app.getLivenessProbe(), app.getReadinessProbe())) {
            assertEquals(422, ask(port, probe), probe::toString);
        }
    }

    @Test
    void imagesBuild_triesWhatTheImageStarts_andFailsWhereTheArchiveDoesNotFit() throws IOException {
        List<String> words = new ArrayList<>(image("RUN "));
        ProcessUnderTest fitting = processes.process("image-build", Map.of(), words);
        assertEquals(0, fitting.awaitExit(SOON), fitting::describe);

        words.replaceAll(word -> word.replace("archive.jsa", "java.options"));
        assertNotEquals(0, processes.process("image-build", Map.of(), words).awaitExit(SOON));

        List<String> tried = new ArrayList<>(image("RUN "));
        tried.removeAll(List.of("-Xshare:on", "--version"));
        assertEquals(image("ENTRYPOINT "), tried);
    }

    @ParameterizedTest
    @CsvSource({
        "restartPolicy:, restartPolcy:",
        "livenessProbe:, livenesProbe:",
        "'path: /livez, port: 8000', 'path: /livez'",
        "'sleep: { seconds: 5 }', 'sleep: { second: 5 }'",
        "periodSeconds: 1, periodSeconds: often",
        "name: healthcheck-agent, nam: healthcheck-agent",
        "restartPolicy: Always, restartPolicy: Alway",
        "type: RuntimeDefault, type: RuntimeDefaut",
        "drop: [ALL], drop: [All]",
        "kind: Deployment, kind: Deploiment",
    })
    void misspeltManifest_isRefused(String right, String wrong) throws IOException {
        String manifest = replace(Files.readString(KUBERNETES.resolve("jvm.yaml")), right, wrong);
        assertThrows(RuntimeException.class, () -> Manifest.pod(manifest));
    }

    @Test
    void haproxy_takesTheServerOutAndIn_asTheWorkersGoAndCome() throws IOException {
        Tool.HAPROXY.require();
        String settings = Files.readString(DEPLOY.resolve("haproxy.cfg"));
        ProcessUnderTest check = processes.process(
                "haproxy-check",
                Map.of(),
                List.of(
                        "/usr/sbin/haproxy",
                        "-c",
                        "-f",
                        DEPLOY.resolve("haproxy.cfg").toString()));
        assertEquals(0, check.awaitExit(SOON), check::describe);

        ApplicationStub application = processes.add(ApplicationStub.answering("200 OK", "text/plain", "served"));
        Sidecar sidecar = processes.sidecar(Jdk.running());
        Path socket = folder.resolve("socket");
        settings = replace(settings, "bind :80\n", "bind unix@" + socket + "\n");
        settings = replace(settings, "check port 8000", "check port " + sidecar.httpPort());
        settings = replace(
                settings, "192.0.2.11:8080", URI.create(application.url()).getAuthority());
        settings = replace(settings, "    server app2 192.0.2.12:8080\n", "");
        ProcessUnderTest haproxy = LoadBalancers.haproxy(processes, folder, settings);

        awaitStatus("503", "/", socket, haproxy);
        sidecar.report("workers:3|g");
        awaitStatus("200", "/", socket, haproxy);
        sidecar.report("workers:0|g");
        awaitStatus("503", "/", socket, haproxy);
        sidecar.report("workers:3|g");
        awaitStatus("200", "/", socket, haproxy);
    }

    @Test
    void nginx_passesTheSidecarsWordOn_andDoesNotWaitForOneThatIsSilent() throws IOException {
        Tool.NGINX.require();
        Sidecar sidecar = processes.sidecar(Jdk.running());
        Path socket = folder.resolve("socket");
        String settings = replace(
                Files.readString(DEPLOY.resolve("nginx.conf")), "http {", "http { " + LoadBalancers.NGINX_FOLDERS);
        settings = replace(settings, "listen 80;", "listen unix:" + socket + ";");
        settings = replace(settings, "127.0.0.1:8000", "127.0.0.1:" + sidecar.httpPort());
        ProcessUnderTest nginx = LoadBalancers.nginx(processes, folder, settings);

        awaitStatus("422", "/health/ready", socket, nginx);
        sidecar.report("workers:3|g");
        awaitStatus("200", "/health/ready", socket, nginx);
        sidecar.process().signal("STOP");
        // Of itself nginx would wait a minute.
        assertTimeoutPreemptively(Duration.ofSeconds(30), () -> awaitStatus("504", "/health/ready", socket, nginx));
        sidecar.process().signal("CONT");
        awaitStatus("200", "/health/ready", socket, nginx);
        sidecar.process().close();
        awaitStatus("502", "/health/ready", socket, nginx);
    }

    @Test
    void unit_isUnderstoodAndHardened() throws IOException {
        Tool.SYSTEMD.require();
        String unit = replace(
                Files.readString(DEPLOY.resolve("healthcheck-sidecar.service")),
                "/opt/healthcheck-sidecar",
                BuiltJars.launcher().toString());
        assertEquals(0, verify(unit).awaitExit(SOON));
        assertNotEquals(0, verify(replace(unit, "\nRestart=", "\nRestat=")).awaitExit(SOON));

        Path file = Files.writeString(folder.resolve("healthcheck-sidecar.service"), unit);
        ProcessUnderTest security = processes.process(
                "systemd-analyze",
                Map.of(),
                List.of(
                        "/usr/bin/systemd-analyze",
                        "security",
                        "--no-pager",
                        "--offline=true",
                        "--threshold=20",
                        file.toString()));
        assertEquals(0, security.awaitExit(SOON), security::describe);
    }

    private ProcessUnderTest verify(String unit) throws IOException {
        Path file = Files.writeString(folder.resolve("healthcheck-sidecar.service"), unit);
        return processes.process(
                "systemd-analyze",
                Map.of(),
                List.of(
                        "/usr/bin/systemd-analyze",
                        "verify",
                        "--man=no",
                        // Other units of this machine are not ours to judge.
                        "--recursive-errors=no",
                        file.toString()));
    }

    /** What the image starts by this instruction, with the build's Java for its own, which is made when the image is. */
    static List<String> image(String instruction) throws IOException {
        String line = Files.readString(DEPLOY.resolve("sidecar.Dockerfile"))
                .lines()
                .filter(text -> text.startsWith(instruction + "["))
                .findFirst()
                .orElseThrow();
        String image = "/healthcheck-sidecar/";
        line = replace(
                line, image + "runtime/bin/java", Jdk.running().tool("java").toString());
        line = replace(line, image + "lib/", BuiltJars.launcher().resolve("lib") + "/");
        List<String> command = new ArrayList<>();
        for (JsonNode word : new ObjectMapper().readTree(line.substring(instruction.length()))) {
            command.add(word.asString());
        }
        return command;
    }

    private static V1Container container(String name, V1PodSpec pod) {
        return Stream.concat(pod.getInitContainers().stream(), pod.getContainers().stream())
                .filter(container -> container.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static int ask(int port, V1Probe probe) {
        assertEquals(8000, probe.getHttpGet().getPort().getIntValue());
        return Http.get(port, probe.getHttpGet().getPath()).status();
    }

    private static void awaitStatus(String status, String path, Path socket, ProcessUnderTest server) {
        Await.until(SOON, () -> status(path, socket).equals(status), () -> status + "\n" + server.describe());
    }

    /** A socket file instead of a port: nobody else can have taken it. */
    private static String status(String path, Path socket) {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            channel.write(ByteBuffer.wrap(("GET " + path + " HTTP/1.0\r\n\r\n").getBytes(US_ASCII)));
            String answer = new String(Channels.newInputStream(channel).readAllBytes(), US_ASCII);
            return answer.length() < 12 ? answer : answer.substring(9, 12);
        } catch (IOException notYet) {
            return "";
        }
    }

    private static String replace(String text, String part, String by) {
        assertTrue(text.contains(part), () -> part + " in " + text);
        return text.replace(part, by);
    }
}
