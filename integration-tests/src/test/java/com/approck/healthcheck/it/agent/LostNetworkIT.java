package com.approck.healthcheck.it.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.approck.healthcheck.it.program.UdpDump;
import com.approck.healthcheck.it.support.App;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import com.approck.healthcheck.it.support.process.Tool;
import com.approck.healthcheck.it.support.samples.SampleClassPath;
import com.approck.healthcheck.it.support.samples.ServerVersion;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * An application whose network fails. It and the one that listens have a network namespace each, which only root can make,
 * with a virtual cable between them; nothing leaves the machine.
 */
@ParameterizedClass(name = "{0}")
@MethodSource("com.approck.healthcheck.it.support.process.Jdk#all")
final class LostNetworkIT {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int PORT = 8125;
    private static final String WARNING = "(?m)^healthcheck: (?!watching the pool ).*$";

    @Parameter
    Jdk jdk;

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    private ProcessUnderTest ear;
    private App app;

    @BeforeEach
    void start() {
        ProcessUnderTest unshare = processes.process("unshare", Map.of(), List.of("unshare", "--net", "true"));
        assumeTrue(unshare.awaitExit(SOON) == 0, "only root, and not in every container, can make a network namespace");
        Tool.IPROUTE2.require();
        ear = inNewNetwork(
                "ear",
                List.of(
                        "-cp",
                        Path.of("target", "test-classes").toAbsolutePath().toString(),
                        UdpDump.class.getName(),
                        "" + PORT));
        ServerVersion jetty = ServerVersion.newestOnEveryJdk("jetty")
                .findFirst()
                .orElseThrow()
                .server();
        List<String> arguments = new ArrayList<>();
        arguments.add(TestProcesses.agent("interval=100ms,lease=1s,host=10.99.0.2,port=" + PORT));
        arguments.addAll(SampleClassPath.of(jetty));
        arguments.add("threads=12");
        app = new App(inNewNetwork("lost-network", arguments));
        app.awaitStarted();
    }

    @Test
    void networkThatComesAndGoes_isSaidOnceAndUsedWhenItIsThere() {
        app.process().awaitStderr("healthcheck: can't open a UDP socket to .*; will try again", SOON);
        layCable();
        ear.awaitStdout("^workers:\\d+\\|g$", SOON);

        in(app.process(), "ip", "link", "set", "v0", "down");
        app.process()
                .awaitStderr(
                        "healthcheck: can't send to 10\\.99\\.0\\.2:8125, what follows is sent all the same: .*", SOON);
        Await.pause(Duration.ofSeconds(2));
        assertServes();
        long before = ear.stdout().lines().count();
        in(app.process(), "ip", "link", "set", "v0", "up");

        Await.until(SOON, () -> ear.stdout().lines().count() > before + 20, ear::describe);
        assertEquals(2, warnings().size(), () -> app.process().describe());
        assertServes();
    }

    @Test
    void sendBufferThatIsFull_stopsNothingAndNothingPilesUp() {
        layCable();
        ear.awaitStdout("^workers:\\d+\\|g$", SOON);
        // The other end says no more where it is, and what waits for that fills the socket's buffer.
        in(ear, "ip", "link", "set", "v1", "arp", "off");
        in(
                app.process(),
                "sh",
                "-c",
                "cd /proc/sys/net/ipv4/neigh/v0 && echo 100000000 > unres_qlen_bytes"
                        + " && echo 600000 > retrans_time_ms && ip neigh flush dev v0");
        Await.until(SOON, () -> senderStack().contains("DatagramChannelImpl.write"), this::senderStack);
        Await.pause(Duration.ofSeconds(3));
        assertServes();
        assertTrue(senderStack().contains("DatagramChannelImpl.write"), this::senderStack);
        Matcher waiting =
                Pattern.compile("(\\d+) +\\d+ +\\S*NonBlockingUdpSender\\$1\\b").matcher(jcmd("GC.class_histogram"));
        // Five samples, of eight datagrams each, and the one that is written.
        assertTrue(waiting.find() && Integer.parseInt(waiting.group(1)) <= 6 * 8, waiting::toString);

        String address = in(ear, "ip", "-oneline", "link", "show", "v1").replaceAll(".*link/ether (\\S+) .*", "$1");
        long before = ear.stdout().lines().count();
        in(app.process(), "ip", "neigh", "replace", "10.99.0.2", "lladdr", address, "dev", "v0", "nud", "permanent");
        Await.until(SOON, () -> ear.stdout().lines().count() > before + 500, ear::describe);
        assertServes();
    }

    private void layCable() {
        in(app.process(), "ip", "link", "add", "v0", "type", "veth", "peer", "name", "v1", "netns", "" + ear.pid());
        in(ear, "sh", "-c", "ip addr add 10.99.0.2/24 dev v1 && ip link set v1 up");
        in(app.process(), "sh", "-c", "ip addr add 10.99.0.1/24 dev v0 && ip link set v0 up");
    }

    private ProcessUnderTest inNewNetwork(String name, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(
                "unshare",
                "--net",
                "sh",
                "-c",
                "ip link set lo up && exec \"$@\"",
                "sh",
                jdk.tool("java").toString(),
                "-Djava.net.preferIPv4Stack=true"));
        command.addAll(arguments);
        return processes.process(name + "-jdk" + jdk.feature(), Map.of(), command);
    }

    /** Runs a command in the network of a process. */
    private String in(ProcessUnderTest process, String... command) {
        List<String> arguments = new ArrayList<>(List.of("nsenter", "--net", "--target", "" + process.pid()));
        arguments.addAll(List.of(command));
        ProcessUnderTest inside = processes.process("nsenter", Map.of(), arguments);
        assertEquals(0, inside.awaitExit(SOON), inside::describe);
        return inside.stdout().strip();
    }

    private void assertServes() {
        String ask = "import urllib.request as r; print(r.urlopen('http://localhost:" + app.port()
                + "/ping', timeout=30).status)";
        assertEquals("200", in(app.process(), Tool.python(), "-c", ask));
    }

    private List<String> warnings() {
        return Pattern.compile(WARNING)
                .matcher(app.process().stderr())
                .results()
                .map(one -> one.group())
                .toList();
    }

    private String senderStack() {
        String all = jcmd("Thread.print");
        int start = all.indexOf("\"StatsD-pool-");
        return start < 0 ? all : all.substring(start, all.indexOf("\n\n", start));
    }

    private String jcmd(String command) {
        ProcessUnderTest jcmd = processes.process(
                "jcmd",
                Map.of(),
                List.of(jdk.tool("jcmd").toString(), "" + app.process().pid(), command));
        assertEquals(0, jcmd.awaitExit(SOON), jcmd::describe);
        return jcmd.stdout();
    }
}
