package com.approck.healthcheck.sidecar.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.sidecar.workers.WorkersDriver;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Every row of the table of verdicts, on the state that the wire makes. */
final class HealthPolicyTest {
    private static final String AGENT = "workers.lease:5000|g\nworkers:200|g\nworkers.pool.http:200|g";
    private static final String OTHER = "workers.lease:5000|g\nworkers:5|g\nworkers.pool.http:5|g";

    private final WorkersDriver wire = new WorkersDriver();
    private final HealthPolicy policy = new HealthPolicy(1, 1, "127.0.0.1:8125");

    @Test
    void neverHeard_isNoWorkers() {
        wire.after(12_000);
        assertBoth(
                WorkersState.NEVER_HEARD,
                "No report about workers was received since the sidecar started 12 s ago;"
                        + " it listens on 127.0.0.1:8125.");
    }

    @Test
    void onlyOtherDatagrams_isNeverHeard() {
        wire.from(1, "foo:1|c\nworkers:5|c\nworkers:x|g");
        assertEquals(WorkersState.NEVER_HEARD, policy.state(wire.snapshot()));
    }

    @Test
    void alive_isWell() {
        wire.from(1, AGENT);
        assertWell();
    }

    @Test
    void originalGauges_areWell_andNotAtZero() {
        wire.from(1, "workers:3|g");
        assertWell();
        wire.from(2, "workers:0|g").after(2500);
        assertBoth(
                WorkersState.ZERO,
                "There has been no able worker for 2.5 s; last report from 127.0.0.1:2 (workers) was 2.5 s ago.");
        wire.from(3, "gunicorn.workers:3|g");
        assertWell();
    }

    @Test
    void zeroWithLease_isZero_andThenStale() {
        wire.from(1, "workers.lease:5000|g\nworkers:0|g").after(5000);
        assertEquals(WorkersState.ZERO, policy.state(wire.snapshot()));
        wire.after(3000);
        assertBoth(
                WorkersState.STALE,
                "Last report from 127.0.0.1:1 (workers) was 8 s ago; its 5 s lease expired 3 s ago.");
    }

    @Test
    void silence_isStale() {
        wire.from(1, AGENT).after(65_000);
        assertBoth(
                WorkersState.STALE,
                "Last report from 127.0.0.1:1 (workers) was 1 min 5 s ago; its 5 s lease expired 1 min ago.");
    }

    @Test
    void silenceAfterAnOldZero_isStale() {
        wire.from(1, "workers:0|g").from(2, AGENT).after(6000);
        assertEquals(WorkersState.STALE, policy.state(wire.snapshot()));
    }

    @Test
    void poolAtZero_isNoWorkers_andNamed() {
        wire.from(
                        1,
                        AGENT + "\nworkers.pool.http-8080:0|g\nworkers.pool.http-8080.stuck:200|g"
                                + "\nworkers.pool.http-8080.capacity:200|g")
                .after(4000);
        assertBoth(
                WorkersState.ALIVE,
                "Pool http-8080 of 127.0.0.1:1 has had no able worker for 4 s;" + " 200 of 200 are stuck.");
    }

    @Test
    void poolsAtZero_areCounted_theOldestNamed() {
        wire.from(1, AGENT + "\nworkers.pool.a:0|g").after(1000).from(1, "workers.pool.b:0|g");
        assertBoth(
                WorkersState.ALIVE,
                "Pool a of 127.0.0.1:1 has had no able worker for 1 s; 1 more pool is in the same state.");
    }

    @Test
    void onlyPoolAtZero_isNamedToo() {
        wire.from(1, "workers.lease:5000|g\nworkers:0|g\nworkers.pool.a:0|g\nworkers.pool.a.stuck:1|g");
        assertBoth(WorkersState.ZERO, "Pool a of 127.0.0.1:1 has had no able worker for 0 s; 1 is stuck.");
    }

    @Test
    void fewerThanMinWorkers_isNoWorkers() {
        HealthPolicy many = new HealthPolicy(3, 1, "");
        wire.from(1, "workers:2|g").after(1500);
        assertEquals(
                Verdict.of(
                        ReasonCode.NO_WORKERS,
                        "There are 2 able workers, fewer than --min-workers 3; no change for 1.5 s."),
                many.live(wire.snapshot()));
        wire.from(1, "workers:3|g");
        assertEquals(Verdict.HEALTHY, many.ready(wire.snapshot()));
    }

    @Test
    void fewerThanMinSources_isNoWorkers() {
        HealthPolicy two = new HealthPolicy(1, 2, "");
        wire.from(1, AGENT).from(2, AGENT);
        assertEquals(Verdict.HEALTHY, two.live(wire.snapshot()));
        wire.after(3000).from(1, AGENT).after(3000);
        assertEquals(
                Verdict.of(
                        ReasonCode.NO_WORKERS,
                        "There is 1 source with a valid report, fewer than --min-sources 2; no change for 6 s."),
                two.live(wire.snapshot()));
        assertEquals(two.live(wire.snapshot()), two.ready(wire.snapshot()));
    }

    @Test
    void sourceThatDrainedAway_doesNotCountAsASource() {
        HealthPolicy two = new HealthPolicy(1, 2, "");
        wire.from(1, AGENT).from(2, AGENT + "\nworkers.draining:1|g");
        assertEquals(Verdict.HEALTHY, two.live(wire.snapshot()));
        wire.from(2, "workers:0|g");
        assertEquals(
                Optional.of(ReasonCode.NO_WORKERS), two.live(wire.snapshot()).code());
    }

    @Test
    void oneDraining_isWell_whileOthersStay() {
        wire.from(1, AGENT).from(2, OTHER + "\nworkers.draining:1|g");
        assertWell();
        wire.from(2, "workers:0|g\nworkers.pool.http:0|g");
        assertWell();
    }

    @Test
    void allDraining_isLiveAndNotReady() {
        wire.from(1, AGENT + "\nworkers.draining:1|g").from(2, OTHER + "\nworkers.draining:1|g");
        assertEquals(Verdict.HEALTHY, policy.live(wire.snapshot()));
        assertEquals(
                Verdict.of(
                        ReasonCode.SHUTTING_DOWN,
                        "Every source that has workers is shutting down: 205 able workers of 2 sources may finish"
                                + " their requests."),
                policy.ready(wire.snapshot()));
    }

    @Test
    void lastOfADrain_isLive_howeverFew() {
        HealthPolicy many = new HealthPolicy(10, 2, "");
        wire.from(1, AGENT + "\nworkers.draining:1|g\nworkers:1|g");
        assertEquals(Verdict.HEALTHY, many.live(wire.snapshot()));
        assertEquals(
                Optional.of(ReasonCode.SHUTTING_DOWN),
                many.ready(wire.snapshot()).code());
    }

    @Test
    void drained_isNoWorkers() {
        wire.from(1, AGENT + "\nworkers.draining:1|g\nworkers:0|g\nworkers.pool.http:0|g");
        assertBoth(
                WorkersState.ZERO,
                "There has been no able worker for 0 s; last report from 127.0.0.1:1 (workers), which is shutting"
                        + " down, was 0 s ago.");
        wire.after(6000);
        assertTrue(policy.live(wire.snapshot()).description().endsWith("lease expired 1 s ago; it was shutting down."));
    }

    @Test
    void newProcessAfterADrain_isWell() {
        wire.from(1, AGENT + "\nworkers.draining:1|g\nworkers:0|g").from(2, AGENT);
        assertWell();
    }

    @Test
    void oneOfTwoKilled_isWell() {
        wire.from(1, AGENT).from(2, OTHER).after(4000).from(2, OTHER).after(4000);
        assertEquals(5, wire.snapshot().able());
        assertWell();
    }

    @Test
    void valueWithoutLeaseBeyondItsTime_isStale() {
        WorkersDriver mortal = new WorkersDriver(Duration.ofSeconds(2));
        mortal.from(1, "workers:3|g").after(5000);
        assertEquals(WorkersState.STALE, policy.state(mortal.snapshot()));
        assertEquals(
                "Last report from 127.0.0.1:1 (workers) was 5 s ago; its 2 s --workers-ttl expired 3 s ago.",
                policy.live(mortal.snapshot()).description());
    }

    @Test
    void stoppingSidecar_isLiveAndNotReady_whateverIsKnown() {
        HealthEvaluator health = new HealthEvaluator(wire.registry, policy, wire::now);
        assertEquals(Optional.of(ReasonCode.NO_WORKERS), health.live().code());
        health.stop();
        assertEquals(Verdict.HEALTHY, health.live());
        assertEquals(Optional.of(ReasonCode.SHUTTING_DOWN), health.ready().code());
        wire.from(1, AGENT);
        assertEquals(Optional.of(ReasonCode.SHUTTING_DOWN), health.ready().code());
        assertEquals(WorkersState.ALIVE, health.state());
    }

    @Test
    void verdict_hasACodeWithADescription_orNeither() {
        assertThrows(IllegalArgumentException.class, () -> Verdict.of(ReasonCode.NO_WORKERS, ""));
        assertThrows(IllegalArgumentException.class, () -> new Verdict(Optional.empty(), "why"));
    }

    private void assertWell() {
        assertEquals(WorkersState.ALIVE, policy.state(wire.snapshot()));
        assertEquals(Verdict.HEALTHY, policy.live(wire.snapshot()));
        assertEquals(Verdict.HEALTHY, policy.ready(wire.snapshot()));
    }

    private void assertBoth(WorkersState state, String description) {
        assertEquals(state, policy.state(wire.snapshot()));
        assertEquals(Verdict.of(ReasonCode.NO_WORKERS, description), policy.live(wire.snapshot()));
        assertEquals(Verdict.of(ReasonCode.NO_WORKERS, description), policy.ready(wire.snapshot()));
    }
}
