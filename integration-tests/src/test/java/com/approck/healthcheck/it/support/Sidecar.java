package com.approck.healthcheck.it.support;

import com.approck.healthcheck.it.support.probe.Http;
import com.approck.healthcheck.it.support.probe.StatsdListener;
import com.approck.healthcheck.it.support.process.FreePorts;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.Moment;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** The built sidecar in its process, by its launcher, on ports that it keeps when it is killed and started again. */
public final class Sidecar implements AutoCloseable {

    private static final Duration TO_START = Duration.ofSeconds(30);
    /** The line that it prints on stderr once it answers and listens. */
    public static final String STARTED = "listening http://\\S+:(\\d+)(?: http://\\S+)* statsd://\\S+:(\\d+)";

    private static final Map<Jdk, Path> INSTALLED = new ConcurrentHashMap<>();

    private final Jdk jdk;
    private final Map<String, String> environment;
    private final List<String> flags;
    private final int httpPort = FreePorts.next();
    private final int statsdPort = FreePorts.next();
    private ProcessUnderTest process;

    private Sidecar(Jdk jdk, Map<String, String> environment, List<String> flags) {
        this.jdk = jdk;
        this.environment = environment;
        this.flags = flags;
        restart();
    }

    static Sidecar start(Jdk jdk, Map<String, String> environment, String... flags) {
        return new Sidecar(jdk, environment, List.of(flags));
    }

    /** A sidecar that a test expects not to start: nothing is awaited, nothing is added to the flags. */
    public static ProcessUnderTest launch(Jdk jdk, Map<String, String> environment, String... flags) {
        List<String> command = new ArrayList<>();
        command.add(INSTALLED
                .computeIfAbsent(jdk, Sidecar::install)
                .resolve("bin/healthcheck-sidecar")
                .toString());
        command.addAll(List.of(flags));
        Map<String, String> all = new HashMap<>(environment);
        all.put("JAVA_HOME", jdk.home().toString());
        return ProcessUnderTest.start("sidecar-jdk" + jdk.feature(), all, command);
    }

    private static Path install(Jdk jdk) {
        Path copy = Path.of("target", "it", "launcher-jdk" + jdk.feature()).toAbsolutePath();
        return LauncherCopy.withArchive(BuiltJars.launcher(), copy, jdk);
    }

    public ProcessUnderTest process() {
        return process;
    }

    public int httpPort() {
        return httpPort;
    }

    public int statsdPort() {
        return statsdPort;
    }

    /** Kills it and starts it again on the same ports; the moment at which it said that it is up. */
    public Moment killAndRestart() {
        process.close();
        return restart();
    }

    /** Starts it, for the first time or after it has ended, on its ports; the moment at which it said that it is up. */
    public Moment restart() {
        List<String> all = new ArrayList<>(
                List.of("--port", Integer.toString(httpPort), "--statsd-port", Integer.toString(statsdPort)));
        all.addAll(flags);
        process = launch(jdk, environment, all.toArray(String[]::new));
        process.awaitStderr(STARTED, TO_START);
        return Moment.now();
    }

    public void report(String datagram) {
        StatsdListener.send(statsdPort, datagram);
    }

    public Http.Answer live() {
        return Http.get(httpPort, "/health/live");
    }

    public Http.Answer ready() {
        return Http.get(httpPort, "/health/ready");
    }

    /** The body of {@code /health/live?verbose}. */
    public JsonNode verbose() {
        return new ObjectMapper()
                .readTree(Http.get(httpPort, "/health/live?verbose").body());
    }

    @Override
    public void close() {
        process.close();
    }
}
