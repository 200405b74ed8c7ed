package com.approck.healthcheck.it.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.program.JdkServerProgram;
import com.approck.healthcheck.it.support.BuiltJars;
import com.approck.healthcheck.it.support.PromisedTimes;
import com.approck.healthcheck.it.support.Sidecar;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Http;
import com.approck.healthcheck.it.support.probe.StatsdListener;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.NetworkNamespace;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import java.io.IOException;
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
import org.junit.jupiter.params.provider.ValueSource;

/** Networks that differ from a developer's: one family of addresses, another address of the receiver. */
final class NetworksIT {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String NOTHING = "true";
    private static final String NO_SIX = "echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6";
    private static final String NO_FOUR = "ip addr del 127.0.0.1/8 dev lo";
    /** How long the receiver may be unknown after it has moved. */
    private static final Duration MOVE_IS_SEEN = Duration.ofSeconds(3);

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::"})
    void allAddresses_areThoseOfBothFamilies(String all) {
        NetworkNamespace network = NetworkNamespace.make(processes, NOTHING);
        sidecar(network, "--host", all, "--statsd-host", all);

        assertEquals("200", status(network.get("http://127.0.0.1:8000/livez")));
        assertEquals("200", status(network.get("http://[::1]:8000/livez")));
        network.send("127.0.0.1", 8125, "workers.lease:60000|g\nworkers:3|g");
        network.send("::1", 8125, "workers.lease:60000|g\nworkers:4|g");
        Await.until(
                SOON,
                () -> network.get("http://[::1]:8000/metrics").contains("healthcheck_workers 7"),
                () -> network.get("http://[::1]:8000/metrics"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "localhost"})
    void kernelWithoutIpv6_listensOnIpv4(String host) {
        NetworkNamespace network = NetworkNamespace.make(processes, NO_SIX);
        sidecar(network, "--host", host, "--statsd-host", host);
        application(network, List.of());

        awaitLive(network, "http://127.0.0.1:8000/health/live");
    }

    /** The manifests' arguments, and no setting at all for the agent. */
    @ParameterizedTest
    @ValueSource(strings = {"false", "true"})
    void podWithIpv6Only_isServed(String preferSix) {
        NetworkNamespace network = NetworkNamespace.make(processes, NO_FOUR);
        sidecar(network, "--host", "0.0.0.0");
        application(network, List.of("-Djava.net.preferIPv6Addresses=" + preferSix));

        awaitLive(network, "http://[::1]:8000/health/live");
    }

    @Test
    void receiverAtTheOtherAddressOfLocalhost_isFound() {
        Sidecar sidecar = processes.sidecar(Jdk.running(), "--statsd-host", "::1");
        processes.java("application", Jdk.running(), Map.of(), application("port=" + sidecar.statsdPort()));

        Await.until(
                SOON, () -> sidecar.live().status() == 200, () -> sidecar.live().body());
    }

    @Test
    void receiverThatMoves_isFound() throws IOException {
        Path hosts = Files.writeString(folder.resolve("hosts"), "127.0.0.2 receiver.test\n");
        Sidecar before = processes.sidecar(Jdk.running(), "--statsd-host", "127.0.0.2");
        List<String> flags = application("host=receiver.test,port=" + before.statsdPort());
        ProcessUnderTest application = processes.java(
                "application",
                Jdk.running(),
                Map.of(),
                Stream.concat(Stream.of("-Djdk.net.hosts.file=" + hosts), flags.stream())
                        .toList());
        Await.until(SOON, () -> before.live().status() == 200, application::describe);
        move(before, hosts);

        Await.until(
                MOVE_IS_SEEN, () -> Http.get(before.httpPort(), "/health/live").status() == 200, application::describe);
    }

    @Test
    void serverThatMoves_isFoundByTheRelay() throws IOException {
        Path hosts = Files.writeString(folder.resolve("hosts"), "127.0.0.2 receiver.test\n");
        Sidecar before = processes.sidecar(Jdk.running(), "--statsd-host", "127.0.0.2");
        ProcessUnderTest relay = processes.java(
                "relay",
                Jdk.running(),
                Map.of(),
                List.of(
                        "-Djdk.net.hosts.file=" + hosts,
                        "-jar",
                        BuiltJars.sidecar().toString(),
                        "--port",
                        "0",
                        "--statsd-port",
                        "0",
                        "--statsd-forward",
                        "receiver.test:" + before.statsdPort()));
        int port = Integer.parseInt(relay.awaitStderr(Sidecar.STARTED, SOON).group(2));
        Await.until(SOON, () -> passesOn(port, before), relay::describe);

        move(before, hosts);

        Await.until(MOVE_IS_SEEN, () -> passesOn(port, before), relay::describe);
    }

    private static boolean passesOn(int relayPort, Sidecar receiver) {
        StatsdListener.send(relayPort, "workers:3|g");
        return Http.get(receiver.httpPort(), "/health/live").status() == 200;
    }

    /** Ends the receiver and starts it at another address, which its name has from now on. */
    private void move(Sidecar before, Path hosts) throws IOException {
        before.process().close();
        Files.writeString(hosts, "127.0.0.3 receiver.test\n");
        ProcessUnderTest after = processes.add(Sidecar.launch(
                Jdk.running(),
                Map.of(),
                "--port",
                "" + before.httpPort(),
                "--statsd-host",
                "127.0.0.3",
                "--statsd-port",
                "" + before.statsdPort()));
        after.awaitStderr(Sidecar.STARTED, SOON);
    }

    private ProcessUnderTest sidecar(NetworkNamespace network, String... flags) {
        List<String> command = new ArrayList<>(
                List.of(BuiltJars.launcher().resolve("bin/healthcheck-sidecar").toString()));
        command.addAll(List.of(flags));
        ProcessUnderTest sidecar = network.start(
                "sidecar", Map.of("JAVA_HOME", Jdk.running().home().toString()), command);
        sidecar.awaitStderr(Sidecar.STARTED, SOON);
        assertTrue(sidecar.isAlive(), sidecar::describe);
        return sidecar;
    }

    private void application(NetworkNamespace network, List<String> flags) {
        List<String> command =
                new ArrayList<>(List.of(Jdk.running().tool("java").toString()));
        command.addAll(flags);
        command.addAll(application(""));
        network.start("application", Map.of(), command).awaitStdout("^LISTENING", SOON);
    }

    private static List<String> application(String settings) {
        return List.of(
                TestProcesses.agent(settings),
                "-cp",
                Path.of("target", "test-classes").toAbsolutePath().toString(),
                JdkServerProgram.class.getName());
    }

    private static void awaitLive(NetworkNamespace network, String url) {
        Await.until(
                SOON.plus(PromisedTimes.LIFE_IS_SEEN),
                () -> status(network.get(url)).equals("200"),
                () -> network.get(url));
    }

    private static String status(String answer) {
        return answer.split(" ", 2)[0];
    }
}
