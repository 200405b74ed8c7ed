package com.approck.healthcheck.it.sidecar;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.support.Sidecar;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Http;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.FreePorts;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import com.approck.healthcheck.it.support.process.Tool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** {@code --statsd-forward} to a real StatsD server, collectd's, which is down at first. */
final class ForwardIT {

    private static final Duration SOON = Duration.ofSeconds(60);

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    @TempDir
    Path folder;

    @Test
    void serverGetsEveryMetric_alsoWhenItComesLater_andTheSidecarDoesNotCare() throws IOException {
        Tool.COLLECTD.require();
        int port = FreePorts.next();
        Sidecar sidecar = processes.sidecar(Jdk.running(), "--statsd-forward", "localhost:" + port);
        sidecar.process().awaitStderr("forward: to localhost:" + port + " at 127.0.0.1:" + port, SOON);
        Await.until(
                SOON,
                () -> {
                    sidecar.report("workers:3|g");
                    return dropped(sidecar) > 5;
                },
                () -> sidecar.verbose().toString());
        assertEquals(200, sidecar.live().status());
        sidecar.process().awaitStderr("WARN forward: localhost:" + port + " refuses datagrams", SOON);

        ProcessUnderTest server = collectd(port);
        Await.until(
                SOON,
                () -> {
                    sidecar.report("workers:7|g\nother.gauge:42|g\nother.counter:1|c");
                    return wrote("gauge-workers").contains(",7.000000")
                            && wrote("gauge-other.gauge").contains(",42.000000")
                            && !wrote("derive-other.counter").isEmpty();
                },
                server::describe);
        assertEquals(7, sidecar.verbose().get("workers").asLong());
        String metrics = Http.get(sidecar.httpPort(), "/metrics").body();
        assertTrue(metrics.contains("\nhealthcheck_forward_dropped_datagrams_total{reason=\"unreachable\"} "), metrics);

        server.close();
        long before = dropped(sidecar);
        Await.until(
                SOON,
                () -> {
                    sidecar.report("workers:8|g");
                    return dropped(sidecar) > before;
                },
                () -> sidecar.verbose().toString());
        assertEquals(200, sidecar.live().status());
        assertEquals(8, sidecar.verbose().get("workers").asLong());
    }

    private ProcessUnderTest collectd(int port) throws IOException {
        Path settings = Files.writeString(folder.resolve("collectd.conf"), """
                Hostname "here"
                FQDNLookup false
                Interval 1
                BaseDir "%1$s"
                PIDFile "%1$s/pid"
                PluginDir "/usr/lib/collectd"
                TypesDB "/usr/share/collectd/types.db"
                LoadPlugin statsd
                LoadPlugin csv
                <Plugin statsd>
                  Host "127.0.0.1"
                  Port "%2$d"
                </Plugin>
                <Plugin csv>
                  DataDir "%1$s"
                </Plugin>
                """.formatted(folder, port));
        return processes.process("collectd", Map.of(), List.of("/usr/sbin/collectd", "-f", "-C", settings.toString()));
    }

    /** All that collectd has written about a metric; it has a file for each day. */
    private String wrote(String metric) {
        Path metrics = folder.resolve("here").resolve("statsd");
        if (!Files.isDirectory(metrics)) {
            return "";
        }
        try (Stream<Path> files = Files.list(metrics)) {
            StringBuilder text = new StringBuilder();
            for (Path file : files.filter(file -> file.getFileName().toString().startsWith(metric + "-"))
                    .toList()) {
                text.append(Files.readString(file, UTF_8));
            }
            return text.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long dropped(Sidecar sidecar) {
        return sidecar.verbose()
                .get("counters")
                .get("forward_dropped_unreachable")
                .asLong();
    }
}
