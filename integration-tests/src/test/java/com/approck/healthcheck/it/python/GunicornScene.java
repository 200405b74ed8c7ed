package com.approck.healthcheck.it.python;

import com.approck.healthcheck.it.support.PromisedTimes;
import com.approck.healthcheck.it.support.Sidecar;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Http;
import com.approck.healthcheck.it.support.probe.Prober;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.Moment;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import com.approck.healthcheck.it.support.process.Tool;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** A sidecar, a real Gunicorn that is told to speak to it in one of two ways, and what can be done to them. */
public final class GunicornScene {

    /** How Gunicorn speaks to the sidecar. */
    public enum Speaker {
        HOOKS,
        OWN_STATSD
    }

    static final Path PROGRAMS = Path.of("src", "test", "resources", "python").toAbsolutePath();

    private static final Duration TO_START = Duration.ofSeconds(30);
    private static final Duration BETWEEN = Duration.ofMillis(50);

    private final TestProcesses run;
    private final Speaker speaker;
    private final String workerClass;
    private final Map<String, String> environment = new HashMap<>();
    private final List<String> sidecarFlags = new ArrayList<>();
    private boolean bothSpeak;
    private boolean sidecarIsLate;

    private Sidecar sidecar;
    private Prober prober;
    private ProcessUnderTest gunicorn;
    private Moment started;
    private int port;

    public GunicornScene(TestProcesses run, Speaker speaker, String workerClass) {
        this.run = run;
        this.speaker = speaker;
        this.workerClass = workerClass;
    }

    boolean isOf(String workerClass) {
        return this.workerClass.equals(workerClass);
    }

    boolean hasHooks() {
        return speaker == Speaker.HOOKS;
    }

    public GunicornScene environment(String name, String value) {
        environment.put(name, value);
        return this;
    }

    GunicornScene sidecarFlags(String... flags) {
        sidecarFlags.addAll(List.of(flags));
        return this;
    }

    /** With hooks, Gunicorn's own StatsD goes to the sidecar too. */
    GunicornScene bothSpeak() {
        bothSpeak = true;
        return this;
    }

    /** The sidecar's port is chosen, and nobody listens there yet. */
    GunicornScene sidecarIsLate() {
        sidecarIsLate = true;
        return this;
    }

    /** Starts everything, and waits for no more than a sidecar that answers. */
    GunicornScene launch(String... settings) {
        Tool.GUNICORN.require();
        if (workerClass.equals("gevent")) {
            Tool.GEVENT.require();
        }
        sidecar = run.sidecar(Jdk.running(), sidecarFlags.toArray(String[]::new));
        if (sidecarIsLate) {
            sidecar.process().close();
        }
        prober = run.prober(sidecar);
        if (!sidecarIsLate) {
            prober.awaitFirst();
        }
        List<String> command = new ArrayList<>(List.of("/usr/bin/gunicorn"));
        command.addAll(List.of("--config", conf().toString()));
        command.addAll(List.of("--bind", "127.0.0.1:0", "--chdir", PROGRAMS.toString()));
        command.addAll(List.of("--worker-class", workerClass));
        environment.put("PYTHONDONTWRITEBYTECODE", "1");
        if (hasHooks()) {
            environment.put("PYTHONPATH", HooksModule.folder().toString());
            environment.putIfAbsent("STATSD_PORT", Integer.toString(sidecar.statsdPort()));
        }
        if (!hasHooks() || bothSpeak) {
            command.addAll(List.of("--statsd-host", "localhost:" + sidecar.statsdPort()));
        }
        command.addAll(List.of(settings));
        command.add("faulty_app:application");
        started = Moment.now();
        gunicorn = run.process("gunicorn", environment, command);
        return this;
    }

    /** Starts everything, and waits until so many workers have loaded the application and the sidecar knows. */
    public GunicornScene start(int workers, String... settings) {
        List<String> all = new ArrayList<>(List.of("--workers", Integer.toString(workers)));
        all.addAll(List.of(settings));
        launch(all.toArray(String[]::new));
        awaitLoaded(environment.containsKey("PRELOADED") ? 1 : workers);
        if (!sidecarIsLate) {
            Await.until(TO_START, () -> workers() == workers, this::describe);
            prober.awaitBoth(200, Moment.now(), PromisedTimes.LIFE_IS_SEEN);
        }
        run.onlyWaits();
        return this;
    }

    private Path conf() {
        return PROGRAMS.resolve(hasHooks() ? "hooks.conf.py" : "own.conf.py");
    }

    public Sidecar sidecar() {
        return sidecar;
    }

    public ProcessUnderTest gunicorn() {
        return gunicorn;
    }

    Moment started() {
        return started;
    }

    Prober prober() {
        return prober;
    }

    long workers() {
        return sidecar.verbose().get("workers").asLong();
    }

    /** How often the application has been loaded so far. */
    int loaded() {
        return said("LOADED ");
    }

    void awaitLoaded(int times) {
        Await.until(TO_START, () -> loaded() >= times, this::describe);
    }

    /** How often Gunicorn or the application has said that on stderr. */
    int said(String words) {
        return (int)
                gunicorn.stderr().lines().filter(line -> line.contains(words)).count();
    }

    void awaitSaid(String words, int times) {
        Await.until(TO_START, () -> said(words) >= times, this::describe);
    }

    /** Sends that many requests that never end, each after the one before has blocked whoever took it. */
    public Moment block(int requests) {
        for (int i = 1; i <= requests; i++) {
            var unused = request("/block");
            awaitSaid("BLOCKED ", i);
        }
        return Moment.now();
    }

    CompletableFuture<HttpResponse<String>> request(String path) {
        return Http.send(port(), path);
    }

    /** That many at once. */
    List<CompletableFuture<HttpResponse<String>>> requests(String path, int count) {
        return Stream.generate(() -> request(path)).limit(count).toList();
    }

    public int port() {
        if (port == 0) {
            port = Integer.parseInt(gunicorn.awaitStderr("Listening at: http://127\\.0\\.0\\.1:(\\d+)", TO_START)
                    .group(1));
        }
        return port;
    }

    /** Keeps that many requests at once under way for that time. */
    public void load(String path, int clients, Duration time) {
        Moment end = Moment.now().plus(time);
        List<CompletableFuture<HttpResponse<String>>> underWay = new ArrayList<>();
        while (!end.hasCome()) {
            underWay.removeIf(CompletableFuture::isDone);
            while (underWay.size() < clients) {
                underWay.add(request(path));
            }
            Await.pause(BETWEEN);
        }
    }

    /** The processes below the arbiter. */
    List<ProcessHandle> workerProcesses() {
        return gunicorn.handle().descendants().toList();
    }

    /** Processes that may outlive the arbiter that was started here. */
    void endWithTheTest(List<ProcessHandle> processes) {
        run.add(() -> processes.forEach(ProcessHandle::destroyForcibly));
    }

    /** To the arbiter first, so that it replaces no one. */
    public Moment signalAll(String signal) {
        List<ProcessHandle> workers = workerProcesses();
        gunicorn.signal(signal);
        workers.forEach(worker -> ProcessUnderTest.signal(signal, worker.pid()));
        return Moment.now();
    }

    /** To that many workers. */
    Moment signalWorkers(String signal, int count) {
        workerProcesses().stream().limit(count).forEach(worker -> ProcessUnderTest.signal(signal, worker.pid()));
        return Moment.now();
    }

    /** As {@link Live#becomes}. */
    boolean becomes(int status, Moment since, Duration within) {
        return new Live(prober).becomes(status, since, within);
    }

    /** As {@link Live#stays}. */
    boolean stays(int status, Moment since, Duration time) {
        return new Live(prober).stays(status, since, time);
    }

    String describe() {
        return gunicorn.describe() + "\n" + prober.describe() + "\n"
                + sidecar.process().describe();
    }
}
