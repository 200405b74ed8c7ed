package com.approck.healthcheck.it.python;

import com.approck.healthcheck.it.support.PromisedTimes;
import com.approck.healthcheck.it.support.probe.Prober.Probe;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.Moment;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import java.time.Duration;
import java.util.List;

/** What is done to a real Celery worker: one method for each {@link CeleryRow}. Each returns {@link #RIGHT}, or what is wrong. */
final class CeleryFaults {

    static final String RIGHT = "yes";

    private static final Duration TO_START = Duration.ofSeconds(60);
    private static final Duration A_WHILE = Duration.ofSeconds(3);
    /** From a sample to the next, and from there to the next answer of the prober. */
    private static final Duration NEXT_SAMPLE = Duration.ofSeconds(2);
    /** The limit of {@code limited} in {@code celery_app.py}, and how long the module waits for Celery to act on it. */
    private static final Duration LATE = Duration.ofSeconds(3 + 3);

    private CeleryFaults() {}

    static String boots(CeleryScene scene) {
        scene.startBroker().launch();
        scene.awaitSaid("READY ", 1);
        scene.awaitWorkers(CeleryScene.WORKERS);
        Moment alive = Moment.now();
        List<String> story = scene.prober().storyOf(Probe.LIVE, scene.worker().startedAt());
        return story.get(0).equals("422 NoWorkers") && scene.live().stays(200, alive.plus(NEXT_SAMPLE), A_WHILE)
                ? RIGHT
                : "no: " + story;
    }

    static String bootsWithoutBroker(CeleryScene scene) {
        scene.launch();
        scene.awaitWorkers(CeleryScene.WORKERS);
        Moment alive = Moment.now().plus(NEXT_SAMPLE);
        scene.awaitSaid("Cannot connect to redis", 2);
        scene.startBroker();
        scene.awaitSaid("READY ", 1);
        return scene.live().stays(200, alive, NEXT_SAMPLE.plus(A_WHILE)) ? RIGHT : "no: flips";
    }

    static String busy(CeleryScene scene) {
        scene.tasks("nap:2", "nap:2", "nap:2", "nap:2", "nap:2", "nap:2").start();
        Moment from = Moment.now();
        scene.awaitNumber("busy", 2);
        scene.awaitSaid("ENDED ", 6);
        scene.awaitNumber("busy", 0);
        return scene.live().stays(200, from, Duration.ZERO) ? RIGHT : "no: flips";
    }

    static String endlessTasks(CeleryScene scene) {
        scene.tasks("nap:3600", "nap:3600").start();
        Moment from = Moment.now();
        scene.awaitNumber("busy", 2);
        return scene.live().stays(200, from, Duration.ofSeconds(8)) && scene.number("stuck") == 0 ? RIGHT : "no: flips";
    }

    static String lateTasksAreEnded(CeleryScene scene) {
        scene.tasks("limited:3600", "limited:3600").start();
        Moment from = Moment.now();
        scene.awaitSaid("Hard time limit (3s) exceeded", 2);
        return scene.live().stays(200, from, A_WHILE) && scene.workers() == 2 ? RIGHT : "no: flips";
    }

    static String lateThreads(CeleryScene scene) {
        scene.tasks("limited:14", "limited:14").start();
        scene.awaitSaid("BEGUN ", 2);
        Moment begun = Moment.now();
        if (!scene.live().becomes(422, begun, LATE.plus(NEXT_SAMPLE).plusSeconds(1)) || scene.number("stuck") != 2) {
            return "no: 200 throughout";
        }
        scene.awaitSaid("ENDED ", 2);
        return scene.live().becomes(200, Moment.now(), NEXT_SAMPLE) ? RIGHT : "no: 422 for ever";
    }

    static String brokerGone(CeleryScene scene) {
        scene.tasks("limited:2", "limited:2").start();
        scene.awaitSaid("BEGUN ", 2);
        scene.awaitNumber("busy", 2);
        Moment gone = Moment.now();
        scene.killBroker();
        Await.pause(Duration.ofSeconds(12));
        scene.startBroker();
        scene.awaitNumber("busy", 0);
        return scene.live().stays(200, gone, A_WHILE) ? RIGHT : "no: flips";
    }

    static String recycled(CeleryScene scene) {
        scene.tasks("nap:0.2 ".repeat(8)).start("--max-tasks-per-child", "1");
        Moment from = Moment.now();
        scene.awaitSaid("ENDED ", 8);
        return scene.live().stays(200, from, NEXT_SAMPLE) ? RIGHT : "no: flips";
    }

    static String processKilled(CeleryScene scene) {
        scene.start();
        List<Long> before = pids(scene);
        Moment killed = Moment.now();
        ProcessUnderTest.signal("KILL", before.get(0));
        Await.until(TO_START, () -> pids(scene).size() == 2 && !pids(scene).equals(before), scene::describe);
        scene.awaitWorkers(2);
        return scene.live().stays(200, killed, A_WHILE) ? RIGHT : "no: flips";
    }

    private static List<Long> pids(CeleryScene scene) {
        return scene.processesOfThePool().stream()
                .filter(ProcessHandle::isAlive)
                .map(ProcessHandle::pid)
                .sorted()
                .toList();
    }

    static String workerKilled(CeleryScene scene) {
        Moment killed = scene.start().worker().signal("KILL");
        if (!scene.live().becomes(422, killed, PromisedTimes.SILENCE_IS_SEEN)) {
            return "no: too late";
        }
        return scene.live().stays(422, Moment.now(), A_WHILE) ? RIGHT : "no: flips";
    }

    static String frozen(CeleryScene scene) {
        Moment stopped = scene.start().worker().signal("STOP");
        boolean dead = scene.live().becomes(422, stopped, PromisedTimes.SILENCE_IS_SEEN);
        Await.pause(Duration.ofSeconds(8).minus(Moment.now().since(stopped)));
        Moment woken = scene.worker().signal("CONT");
        return dead && scene.live().becomes(200, woken, PromisedTimes.LIFE_IS_SEEN) ? RIGHT : "no: flips";
    }

    static String terminated(CeleryScene scene) {
        scene.tasks("nap:6").start();
        scene.awaitSaid("BEGUN ", 1);
        Moment terminated = scene.worker().signal("TERM");
        scene.awaitSaid("ENDED ", 1);
        Moment done = Moment.now();
        scene.worker().awaitExit(TO_START);
        boolean dead = scene.live().becomes(422, Moment.now(), PromisedTimes.AT_ONCE);
        scene.prober().assertOnly(Probe.LIVE, 200, terminated, done.plus(Duration.ofMillis(-500)));
        List<String> ready = scene.prober().storyOf(Probe.READY, terminated.plus(PromisedTimes.AT_ONCE));
        return dead && ready.equals(List.of("422 ShuttingDown", "422 NoWorkers")) ? RIGHT : "no: ready " + ready;
    }

    static String sidecarLate(CeleryScene scene) {
        scene.sidecarIsLate().start();
        Await.pause(A_WHILE);
        return knowsAgain(scene, scene.sidecar().restart());
    }

    static String sidecarRestarted(CeleryScene scene) {
        return knowsAgain(scene, scene.start().sidecar().killAndRestart());
    }

    private static String knowsAgain(CeleryScene scene, Moment restarted) {
        boolean alive = scene.live().becomes(200, restarted, PromisedTimes.LIFE_IS_SEEN);
        return alive && scene.live().stays(200, Moment.now(), A_WHILE) ? RIGHT : "no: too late, or flips";
    }
}
