package com.approck.healthcheck.it.deploy;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.support.ApplicationStub;
import com.approck.healthcheck.it.support.LoadBalancers;
import com.approck.healthcheck.it.support.Sidecar;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import com.approck.healthcheck.it.support.process.Tool;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The weights of a real HAProxy, read from its stats socket, follow the workers. */
final class AgentCheckIT {

    private static final Duration SOON = Duration.ofSeconds(60);

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    @TempDir
    Path folder;

    @Test
    void haproxy_givesAServerTheTrafficThatItsAbleWorkersCanTake() throws IOException {
        Tool.HAPROXY.require();
        Sidecar sidecar = processes.sidecar(Jdk.running(), "--agent-check-port", "0");
        String agentPort = sidecar.process()
                .awaitStderr("agent-check://\\S+?:(\\d+)", SOON)
                .group(1);
        ApplicationStub application = processes.add(ApplicationStub.answering("200 OK", "text/plain", "served"));
        Path socket = folder.resolve("stats");
        String settings = Files.readString(OperatorFiles.DEPLOY.resolve("haproxy-agent-check.cfg"));
        settings = replace(settings, "defaults\n", "global\n    stats socket " + socket + " level user\n\ndefaults\n");
        settings = replace(settings, "bind :80\n", "bind unix@" + folder.resolve("front") + "\n");
        settings = replace(settings, "check port 8000", "check port " + sidecar.httpPort());
        settings = replace(settings, "agent-port 8001", "agent-port " + agentPort);
        settings = replace(
                settings, "192.0.2.11:8080", URI.create(application.url()).getAuthority());
        settings = replace(settings, "    server app2 192.0.2.12:8080\n", "");
        ProcessUnderTest haproxy = LoadBalancers.haproxy(processes, folder, settings);

        try (DatagramSocket sender = new DatagramSocket()) {
            report(sender, sidecar, 4);
            awaitState("UP 100", socket, haproxy);
            report(sender, sidecar, 2);
            awaitState("UP 50", socket, haproxy);
            report(sender, sidecar, 0);
            awaitState("DOWN", socket, haproxy);
            report(sender, sidecar, 4);
            awaitState("UP 100", socket, haproxy);
            report(sender, sidecar, "workers.draining:1|g");
            awaitState("DRAIN", socket, haproxy);
            report(sender, sidecar, "workers.draining:0|g");
            awaitState("UP 100", socket, haproxy);
        }
    }

    private static void report(DatagramSocket sender, Sidecar sidecar, int able) throws IOException {
        report(
                sender,
                sidecar,
                "workers.lease:600000|g\nworkers:" + able + "|g\nworkers.pool.http:" + able
                        + "|g\nworkers.pool.http.capacity:4|g");
    }

    private static void report(DatagramSocket sender, Sidecar sidecar, String datagram) throws IOException {
        byte[] bytes = datagram.getBytes(US_ASCII);
        sender.send(new DatagramPacket(bytes, bytes.length, InetAddress.getLoopbackAddress(), sidecar.statsdPort()));
    }

    private static void awaitState(String state, Path socket, ProcessUnderTest haproxy) {
        Await.until(
                SOON,
                () -> state(socket).startsWith(state),
                () -> state + ", not " + state(socket) + "\n" + haproxy.describe());
    }

    /** Status and weight of the server. */
    private static String state(Path socket) {
        return LoadBalancers.haproxyStats(socket).stream()
                .filter(row -> row.get("svname").equals("app1"))
                .map(row -> row.get("status") + " " + row.get("weight"))
                .findFirst()
                .orElse("");
    }

    private static String replace(String text, String part, String by) {
        assertTrue(text.contains(part), () -> part + " in " + text);
        return text.replace(part, by);
    }
}
