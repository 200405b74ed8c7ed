package com.approck.healthcheck.it.python;

import com.approck.healthcheck.it.support.PromisedTimes;
import com.approck.healthcheck.it.support.Sidecar;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Http;
import com.approck.healthcheck.it.support.probe.Prober;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.FreePorts;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.Moment;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import com.approck.healthcheck.it.support.process.Tool;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** A sidecar, a real ASGI server whose application has our module, and what can be done to them. */
final class AsgiScene {

    /** How the application is served; the order is that of the table's columns. */
    enum Server {
        UVICORN("uvicorn", 1, 3),
        UVICORN_WORKERS("uvicorn `--workers 2`", 2, 3),
        HYPERCORN("hypercorn", 1, 3),
        HYPERCORN_WORKERS("hypercorn `--workers 2`", 2, 3),
        /** With the Gunicorn module in its configuration: the arbiter reports, and the application's module is silent. */
        GUNICORN("Gunicorn, two `UvicornWorker`", 2, 6);

        final String label;
        final int processes;
        /** Of an event loop, or Gunicorn's timeout, which the startup of the application must keep, too. */
        final Duration stuckAfter;

        Server(String label, int processes, int stuckAfterSeconds) {
            this.label = label;
            this.processes = processes;
            this.stuckAfter = Duration.ofSeconds(stuckAfterSeconds);
        }
    }

    private static final Duration TO_START = Duration.ofSeconds(60);

    private final TestProcesses run;
    private final Server server;
    private final Map<String, String> environment = new HashMap<>();
    private Sidecar sidecar;
    private Prober prober;
    private ProcessUnderTest process;
    private boolean sidecarIsLate;
    private int port;

    AsgiScene(TestProcesses run, Server server) {
        this.run = run;
        this.server = server;
    }

    AsgiScene environment(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /** The sidecar's port is chosen, and nobody listens there yet. */
    AsgiScene sidecarIsLate() {
        sidecarIsLate = true;
        return this;
    }

    /** Starts everything, and waits for no more than a sidecar that answers. */
    AsgiScene launch(String... flags) {
        require();
        sidecar = run.sidecar(Jdk.running());
        if (sidecarIsLate) {
            sidecar.process().close();
        }
        prober = run.prober(sidecar);
        if (!sidecarIsLate) {
            prober.awaitFirst();
        }
        environment.put("PYTHONDONTWRITEBYTECODE", "1");
        environment.put("PYTHONPATH", HooksModule.folder().toString());
        environment.put("STATSD_PORT", Integer.toString(sidecar.statsdPort()));
        environment.put("HEALTHCHECK_STUCK_AFTER", server.stuckAfter.toSeconds() + "s");
        if (server == Server.UVICORN_WORKERS) {
            // Of a port that the system chooses, the parent logs 0.
            port = FreePorts.next();
        }
        List<String> command = new ArrayList<>(command());
        command.addAll(List.of(flags));
        command.add("asgi_app:application");
        process = run.process(server.name().toLowerCase(Locale.ROOT), environment, command);
        return this;
    }

    private void require() {
        Tool.UVICORN.require();
        if (server == Server.GUNICORN) {
            Tool.GUNICORN.require();
        }
        if (server == Server.HYPERCORN || server == Server.HYPERCORN_WORKERS) {
            Tool.HYPERCORN.require();
        }
    }

    private List<String> command() {
        String python = Tool.python();
        String programs = GunicornScene.PROGRAMS.toString();
        String workers = Integer.toString(server.processes);
        return switch (server) {
            case UVICORN, UVICORN_WORKERS ->
                List.of(
                        python,
                        "-m",
                        "uvicorn",
                        "--app-dir",
                        programs,
                        "--port",
                        Integer.toString(port),
                        "--workers",
                        workers);
            case HYPERCORN, HYPERCORN_WORKERS -> {
                environment.merge("PYTHONPATH", programs, (hooks, more) -> hooks + ":" + more);
                yield List.of(
                        python,
                        "-m",
                        "hypercorn",
                        "--bind",
                        "127.0.0.1:0",
                        "--workers",
                        workers,
                        "--graceful-timeout",
                        "20");
            }
            case GUNICORN -> {
                List<String> gunicorn = new ArrayList<>(List.of("/usr/bin/gunicorn", "--bind", "127.0.0.1:0"));
                gunicorn.addAll(List.of("--config", programs + "/hooks.conf.py", "--chdir", programs));
                gunicorn.addAll(List.of("-k", "uvicorn.workers.UvicornWorker", "--workers", workers));
                gunicorn.addAll(List.of("--timeout", Long.toString(server.stuckAfter.toSeconds())));
                yield gunicorn;
            }
        };
    }

    /** Starts everything, and waits until the sidecar knows all processes. */
    AsgiScene start(String... flags) {
        launch(flags);
        awaitSaid("LOADED ", server.processes);
        if (!sidecarIsLate) {
            awaitWorkers(server.processes);
            prober.awaitBoth(200, Moment.now(), PromisedTimes.LIFE_IS_SEEN);
        }
        run.onlyWaits();
        return this;
    }

    Server server() {
        return server;
    }

    Sidecar sidecar() {
        return sidecar;
    }

    Live live() {
        return new Live(prober);
    }

    ProcessUnderTest process() {
        return process;
    }

    Prober prober() {
        return prober;
    }

    void awaitWorkers(long workers) {
        Await.until(TO_START, () -> sidecar.verbose().get("workers").asLong() == workers, this::describe);
    }

    int said(String words) {
        return (int)
                process.stderr().lines().filter(line -> line.contains(words)).count();
    }

    void awaitSaid(String words, int times) {
        Await.until(TO_START, () -> said(words) >= times, this::describe);
    }

    /** Blocks the event loops of that many processes, one after the other. */
    Moment block(int processes, int seconds) {
        int before = said("BLOCKED ");
        for (int i = 1; i <= processes; i++) {
            var unused = request("/block/" + seconds);
            awaitSaid("BLOCKED ", before + i);
        }
        return Moment.now();
    }

    CompletableFuture<HttpResponse<String>> request(String path) {
        if (port == 0) {
            port = Integer.parseInt(
                    process.awaitStderr("(?:[Rr]unning on|Listening at:) http://127\\.0\\.0\\.1:(\\d+)", TO_START)
                            .group(1));
        }
        return Http.send(port, path);
    }

    /** The processes that serve: the one that was started, or those below it, less multiprocessing's helper. */
    List<ProcessHandle> servers() {
        if (server.processes == 1) {
            return List.of(process.handle());
        }
        return process.handle()
                .descendants()
                .filter(child -> !child.info().commandLine().orElse("").contains("resource_tracker"))
                .toList();
    }

    /** To the parent first, so that it replaces no one. */
    Moment signalAll(String signal) {
        List<ProcessHandle> all = process.handle().descendants().toList();
        process.signal(signal);
        all.forEach(one -> ProcessUnderTest.signal(signal, one.pid()));
        return Moment.now();
    }

    String describe() {
        return process.describe() + "\n" + prober.describe() + "\n"
                + sidecar.process().describe();
    }
}
