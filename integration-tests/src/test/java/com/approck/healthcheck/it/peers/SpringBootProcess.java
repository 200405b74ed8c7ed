package com.approck.healthcheck.it.peers;

import com.approck.healthcheck.it.support.App;
import com.approck.healthcheck.it.support.Sidecar;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Http;
import com.approck.healthcheck.it.support.probe.KubeletProbe;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.FreePorts;
import com.approck.healthcheck.it.support.process.Moment;
import com.approck.healthcheck.it.support.samples.SampleClassPath;
import com.approck.healthcheck.it.support.samples.ServerVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Spring Boot on Tomcat with its Actuator, our agent and the JMX exporter in one JVM, each with its defaults, and the sidecar
 * beside it.
 */
final class SpringBootProcess implements ProbedProcess {

    static final int WORKERS = 12;

    private static final String JMX_EXPORTER = "io.prometheus.jmx:jmx_prometheus_javaagent:1.0.1";
    private static final Duration TO_ARRIVE = Duration.ofSeconds(20);
    private static final Duration BETWEEN = Duration.ofMillis(50);

    private final Sidecar sidecar;
    private final App app;
    private final int port;
    private final Map<String, KubeletProbe> probes = new LinkedHashMap<>();

    private SpringBootProcess(TestProcesses processes, ServerVersion.OnJdk server) {
        sidecar = processes.sidecar(server.jdk());
        port = FreePorts.next();
        int metrics = FreePorts.next();
        List<String> flags = List.of(
                "-javaagent:" + SampleClassPath.jar(JMX_EXPORTER) + "=127.0.0.1:" + metrics + ":" + exporterSettings(),
                TestProcesses.agent("port=" + sidecar.statsdPort()),
                // On the main port, beside the management port: as Spring Boot's documentation recommends.
                "-Dmanagement.endpoint.health.probes.add-additional-paths=true",
                // What the exporter reads of the pools.
                "-Dserver.tomcat.mbeanregistry.enabled=true");
        app = processes.app(server, flags, Map.of(), "threads=" + WORKERS, "port=" + port);
        app.awaitStarted();
        ExportedPool pool = new ExportedPool(metrics, port);
        probes.put(OURS, KubeletProbe.http(sidecar.httpPort(), "/health/live"));
        probes.put("Actuator, management port", KubeletProbe.http(app.managementPort(), "/actuator/health/liveness"));
        probes.put("Actuator, main port", KubeletProbe.http(port, "/livez"));
        probes.put("JMX exporter, busy < max", KubeletProbe.start("threshold on busy threads", pool::hasIdleThread));
        probes.put(
                "JMX exporter, no thread deadlocked",
                KubeletProbe.start("threshold on deadlocked threads", pool::hasNoDeadlock));
        probes.values().forEach(processes::add);
    }

    static SpringBootProcess start(TestProcesses processes, ServerVersion.OnJdk server) {
        return new SpringBootProcess(processes, server);
    }

    /** All MBeans, under the exporter's own names for them. */
    private static Path exporterSettings() {
        try {
            Path folder = Files.createDirectories(Path.of("target", "it").toAbsolutePath());
            return Files.writeString(Files.createTempFile(folder, "jmx", ".yaml"), "rules:\n- pattern: \".*\"\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Map<String, KubeletProbe> probes() {
        return probes;
    }

    /** Puts a request of that path on so many workers, and waits until the agent has seen them there. */
    Moment occupy(int workers, String path) {
        for (int i = 0; i < workers; i++) {
            var unused = Http.send(port, path);
        }
        Moment sent = Moment.now();
        Await.until(TO_ARRIVE, () -> busy() >= workers, () -> "busy: " + sidecar.verbose());
        return sent;
    }

    private int busy() {
        return sidecar.verbose()
                .get("sources")
                .valueStream()
                .flatMap(source -> source.get("pools").valueStream())
                .filter(pool -> pool.get("name").asString().endsWith("-" + port) && pool.has("busy"))
                .mapToInt(pool -> pool.get("busy").asInt())
                .sum();
    }

    /** Keeps four requests a worker under way for that time, each of which takes so long once it has a worker. */
    Moment load(Duration request, Duration time) {
        Moment from = Moment.now();
        List<CompletableFuture<HttpResponse<String>>> underWay = new ArrayList<>();
        while (!from.plus(time).hasCome()) {
            underWay.removeIf(CompletableFuture::isDone);
            while (underWay.size() < 4 * WORKERS) {
                underWay.add(Http.send(port, "/sleep?ms=" + request.toMillis()));
            }
            Await.pause(BETWEEN);
        }
        return from;
    }

    Moment signal(String signal) {
        return app.process().signal(signal);
    }

    /** As in a long collection: no thread of the JVM runs. */
    Moment pause(Duration time) {
        Moment from = signal("STOP");
        Await.pause(time);
        signal("CONT");
        return from;
    }
}
