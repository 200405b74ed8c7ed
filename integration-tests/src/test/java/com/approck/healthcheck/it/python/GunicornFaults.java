package com.approck.healthcheck.it.python;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.approck.healthcheck.it.support.PromisedTimes;
import com.approck.healthcheck.it.support.probe.Prober.Probe;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.Moment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * What is done to a real Gunicorn, and what its sidecar was seen to do then: one method for each {@link GunicornRow}, or a
 * few of them. Each returns {@link #RIGHT}, or in a few words what is wrong.
 */
final class GunicornFaults {

    static final String RIGHT = "yes";

    private static final Duration TO_START = Duration.ofSeconds(30);
    private static final String STUCK_AFTER = "HEALTHCHECK_STUCK_AFTER";
    private static final Duration A_WHILE = Duration.ofSeconds(3);
    /** From a sample to the next, and from there to the next answer of the prober. */
    private static final Duration NEXT_SAMPLE = Duration.ofSeconds(2);

    private GunicornFaults() {}

    static String boots(GunicornScene scene) {
        scene.environment("LOAD_SECONDS", "2").launch("--workers", "2");
        Await.until(TO_START, () -> scene.becomes(200, scene.started(), Duration.ZERO), scene::describe);
        Moment alive = Moment.now();
        boolean loaded = scene.loaded() > 0;
        scene.awaitLoaded(2);
        if (!loaded) {
            return "no: 200 before it is loaded";
        }
        return scene.stays(200, alive, A_WHILE) ? RIGHT : "no: flips";
    }

    static String neverLoads(GunicornScene scene) {
        scene.environment("LOAD_SECONDS", "1").environment("FAILS_TO_LOAD", "true");
        scene.launch("--workers", "2").gunicorn().awaitExit(TO_START);
        Moment over = Moment.now();
        if (scene.stays(422, scene.started(), A_WHILE)) {
            return RIGHT;
        }
        return scene.stays(200, over, Duration.ZERO) ? "no: 200 for ever" : "no: flips";
    }

    static String idle(GunicornScene scene) {
        scene.start(2, "--timeout", "3");
        return scene.stays(200, Moment.now(), Duration.ofSeconds(10)) ? RIGHT : "no: flips";
    }

    static String busy(GunicornScene scene) {
        scene.start(2, "--timeout", "4", "--threads", "2");
        Moment from = Moment.now();
        scene.load("/sleep/2", 8, Duration.ofSeconds(10));
        return scene.stays(200, from, Duration.ZERO) ? RIGHT : "no: flips";
    }

    static String oneBlocked(GunicornScene scene) {
        scene.environment("LOAD_SECONDS", "2").start(3, "--timeout", "4");
        Moment blocked = scene.block(1);
        Set<Long> seen = new HashSet<>();
        while (scene.loaded() < 4) {
            seen.add(scene.workers());
            if (Moment.now().since(blocked).compareTo(TO_START) > 0) {
                throw new AssertionError(scene.describe());
            }
            Await.pause(Duration.ofMillis(100));
        }
        Await.until(NEXT_SAMPLE, () -> scene.workers() == 3, scene::describe);
        if (!scene.stays(200, blocked, Duration.ZERO)) {
            return "no: flips";
        }
        return seen.equals(Set.of(2L, 3L)) ? RIGHT : "no: three workers all the time";
    }

    static String allBlocked(GunicornScene scene) {
        Duration timeout = Duration.ofSeconds(4);
        scene.environment("LOAD_SECONDS", "3").start(2, "--timeout", "4");
        Moment blocked = scene.block(2);
        boolean dead = scene.becomes(422, blocked, timeout.plus(NEXT_SAMPLE));
        scene.awaitLoaded(4);
        Moment replaced = Moment.now();
        if (!dead && scene.stays(200, blocked, NEXT_SAMPLE)) {
            return "no: 200 throughout";
        }
        return dead && scene.becomes(200, replaced, NEXT_SAMPLE) ? RIGHT : "no: flips";
    }

    static String hubsBlockedUnseen(GunicornScene scene) {
        scene.environment(STUCK_AFTER, "2s").start(2, "--timeout", "0");
        Moment blocked = scene.block(2);
        if (!scene.stays(200, blocked, Duration.ofSeconds(6))) {
            return RIGHT;
        }
        return scene.hasHooks() ? "no: 200 throughout; nobody looks at heartbeats" : "no: 200 throughout";
    }

    /** Two requests, on the only two threads that serve any. */
    static String allHang(GunicornScene scene, int workers, String... settings) {
        scene.environment(STUCK_AFTER, "2s").start(workers, settings);
        Moment hang = Moment.now();
        var requests = scene.requests("/sleep/7", 2);
        // A request is seen by one sample, its thread's CPU asked for by the next.
        boolean dead =
                scene.becomes(422, hang, Duration.ofSeconds(2).plus(NEXT_SAMPLE).plus(NEXT_SAMPLE));
        requests.forEach(CompletableFuture::join);
        Moment goOn = Moment.now();
        if (!dead && scene.stays(200, hang, NEXT_SAMPLE)) {
            return "no: 200 throughout";
        }
        if (!dead || !scene.becomes(200, goOn, NEXT_SAMPLE)) {
            return "no: flips";
        }
        scene.awaitSaid(" stuck: every request thread has been on one request for 2 s without using CPU", 1);
        scene.awaitSaid(" no longer stuck", 1);
        return RIGHT;
    }

    static String halfOfTheThreadsHangs(GunicornScene scene) {
        scene.environment(STUCK_AFTER, "2s").start(1, "--threads", "2");
        Moment blocked = scene.block(1);
        // The other thread is on a request as well, for long enough.
        assertEquals(".".repeat(10), scene.request("/stream/5").join().body());
        return scene.stays(200, blocked, Duration.ZERO) ? RIGHT : "no: flips";
    }

    static String allStream(GunicornScene scene) {
        scene.environment(STUCK_AFTER, "2s");
        if (scene.isOf("gthread")) {
            scene.start(1, "--threads", "2");
        } else {
            scene.start(2, "--timeout", "0");
        }
        Moment from = Moment.now();
        for (var request : scene.requests("/stream/6", 2)) {
            assertEquals(".".repeat(12), request.join().body());
        }
        return scene.stays(200, from, Duration.ZERO) ? RIGHT : "no: flips";
    }

    static String oneKilled(GunicornScene scene) {
        scene.start(3);
        Moment killed = scene.signalWorkers("KILL", 1);
        scene.awaitLoaded(4);
        Await.until(NEXT_SAMPLE, () -> scene.workers() == 3, scene::describe);
        return scene.stays(200, killed, A_WHILE) ? RIGHT : "no: flips";
    }

    static String workersKilled(GunicornScene scene) {
        scene.environment("LOAD_SECONDS", "3").start(2);
        Moment killed = scene.signalWorkers("KILL", 2);
        boolean dead = scene.becomes(422, killed, Duration.ofSeconds(3));
        scene.awaitLoaded(3);
        Moment replaced = Moment.now();
        if (!dead && scene.stays(200, killed, NEXT_SAMPLE)) {
            return "no: 200 throughout";
        }
        return dead && scene.becomes(200, replaced, NEXT_SAMPLE) ? RIGHT : "no: flips";
    }

    static String silence(GunicornScene scene, String signal, boolean workersToo) {
        Moment silent = workersToo ? scene.signalAll(signal) : scene.gunicorn().signal(signal);
        if (!scene.becomes(422, silent, PromisedTimes.SILENCE_IS_SEEN)) {
            return scene.stays(200, silent, A_WHILE) ? "no: 200 for ever" : "no: too late";
        }
        Moment dead = Moment.now();
        return scene.stays(422, dead, A_WHILE) ? RIGHT : "no: flips";
    }

    static String frozen(GunicornScene scene) {
        scene.start(2);
        Moment stopped = scene.signalAll("STOP");
        boolean dead = scene.becomes(422, stopped, PromisedTimes.SILENCE_IS_SEEN);
        Await.pause(Duration.ofSeconds(8).minus(Moment.now().since(stopped)));
        Moment woken = scene.signalAll("CONT");
        if (!dead && scene.stays(200, stopped, NEXT_SAMPLE)) {
            return "no: 200 throughout";
        }
        return dead && scene.becomes(200, woken, PromisedTimes.LIFE_IS_SEEN) ? RIGHT : "no: flips";
    }

    static String arbiterHangs(GunicornScene scene) {
        scene.environment("ARBITER_HANGS", "true").start(3);
        Moment killed = scene.signalWorkers("KILL", 1);
        if (!scene.stays(200, killed, A_WHILE)) {
            return "no: flips";
        }
        Moment allKilled = scene.signalWorkers("KILL", 3);
        return scene.becomes(422, allKilled, NEXT_SAMPLE) ? RIGHT : "no: 200 for ever";
    }

    static String recycled(GunicornScene scene) {
        scene.start(3, "--max-requests", "4", "--max-requests-jitter", "3");
        Moment from = Moment.now();
        while (scene.loaded() < 9) {
            scene.load("/sleep/0.05", 1, Duration.ofMillis(500));
        }
        return scene.stays(200, from, NEXT_SAMPLE) ? RIGHT : "no: flips";
    }

    static String reloaded(GunicornScene scene, String... settings) {
        scene.start(2, settings);
        Moment reload = scene.gunicorn().signal("HUP");
        scene.awaitSaid("Booting worker", 4);
        return scene.stays(200, reload, A_WHILE) ? RIGHT : "no: flips";
    }

    static String reloadedSlowly(GunicornScene scene) {
        scene.environment("LOAD_SECONDS", "4").start(2);
        Moment reload = scene.gunicorn().signal("HUP");
        boolean dead = scene.becomes(422, reload, Duration.ofSeconds(3));
        scene.awaitLoaded(4);
        Moment reloaded = Moment.now();
        if (!dead && scene.stays(200, reload, NEXT_SAMPLE)) {
            return "no: 200 throughout";
        }
        return dead && scene.becomes(200, reloaded, NEXT_SAMPLE) ? RIGHT : "no: flips";
    }

    static String moreAndFewer(GunicornScene scene) {
        scene.start(2);
        Moment from = scene.gunicorn().signal("TTIN");
        Await.until(TO_START, () -> scene.workers() == 3, scene::describe);
        scene.gunicorn().signal("TTOU");
        Await.until(TO_START, () -> scene.workers() == 2, scene::describe);
        return scene.stays(200, from, Duration.ZERO) ? RIGHT : "no: flips";
    }

    static String upgraded(GunicornScene scene) {
        scene.start(2);
        Moment from = scene.gunicorn().signal("USR2");
        scene.awaitLoaded(4);
        scene.endWithTheTest(scene.workerProcesses());
        if (scene.hasHooks()) {
            Await.until(NEXT_SAMPLE, () -> scene.workers() == 4, scene::describe);
        }
        scene.gunicorn().signal("TERM");
        scene.gunicorn().awaitExit(TO_START);
        Await.until(NEXT_SAMPLE, () -> scene.workers() == 2, scene::describe);
        // The old arbiter's lease runs out meanwhile.
        boolean live = scene.stays(200, from, PromisedTimes.SILENCE_IS_SEEN);
        return live && scene.prober().storyOf(Probe.READY, from).equals(List.of("200")) ? RIGHT : "no: flips";
    }

    static String terminated(GunicornScene scene) {
        scene.start(2);
        CompletableFuture<HttpResponse<String>> request = scene.request("/sleep/4.5");
        Await.pause(Duration.ofMillis(500));
        Moment terminated = scene.gunicorn().signal("TERM");
        Moment beforeDone = terminated.plus(Duration.ofMillis(3500));
        Await.until(TO_START, request::isDone, scene::describe);
        int status = request.join().statusCode();
        scene.gunicorn().awaitExit(TO_START);
        Moment done = Moment.now();
        boolean dead = scene.becomes(422, done, PromisedTimes.AT_ONCE);
        List<String> ready = scene.prober().storyOf(Probe.READY, terminated);
        if (!dead && ready.equals(List.of("200"))) {
            return "no: 200 for ever, ready too";
        }
        scene.prober().assertOnly(Probe.LIVE, 200, terminated, beforeDone);
        scene.prober().assertOnly(Probe.READY, 422, terminated.plus(PromisedTimes.AT_ONCE), Moment.now());
        boolean told = ready.contains("422 ShuttingDown")
                && ready.get(ready.size() - 1).equals("422 NoWorkers");
        return status == 200 && dead && told ? RIGHT : "no: " + status + ", then ready " + ready;
    }

    static String sidecarLate(GunicornScene scene) {
        scene.sidecarIsLate().start(2);
        Await.pause(A_WHILE);
        return knowsAgain(scene, scene.sidecar().restart());
    }

    static String sidecarRestarted(GunicornScene scene) {
        return knowsAgain(scene, scene.sidecar().killAndRestart());
    }

    static String sidecarRestartedWithStateFile(GunicornScene scene) {
        Path file;
        try {
            file = Files.createTempDirectory(Path.of("target", "it").toAbsolutePath(), "state")
                    .resolve("workers");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        scene.sidecarFlags("--state-file", file.toString()).start(2);
        if (!scene.hasHooks()) {
            Await.until(TO_START, () -> Files.exists(file), scene::describe);
        }
        return sidecarRestarted(scene);
    }

    private static String knowsAgain(GunicornScene scene, Moment restarted) {
        if (!scene.becomes(200, restarted, PromisedTimes.LIFE_IS_SEEN)) {
            return scene.stays(422, restarted, A_WHILE) ? "no: 422 for ever" : "no: too late";
        }
        Moment alive = Moment.now();
        return scene.stays(200, alive, A_WHILE) ? RIGHT : "no: flips";
    }

    static String named(GunicornScene scene, String name) {
        boolean isNamed = scene.sidecar()
                .verbose()
                .get("sources")
                .valueStream()
                .anyMatch(source -> source.get("name").asString().equals(name));
        return isNamed && scene.stays(200, Moment.now(), A_WHILE)
                ? RIGHT
                : "no: " + scene.sidecar().verbose();
    }

    static String unixSocket(GunicornScene scene) {
        if (!scene.hasHooks()) {
            scene.launch("--statsd-host", "unix:///run/statsd.sock");
            int status = scene.gunicorn().awaitExit(TO_START);
            return status != 0 && scene.said("invalid literal for int()") > 0
                    ? "no: Gunicorn 20.1 does not start, newer ones send nothing to the sidecar"
                    : "no: it ends with " + status;
        }
        scene.environment("STATSD_HOST", "unix:///run/statsd.sock").launch("--workers", "2");
        scene.awaitLoaded(2);
        scene.awaitSaid(
                "healthcheck: STATSD_HOST is 'unix:///run/statsd.sock'; allowed: a name or an address, the sidecar has"
                        + " no Unix socket; nothing is reported",
                1);
        return scene.request("/").join().statusCode() == 200 && scene.stays(422, scene.started(), A_WHILE)
                ? RIGHT
                : "no: " + scene.describe();
    }
}
