package com.approck.healthcheck.it.servers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.approck.healthcheck.it.support.App;
import com.approck.healthcheck.it.support.Sidecar;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Http;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.Moment;
import com.approck.healthcheck.it.support.samples.ServerVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Each server of the table, in each version, on each JDK: from its start over a hung request to its death. */
final class ServersIT {

    private static final String SETTINGS = "interval=500ms,stuck-after=2s,lease=3s,port=";

    private static final Duration LEASE = Duration.ofSeconds(3);
    private static final Duration STUCK_IS_SEEN = Duration.ofSeconds(4);
    private static final Duration SOON = Duration.ofSeconds(10);

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    /** Every different number of workers that the sidecar knew, in their order. */
    private final Set<Integer> story = new LinkedHashSet<>();

    /** For each of them, all that the sidecar said when it first knew it. */
    private final List<String> why = new ArrayList<>();

    @ParameterizedTest(name = "{0}")
    @MethodSource("com.approck.healthcheck.it.support.samples.ServerVersion#allOnEveryJdk")
    void server_isSeenWithItsCapacity_losesAHungWorker_andDies(ServerVersion.OnJdk server) {
        int all = server.server().workers();
        int withOneHung = server.server().withOneHung();
        Sidecar sidecar = processes.sidecar(server.jdk());
        List<String> flags = new ArrayList<>(TestProcesses.verified(server.server()));
        flags.add(TestProcesses.agent(SETTINGS + sidecar.statsdPort()));
        App app = processes.app(server, flags, Map.of());
        app.awaitStarted();
        Await.until(SOON, () -> workers(sidecar) > 0, () -> "workers are known before the first request");
        assertEquals("pong", Http.get(app.port(), "/ping").body());
        awaitWorkers(sidecar, all);
        assertEquals(200, sidecar.live().status());
        story.clear();
        why.clear();

        if (server.server().name().equals("jetty-permits")) {
            awaitHook(app, sidecar);
        }
        hang(app);
        processes.onlyWaits();
        if (withOneHung == all) {
            watch(sidecar, STUCK_IS_SEEN);
            assertEquals(Set.of(all), story, why::toString);
        } else {
            awaitWorkers(sidecar, withOneHung);
            assertEquals(List.of(all, withOneHung), List.copyOf(story), why::toString);
            Await.until(SOON, () -> isToldOfOneStuck(sidecar), () -> "one is told to be stuck: " + sidecar.verbose());
        }
        assertEquals(withOneHung > 0 ? 200 : 422, sidecar.live().status());
        List<String> warnings = app.process()
                .stderr()
                .lines()
                .filter(line -> line.startsWith("healthcheck: ") && !line.matches("healthcheck: (watching|worker) .*"))
                .toList();
        assertEquals(List.of(), warnings);

        app.process().signal("KILL");
        Await.until(
                LEASE.plus(SOON),
                () -> sidecar.verbose().path("state").asString().equals("stale"),
                () -> "stale: " + sidecar.verbose());
        assertEquals(422, sidecar.live().status());
    }

    /** Whether one pool of all says that one worker is stuck, and busy as well. */
    private static boolean isToldOfOneStuck(Sidecar sidecar) {
        int stuck = 0;
        int inBusyPools = 0;
        for (JsonNode pool : sidecar.verbose().path("sources").path(0).path("pools")) {
            stuck += pool.path("stuck").asInt();
            inBusyPools +=
                    Math.min(pool.path("stuck").asInt(), pool.path("busy").asInt());
        }
        return stuck == 1 && inBusyPools == 1;
    }

    /** Requests on virtual threads are known by the hook alone, which is put into a class that was loaded. */
    private static void awaitHook(App app, Sidecar sidecar) {
        Await.until(
                SOON,
                () -> {
                    CompletableFuture<?> request = Http.send(app.port(), "/sleep?ms=1500");
                    Await.pause(Duration.ofSeconds(1));
                    JsonNode pools = sidecar.verbose().path("sources").path(0).path("pools");
                    boolean busy = pools.valueStream()
                            .anyMatch(pool -> pool.path("busy").asInt() > 0);
                    request.join();
                    return busy;
                },
                () -> "a request is seen: " + sidecar.verbose());
    }

    private static void hang(App app) {
        CompletableFuture<?> never = Http.send(app.port(), "/hang");
        assertFalse(never.isDone());
    }

    private void awaitWorkers(Sidecar sidecar, int wanted) {
        Await.until(SOON, () -> workers(sidecar) == wanted, () -> "there are " + wanted + " workers, of " + story);
    }

    private void watch(Sidecar sidecar, Duration time) {
        Moment end = Moment.now().plus(time);
        Await.until(
                time.plus(SOON),
                () -> {
                    workers(sidecar);
                    return end.hasCome();
                },
                () -> "time passes");
    }

    private int workers(Sidecar sidecar) {
        JsonNode verbose = sidecar.verbose();
        int workers = verbose.path("workers").asInt();
        if (story.add(workers)) {
            why.add(workers + ": " + verbose);
        }
        return workers;
    }
}
