package com.approck.healthcheck.it.matrix;

import static com.approck.healthcheck.it.support.probe.Prober.Probe.LIVE;
import static com.approck.healthcheck.it.support.probe.Prober.Probe.READY;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.support.ApplicationStub;
import com.approck.healthcheck.it.support.BuiltJars;
import com.approck.healthcheck.it.support.PromisedTimes;
import com.approck.healthcheck.it.support.Sidecar;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Prober;
import com.approck.healthcheck.it.support.probe.StatsdListener;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.Moment;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The rows of the truth matrix in which it is not the application's workers that come to harm. */
@ParameterizedClass(name = "{0}")
@MethodSource("com.approck.healthcheck.it.support.process.Jdk#all")
public final class SidecarMatrixIT {

    private static final Duration DEADLINE = Duration.ofMillis(500);

    /** A probe that asks the application's URL has its answer by then, on a machine with other things to do. */
    private static final Duration ANSWERED = DEADLINE.plusSeconds(1);

    private static final String OK_HEAD = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";

    @Parameter
    Jdk jdk;

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    @TruthMatrixRow(
            number = 22,
            fault = "ready URL hangs, drips a byte a second, sends 1 GB, redirects elsewhere, closes early",
            answer = "ready 422 in the deadline; live untouched")
    void hostileReadyUrl_isNotReadyInTime_andLiveDoesNotNotice() {
        List<ApplicationStub> hostile = List.of(
                processes.add(ApplicationStub.hanging()),
                processes.add(ApplicationStub.start(out -> {
                    out.write((OK_HEAD + "Content-Length: 100\r\n\r\n").getBytes(US_ASCII));
                    for (int i = 0; i < 100; i++) {
                        out.write(' ');
                        out.flush();
                        Await.pause(Duration.ofSeconds(1));
                    }
                })),
                processes.add(ApplicationStub.start(out -> {
                    out.write((OK_HEAD + "Content-Length: 1000000000\r\n\r\n").getBytes(US_ASCII));
                    byte[] blanks = " ".repeat(64 * 1024).getBytes(US_ASCII);
                    for (int sent = 0; sent < 1_000_000_000; sent += blanks.length) {
                        out.write(blanks);
                    }
                })),
                processes.add(ApplicationStub.start(
                        out -> out.write("HTTP/1.1 302 Found\r\nLocation: http://[::1]:9/\r\nContent-Length: 0\r\n\r\n"
                                .getBytes(US_ASCII)))),
                processes.add(ApplicationStub.start(
                        out -> out.write((OK_HEAD + "Content-Length: 100\r\n\r\n{\"db\":").getBytes(US_ASCII)))));
        List<Prober> probers = new ArrayList<>();
        for (ApplicationStub stub : hostile) {
            Sidecar sidecar = processes.sidecar(
                    jdk,
                    "--application-health-ready-url",
                    stub.url(),
                    "--application-health-ready-timeout",
                    DEADLINE.toMillis() + "ms");
            sidecar.report("workers:3|g");
            Prober prober = processes.prober(sidecar);
            prober.await(LIVE, 200, Moment.now(), PromisedTimes.LIFE_IS_SEEN);
            probers.add(prober);
        }
        // The first calls load the classes that make them.
        Await.pause(Duration.ofSeconds(2));
        Moment from = Moment.now();
        Await.pause(Duration.ofSeconds(4));
        Moment to = Moment.now();
        for (Prober prober : probers) {
            prober.assertOnly(LIVE, 200, from, to);
            prober.assertOnly(READY, 422, from, to);
            assertEquals(List.of("422 ServiceNotReady"), prober.storyOf(READY, from));
            for (Prober.Answer answer : prober.after(READY, from)) {
                assertTrue(answer.answered().since(answer.asked()).compareTo(ANSWERED) < 0, prober::describe);
            }
        }
    }

    @TruthMatrixRow(
            number = 23,
            fault = "receiver thread dies of a bug, fails at every datagram, or stands still",
            answer = "the sidecar says so and exits with 1; never a silent 422 or 200 for ever")
    void receiverWithABug_isSaid_andEndsTheSidecar() {
        // The sidecar's own jar, with the bug put in by a main of its unit tests.
        String classPath = BuiltJars.sidecar()
                + File.pathSeparator
                + Path.of("..", "sidecar", "target", "test-classes").toAbsolutePath();
        for (String bug : List.of("throws", "dies", "hangs")) {
            ProcessUnderTest sidecar = processes.java(
                    "broken-sidecar-" + bug,
                    jdk,
                    Map.of(),
                    List.of(
                            "-cp",
                            classPath,
                            "com.approck.healthcheck.sidecar.BrokenSidecarMain",
                            bug,
                            "--port=0",
                            "--statsd-port=0"));
            MatchResult ports = sidecar.awaitStderr(Sidecar.STARTED, Duration.ofSeconds(30));
            for (int i = 0; i < 200; i++) {
                StatsdListener.send(Integer.parseInt(ports.group(2)), "workers:3|g");
            }
            assertEquals(1, sidecar.awaitExit(Duration.ofSeconds(60)));
            assertTrue(sidecar.stderr().contains("ERROR the UDP receiver failed"), sidecar::describe);
        }
    }
}
