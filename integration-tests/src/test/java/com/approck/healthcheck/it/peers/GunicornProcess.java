package com.approck.healthcheck.it.peers;

import com.approck.healthcheck.it.python.GunicornScene;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.KubeletProbe;
import com.approck.healthcheck.it.support.process.Moment;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Gunicorn with our hooks, the sidecar beside it, and a view of the application's own that answers at once. */
final class GunicornProcess implements ProbedProcess {

    private final GunicornScene scene;
    private final Map<String, KubeletProbe> probes = new LinkedHashMap<>();

    private GunicornProcess(TestProcesses processes, GunicornScene scene) {
        this.scene = scene;
        probes.put(OURS, KubeletProbe.http(scene.sidecar().httpPort(), "/health/live"));
        probes.put("the application's `/healthz`", KubeletProbe.http(scene.port(), "/healthz"));
        probes.values().forEach(processes::add);
    }

    static GunicornProcess start(TestProcesses processes, GunicornScene scene, int workers, String... settings) {
        return new GunicornProcess(processes, scene.start(workers, settings));
    }

    @Override
    public Map<String, KubeletProbe> probes() {
        return probes;
    }

    /** Each after the one before has blocked whoever took it; the moment when the last one had. */
    Moment block(int requests) {
        return scene.block(requests);
    }

    /** Keeps eight requests of 2 s under way for that time. */
    Moment load(Duration time) {
        Moment from = Moment.now();
        scene.load("/sleep/2", 8, time);
        return from;
    }

    Moment signalArbiter(String signal) {
        return scene.gunicorn().signal(signal);
    }

    Moment signalAll(String signal) {
        return scene.signalAll(signal);
    }
}
