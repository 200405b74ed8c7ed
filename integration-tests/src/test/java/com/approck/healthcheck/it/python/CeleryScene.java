package com.approck.healthcheck.it.python;

import com.approck.healthcheck.it.support.PromisedTimes;
import com.approck.healthcheck.it.support.Sidecar;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Prober;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.FreePorts;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.Moment;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import com.approck.healthcheck.it.support.process.Tool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** A sidecar, a broker, a real Celery worker with two workers in its pool, and what can be done to them. */
final class CeleryScene {

    static final int WORKERS = 2;

    private static final Duration TO_START = Duration.ofSeconds(60);

    private final TestProcesses run;
    private final String pool;
    private final Map<String, String> environment = new HashMap<>();
    private final int brokerPort;
    private ProcessUnderTest broker;
    private Sidecar sidecar;
    private Prober prober;
    private ProcessUnderTest worker;
    private boolean sidecarIsLate;

    CeleryScene(TestProcesses run, String pool) {
        this.run = run;
        this.pool = pool;
        this.brokerPort = FreePorts.next();
    }

    /** What the application sends to itself, as {@code celery_app.py} takes it. */
    CeleryScene tasks(String... tasks) {
        environment.put("TASKS", String.join(" ", tasks));
        return this;
    }

    /** The sidecar's port is chosen, and nobody listens there yet. */
    CeleryScene sidecarIsLate() {
        sidecarIsLate = true;
        return this;
    }

    CeleryScene startBroker() {
        Tool.REDIS.require();
        List<String> command = new ArrayList<>(List.of("/usr/bin/redis-server", "--bind", "127.0.0.1"));
        command.addAll(List.of("--port", Integer.toString(brokerPort), "--save", "", "--appendonly", "no"));
        broker = run.process("redis", Map.of(), command);
        broker.awaitStdout("Ready to accept connections", TO_START);
        return this;
    }

    void killBroker() {
        broker.close();
    }

    /** Starts the sidecar and the worker, and waits for no more than a sidecar that answers. */
    CeleryScene launch(String... flags) {
        Tool.CELERY.require();
        Tool.PYTHON_REDIS.require();
        sidecar = run.sidecar(Jdk.running());
        if (sidecarIsLate) {
            sidecar.process().close();
        }
        prober = run.prober(sidecar);
        environment.put("PYTHONDONTWRITEBYTECODE", "1");
        environment.put("PYTHONPATH", HooksModule.folder() + ":" + GunicornScene.PROGRAMS);
        environment.put("STATSD_PORT", Integer.toString(sidecar.statsdPort()));
        environment.put("BROKER_PORT", Integer.toString(brokerPort));
        List<String> command = new ArrayList<>(List.of(Tool.python(), "-m", "celery", "-A", "celery_app", "worker"));
        command.addAll(List.of("--pool", pool, "--concurrency", Integer.toString(WORKERS), "--loglevel", "info"));
        command.addAll(List.of("--without-gossip", "--without-mingle", "--without-heartbeat"));
        command.addAll(List.of(flags));
        worker = run.process("celery", environment, command);
        return this;
    }

    /** Starts everything, and waits until the worker has sent its tasks and the sidecar knows the pool. */
    CeleryScene start(String... flags) {
        startBroker().launch(flags);
        awaitSaid("READY ", 1);
        if (!sidecarIsLate) {
            awaitWorkers(WORKERS);
            prober.awaitBoth(200, Moment.now(), PromisedTimes.LIFE_IS_SEEN);
        }
        run.onlyWaits();
        return this;
    }

    Sidecar sidecar() {
        return sidecar;
    }

    Prober prober() {
        return prober;
    }

    Live live() {
        return new Live(prober);
    }

    ProcessUnderTest worker() {
        return worker;
    }

    /** The pool's entry in {@code ?verbose}. */
    private JsonNode numbers() {
        return sidecar.verbose()
                .get("sources")
                .valueStream()
                .flatMap(source -> source.get("pools").valueStream())
                .findFirst()
                .orElseThrow(() -> new AssertionError(describe()));
    }

    int number(String name) {
        return numbers().get(name).asInt();
    }

    void awaitNumber(String name, int value) {
        Await.until(TO_START, () -> number(name) == value, () -> name + " is " + value + "\n" + describe());
    }

    long workers() {
        return sidecar.verbose().get("workers").asLong();
    }

    void awaitWorkers(long workers) {
        Await.until(TO_START, () -> workers() == workers, this::describe);
    }

    int said(String words) {
        return (int)
                worker.stderr().lines().filter(line -> line.contains(words)).count();
    }

    void awaitSaid(String words, int times) {
        Await.until(TO_START, () -> said(words) >= times, this::describe);
    }

    List<ProcessHandle> processesOfThePool() {
        return worker.handle().children().toList();
    }

    String describe() {
        return worker.describe() + "\n" + prober.describe() + "\n"
                + sidecar.process().describe();
    }
}
