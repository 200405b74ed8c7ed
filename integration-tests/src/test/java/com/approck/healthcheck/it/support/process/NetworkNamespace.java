package com.approck.healthcheck.it.support.process;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.approck.healthcheck.it.support.TestProcesses;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A network of its own, with a loopback device and nothing else. Only root, and not in every container, can make one. */
public final class NetworkNamespace {

    private static final Duration SOON = Duration.ofSeconds(60);

    private final TestProcesses processes;
    private final ProcessUnderTest holder;

    private NetworkNamespace(TestProcesses processes, ProcessUnderTest holder) {
        this.processes = processes;
        this.holder = holder;
    }

    /** Makes one, or skips the test; {@code setUp} is a shell's text that changes it. */
    public static NetworkNamespace make(TestProcesses processes, String setUp) {
        ProcessUnderTest trial = processes.process("unshare", Map.of(), List.of("unshare", "--net", "true"));
        assumeTrue(trial.awaitExit(SOON) == 0, "this process may not make a network namespace: " + trial.stderr());
        Tool.IPROUTE2.require();
        ProcessUnderTest holder = processes.process(
                "network",
                Map.of(),
                List.of(
                        "unshare",
                        "--net",
                        "sh",
                        "-c",
                        "ip link set lo up && " + setUp + " && echo ready && exec sleep 600"));
        holder.awaitStdout("^ready$", SOON);
        return new NetworkNamespace(processes, holder);
    }

    /** Starts a command in it. */
    public ProcessUnderTest start(String name, Map<String, String> environment, List<String> command) {
        List<String> inside = new ArrayList<>(List.of("nsenter", "--net", "--target", "" + holder.pid()));
        inside.addAll(command);
        return processes.process(name, environment, inside);
    }

    /** Asks for a URL from inside: the status, a blank and the body; {@code 0} and the reason if there is no answer. */
    public String get(String url) {
        return python("""
                import sys, urllib.request, urllib.error
                try:
                    answer = urllib.request.urlopen(sys.argv[1], timeout=5)
                except urllib.error.HTTPError as error:
                    answer = error
                except OSError as error:
                    print(0, error)
                    sys.exit()
                print(answer.getcode(), answer.read().decode())
                """, url);
    }

    /** Sends one datagram from inside. */
    public void send(String host, int port, String datagram) {
        python("""
                import sys, socket
                at = socket.getaddrinfo(sys.argv[1], int(sys.argv[2]), type=socket.SOCK_DGRAM)[0]
                socket.socket(at[0], at[1]).sendto(sys.argv[3].encode(), at[4])
                """, host, "" + port, datagram);
    }

    private String python(String program, String... arguments) {
        List<String> command = new ArrayList<>(List.of(Tool.python(), "-c", program));
        command.addAll(List.of(arguments));
        ProcessUnderTest python = start("python", Map.of(), command);
        if (python.awaitExit(SOON) != 0) {
            throw new AssertionError(python.describe());
        }
        return python.stdout().strip();
    }
}
