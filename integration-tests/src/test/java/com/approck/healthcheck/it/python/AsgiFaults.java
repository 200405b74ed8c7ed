package com.approck.healthcheck.it.python;

import com.approck.healthcheck.it.python.AsgiScene.Server;
import com.approck.healthcheck.it.support.PromisedTimes;
import com.approck.healthcheck.it.support.probe.Prober.Probe;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.Moment;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What is done to a real ASGI server: one method for each {@link AsgiRow}. Each returns {@link #RIGHT}, or what is wrong. */
final class AsgiFaults {

    static final String RIGHT = "yes";

    private static final Duration TO_START = Duration.ofSeconds(60);
    private static final Duration A_WHILE = Duration.ofSeconds(3);
    /** From a sample to the next, and from there to the next answer of the prober. */
    private static final Duration NEXT_SAMPLE = Duration.ofSeconds(2);

    private AsgiFaults() {}

    static String boots(AsgiScene scene) {
        scene.environment("LOAD_SECONDS", "2").launch();
        Moment launched = scene.process().startedAt();
        Await.until(TO_START, () -> scene.live().becomes(200, launched, Duration.ZERO), scene::describe);
        Moment alive = Moment.now();
        return scene.said("LOADED ") > 0 && scene.live().stays(200, alive, A_WHILE)
                ? RIGHT
                : "no: 200 too early, or flips";
    }

    static String neverLoads(AsgiScene scene) {
        scene.environment("FAILS_TO_LOAD", "true").launch().process().awaitExit(TO_START);
        return scene.live().stays(422, scene.process().startedAt(), A_WHILE) ? RIGHT : "no: 200";
    }

    static String busy(AsgiScene scene) {
        scene.start();
        Moment from = Moment.now();
        List<CompletableFuture<HttpResponse<String>>> requests = new ArrayList<>();
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 20; i++) {
                requests.add(scene.request("/sleep/2"));
            }
            Await.pause(Duration.ofSeconds(2));
        }
        requests.forEach(CompletableFuture::join);
        return scene.live().stays(200, from, Duration.ZERO) ? RIGHT : "no: flips";
    }

    static String oneBlocked(AsgiScene scene) {
        scene.start();
        Moment blocked = scene.block(1, 7);
        scene.awaitWorkers(1);
        Duration seen = Moment.now().since(blocked);
        scene.awaitWorkers(2);
        if (seen.compareTo(scene.server().stuckAfter.minusSeconds(1)) < 0) {
            return "no: one less after " + seen;
        }
        return scene.live().stays(200, blocked, Duration.ZERO) ? RIGHT : "no: flips";
    }

    static String allBlocked(AsgiScene scene) {
        if (scene.server() == Server.GUNICORN) {
            // Gunicorn looks once a second: without a slow start, the first one would be replaced before the second one
            // is ended.
            scene.environment("LOAD_SECONDS", "3");
        }
        scene.start();
        Duration stuckAfter = scene.server().stuckAfter;
        Duration blockedFor = stuckAfter.plusSeconds(4);
        Moment blocked = scene.block(scene.server().processes, (int) blockedFor.toSeconds());
        boolean dead = scene.live().becomes(422, blocked, stuckAfter.plus(NEXT_SAMPLE));
        Moment zero = Moment.now();
        // Gunicorn replaces them, and the client repeats what it got no answer to.
        Duration again = scene.server() == Server.GUNICORN ? TO_START : blockedFor.plus(NEXT_SAMPLE);
        return dead && scene.live().becomes(200, zero, again) ? RIGHT : "no: flips";
    }

    static String oneKilled(AsgiScene scene) {
        scene.start();
        Moment killed = Moment.now();
        ProcessUnderTest.signal("KILL", scene.servers().get(0).pid());
        if (scene.server() == Server.GUNICORN) {
            scene.awaitSaid("LOADED ", 3);
            scene.awaitWorkers(2);
        } else {
            scene.awaitWorkers(1);
        }
        return scene.live().stays(200, killed, A_WHILE) ? RIGHT : "no: flips";
    }

    static String allKilled(AsgiScene scene) {
        Moment killed = scene.start().signalAll("KILL");
        if (!scene.live().becomes(422, killed, PromisedTimes.SILENCE_IS_SEEN)) {
            return "no: too late";
        }
        return scene.live().stays(422, Moment.now(), A_WHILE) ? RIGHT : "no: flips";
    }

    static String parentKilled(AsgiScene scene) {
        scene.start();
        List<ProcessHandle> children = scene.servers();
        try {
            Moment killed = scene.process().signal("KILL");
            boolean live = scene.live().stays(200, killed, PromisedTimes.SILENCE_IS_SEEN);
            boolean served = scene.request("/").join().statusCode() == 200;
            return live && served ? RIGHT : "no: live " + live + ", served " + served;
        } finally {
            children.forEach(ProcessHandle::destroyForcibly);
        }
    }

    static String frozen(AsgiScene scene) {
        Moment stopped = scene.start().signalAll("STOP");
        boolean dead = scene.live().becomes(422, stopped, PromisedTimes.SILENCE_IS_SEEN);
        Await.pause(Duration.ofSeconds(8).minus(Moment.now().since(stopped)));
        Moment woken = scene.signalAll("CONT");
        return dead && scene.live().becomes(200, woken, PromisedTimes.LIFE_IS_SEEN) ? RIGHT : "no: flips";
    }

    static String reloaded(AsgiScene scene) {
        scene.environment("LOAD_SECONDS", "3");
        Moment reload;
        if (scene.server() == Server.GUNICORN) {
            reload = scene.start().process().signal("HUP");
        } else {
            Path watched = watchedFile();
            scene.start("--reload", "--reload-dir", watched.getParent().toString());
            reload = Moment.now();
            touch(watched);
        }
        boolean dead = scene.live().becomes(422, reload, Duration.ofSeconds(4));
        scene.awaitSaid("LOADED ", 2 * scene.server().processes);
        Moment loaded = Moment.now();
        return dead && scene.live().becomes(200, loaded, NEXT_SAMPLE) ? RIGHT : "no: flips";
    }

    private static Path watchedFile() {
        try {
            Path folder = Files.createTempDirectory(Path.of("target", "it").toAbsolutePath(), "reload");
            return Files.createFile(folder.resolve("watched.py"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void touch(Path file) {
        try {
            Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(1)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String recycled(AsgiScene scene) {
        scene.start("--limit-max-requests", "3");
        Moment from = Moment.now();
        while (scene.process().isAlive()) {
            if (Moment.now().since(from).compareTo(TO_START) > 0) {
                throw new AssertionError(scene.describe());
            }
            scene.request("/").handle((answer, failure) -> null).join();
            Await.pause(Duration.ofMillis(100));
        }
        return scene.live().becomes(422, from, Moment.now().since(from).plus(PromisedTimes.AT_ONCE))
                ? RIGHT
                : "no: 200";
    }

    static String terminated(AsgiScene scene) {
        scene.start();
        CompletableFuture<HttpResponse<String>> request = scene.request("/sleep/4.5");
        Await.pause(Duration.ofMillis(500));
        Moment terminated = scene.process().signal("TERM");
        Moment beforeDone = terminated.plus(Duration.ofMillis(3500));
        int status = request.join().statusCode();
        scene.process().awaitExit(TO_START);
        boolean dead = scene.live().becomes(422, Moment.now(), PromisedTimes.AT_ONCE);
        scene.prober().assertOnly(Probe.LIVE, 200, terminated, beforeDone);
        List<String> ready = scene.prober().storyOf(Probe.READY, terminated);
        // This uvicorn stops the second process only when the first one has ended.
        boolean notReady = ready.contains("422 ShuttingDown") || scene.server() == Server.UVICORN_WORKERS;
        return status == 200 && dead && notReady ? RIGHT : "no: " + status + ", then ready " + ready;
    }

    static String sidecarLate(AsgiScene scene) {
        scene.sidecarIsLate().start();
        Await.pause(A_WHILE);
        return knowsAgain(scene, scene.sidecar().restart());
    }

    static String sidecarRestarted(AsgiScene scene) {
        return knowsAgain(scene, scene.start().sidecar().killAndRestart());
    }

    private static String knowsAgain(AsgiScene scene, Moment restarted) {
        boolean alive = scene.live().becomes(200, restarted, PromisedTimes.LIFE_IS_SEEN);
        return alive && scene.live().stays(200, Moment.now(), A_WHILE) ? RIGHT : "no: too late, or flips";
    }
}
