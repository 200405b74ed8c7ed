package com.approck.healthcheck.sidecar.workers;

import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.sidecar.metrics.Counter;
import com.approck.healthcheck.sidecar.workers.SourceView.PoolView;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SourceRegistryTest {
    private static final String AGENT = "workers.lease:5000|g\nworkers:198|g\nworkers.pool.http:198|g";

    private final WorkersDriver told = new WorkersDriver();

    // Without a lease.

    @Test
    void valueWithoutLease_standsForEver() {
        told.from(1, "workers:3|g").after(Duration.ofDays(30).toMillis());
        assertEquals(3, able());
    }

    @Test
    void valuesWithoutLease_shareOneEntryPerName() {
        told.from(1, "workers:3|g").from(2, "workers:2|g").from(3, "gunicorn.workers:5|g");
        assertEquals(7, able());
        assertEquals(2, told.sources().size());
    }

    @Test
    void gunicornUnderAPrefix_hasAnEntryOfItsOwn() {
        told.from(1, "gunicorn.workers:3|g").from(2, "a.gunicorn.workers:4|g");
        assertEquals(7, able());
    }

    @Test
    void valueWithoutLease_isOverAfterTheTimeToLive() {
        WorkersDriver mortal = new WorkersDriver(Duration.ofSeconds(2));
        mortal.from(1, "workers:3|g").after(2000);
        assertEquals(3, mortal.standing().able());
        mortal.after(1);
        assertEquals(0, mortal.standing().able());
        assertTrue(mortal.standing().newest().get().over());
        assertEquals(
                Duration.ofSeconds(2).toNanos(),
                mortal.standing().newest().get().leaseNanos());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"workers:-1|g", "workers:0|g", "workers:0.9|g", "workers:+0|g", "workers:3|g\nworkers:-7|g"})
    void belowOne_isNone(String datagram) {
        assertEquals(0, told.from(1, datagram).standing().able());
        assertEquals(1, told.standing().current());
    }

    @Test
    void delta_isAddedToWhatStands() {
        told.from(1, "workers:3|g\nworkers:+1|g");
        assertEquals(4, able());
        told.from(2, "workers:-2|g");
        assertEquals(2, able());
        told.from(3, "workers:-5|g").from(4, "workers:+1|g");
        assertEquals(1, able());
        told.from(5, "gunicorn.workers:+0.5|g\ngunicorn.workers:+0.5|g");
        assertEquals(2, able());
    }

    // With a lease.

    @Test
    void leasedValue_diesWithItsLease() {
        told.from(1, AGENT).after(5000);
        assertEquals(198, able());
        told.after(1);
        assertEquals(0, able());
        assertEquals(0, told.standing().current());
        assertEquals("127.0.0.1:1", told.standing().newest().get().source());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "workers:198|g",
                "workers.lease:5000|g",
                "workers.draining:0|g",
                "workers.pool.http:198|g",
                "workers.pool.http.busy:1|g"
            })
    void anyWordOfASource_renewsItsLease(String datagram) {
        told.from(1, AGENT).after(4900).from(1, datagram).after(4900);
        assertEquals(198, able());
    }

    @Test
    void otherSource_doesNotRenewALease_norRaiseItsNumbers() {
        told.from(1, AGENT)
                .after(4000)
                .from(2, "workers:0|g\nworkers.pool.http:7|g")
                .after(1001);
        assertEquals(0, able());
        assertEquals(0, told.sources().get(0).able());
    }

    @Test
    void leasedSources_areAddedUp() {
        told.from(1, AGENT).from(2, "workers.lease:5000|g\nworkers:2|g");
        assertEquals(200, able());
        told.after(3000).from(2, "workers:2|g").after(3000);
        assertEquals(2, able());
        assertEquals(1, told.standing().current());
    }

    @Test
    void lostLease_laterValuesCountAsLeased() {
        told.from(1, AGENT).after(6000).from(1, "workers:7|g");
        assertEquals(7, able());
        told.after(5001);
        assertEquals(0, able());
    }

    @Test
    void lostFirstLease_valueIsNotLeftStanding() {
        told.from(1, "workers:198|g\nworkers.pool.http:198|g").after(1000).from(1, AGENT);
        assertEquals(198, able());
        assertEquals(1, told.sources().size());
        told.after(5001);
        assertEquals(0, able());
        assertEquals(0, told.standing().current());
    }

    @Test
    void leaseOfAnother_leavesTheSharedEntry() {
        told.from(1, "workers:3|g").from(2, AGENT);
        assertEquals(201, able());
        told.after(5001);
        assertEquals(3, able());
    }

    @Test
    void lostFirstNumber_isTheSumOfThePools() {
        told.from(1, "workers.lease:5000|g\nworkers.pool.a:3|g\nworkers.pool.b:4|g");
        assertEquals(7, able());
        told.from(1, "workers:5|g");
        assertEquals(5, able());
    }

    @Test
    void namesOfOneSource_areApart() {
        told.from(1, "workers.lease:5000|g\nworkers:3|g\ngunicorn.workers.lease:1000|g\ngunicorn.workers:4|g");
        assertEquals(7, able());
        told.after(1001);
        assertEquals(3, able());
        told.after(4000);
        assertEquals(0, able());
    }

    @Test
    void leaseOfASource_canChange() {
        told.from(1, AGENT).from(1, "workers.lease:1000|g").after(1001);
        assertEquals(0, able());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"workers.lease:0|g", "workers.lease:-5|g", "workers.lease:+5|g", "workers.lease:86400001|g"})
    void leaseThatCannotBeMeant_isBad(String datagram) {
        told.from(1, datagram);
        assertEquals(1, told.counters.get(Counter.BAD_VALUE));
        assertTrue(told.standing().newest().isEmpty());
    }

    @Test
    void newOwnerOfAPort_doesNotInheritItsEnd() {
        told.from(1, AGENT + "\nworkers.draining:1|g\nworkers:0|g\nworkers.pool.http:0|g")
                .after(6000);
        told.from(1, "workers.lease:5000|g\nworkers:3|g");
        assertFalse(told.sources().get(0).draining());
        assertEquals(List.of(), told.sources().get(0).pools());
        assertEquals(3, told.standing().ableStaying());
    }

    // Leases against what we could have heard.

    @Test
    void lease_isNotOver_untilWhatCameWasRead() {
        told.from(1, AGENT).afterUnheard(20_000);
        assertEquals(198, able());
        told.from(1, "workers:198|g").listened();
        assertEquals(198, able());
    }

    @Test
    void lease_isOver_onceWeHaveListenedInVain() {
        told.from(1, AGENT).afterUnheard(20_000).listened();
        assertEquals(0, able());
    }

    @Test
    void ownPause_countsAgainstNoLease() {
        told.from(1, AGENT).after(1000).afterUnheard(20_000);
        told.workers.paused(Duration.ofSeconds(20).toNanos());
        told.listened();
        assertEquals(198, able());
        told.after(4001);
        assertEquals(0, able());
    }

    @Test
    void hearing_neverGoesBack() {
        told.from(1, AGENT).after(5001);
        told.workers.heardThrough(told.now() - 1_000_000_000L);
        assertEquals(0, able());
    }

    // Pools.

    @Test
    void poolAtZero_isNamed() {
        told.from(1, AGENT + "\nworkers.pool.admin:0|g\nworkers.pool.admin.stuck:4|g\nworkers.pool.admin.capacity:4|g")
                .after(3000);
        WorkersSnapshot standing = told.standing();
        assertEquals(1, standing.deadPools());
        assertEquals(
                new WorkersSnapshot.DeadPool(
                        "admin", "127.0.0.1:1", Duration.ofSeconds(3).toNanos(), 4, 4),
                standing.deadPool().get());
    }

    @Test
    void poolAtZero_keepsTheTimeOfItsFirstZero() {
        told.from(1, "workers.lease:5000|g\nworkers.pool.a:0|g")
                .after(1000)
                .from(1, "workers.pool.a:0|g")
                .after(1000);
        assertEquals(
                Duration.ofSeconds(2).toNanos(),
                told.standing().deadPool().get().forNanos());
        told.from(1, "workers.pool.a:1|g");
        assertEquals(0, told.standing().deadPools());
        told.from(1, "workers.pool.a:0|g");
        assertEquals(0, told.standing().deadPool().get().forNanos());
    }

    @Test
    void poolThatIsNoLongerTold_isDropped() {
        told.from(1, AGENT + "\nworkers.pool.admin:0|g")
                .after(4000)
                .from(1, AGENT)
                .after(1001);
        assertEquals(0, told.standing().deadPools());
        assertEquals(198, able());
        assertEquals(List.of("http"), poolNames());
        told.workers.sweep();
        assertEquals(List.of("http"), poolNames());
    }

    @Test
    void poolAtZero_isDeadAgainAfterItWasDropped() {
        String dead = "\nworkers.pool.admin:0|g";
        told.from(1, AGENT + dead).after(4000).from(1, AGENT).after(1001);
        told.workers.sweep();
        assertEquals(0, told.standing().deadPools());
        told.from(1, AGENT + dead);
        assertEquals(1, told.standing().deadPools());

        told.after(6000).from(1, AGENT);
        assertEquals(0, told.standing().deadPools());
        told.from(1, AGENT + dead + dead);
        assertEquals(1, told.standing().deadPools());
    }

    @Test
    void poolWithOnlyOtherNumbers_isNotAtZero() {
        told.from(1, AGENT + "\nworkers.pool.admin.busy:0|g");
        assertEquals(0, told.standing().deadPools());
    }

    @Test
    void poolNumbers_areShown() {
        told.from(1, "workers.lease:5000|g\nworkers.pool.a:3|g\nworkers.pool.a.alive:10|g\nworkers.pool.a.queued:7|g");
        assertEquals(
                List.of(new PoolView("a", 0, 3, 10, -1, -1, 7, -1)),
                told.sources().get(0).pools());
    }

    @Test
    void poolOfADrainingSource_mayBeAtZero() {
        told.from(1, AGENT + "\nworkers.pool.admin:0|g\nworkers.draining:1|g");
        assertEquals(0, told.standing().deadPools());
    }

    // Draining.

    @Test
    void drainingSource_countsWhileItHasWorkers() {
        told.from(1, AGENT + "\nworkers.draining:1|g");
        assertEquals(198, able());
        assertEquals(0, told.standing().ableStaying());
        assertEquals(1, told.standing().counted());
        assertEquals(1, told.standing().drainingAble());
        told.from(1, "workers:0|g");
        assertEquals(0, told.standing().counted());
        assertEquals(1, told.standing().current());
    }

    @Test
    void draining_canBeTakenBack() {
        told.from(1, AGENT + "\nworkers.draining:1|g\nworkers.draining:0|g");
        assertEquals(198, told.standing().ableStaying());
    }

    // Bounds.

    @Test
    void sources_areBounded_andTheDeadMakeRoom() {
        for (int port = 1; port <= SourceRegistry.MOST_SOURCES; port++) {
            told.from(port, "workers.lease:5000|g\nworkers:1|g");
        }
        told.from(1 << 17, AGENT);
        assertEquals(SourceRegistry.MOST_SOURCES, told.standing().current());
        assertTrue(told.counters.get(Counter.DROPPED_SOURCES) > 0);
        told.after(3000).from(1, "workers:1|g").after(3000).from(1 << 17, AGENT);
        assertEquals(2, told.standing().current());
        assertEquals(
                2,
                told.sources().stream()
                        .filter(source -> source.leaseNanos() > 0)
                        .count());
    }

    @Test
    void fullTable_putsNobodyOut_andNobodyRaisesAnothersNumbers() {
        told.from(1, AGENT);
        for (int port = 2; port <= 3 * SourceRegistry.MOST_SOURCES; port++) {
            told.from(port, "workers.lease:5000|g\nworkers:+7|g\nworkers.pool.http:+7|g\nworkers.pool.http.stuck:7|g");
        }
        assertEquals(SourceRegistry.MOST_SOURCES, told.standing().current());
        SourceView first = ofPort(1);
        assertEquals(198, first.able());
        assertEquals(List.of(new PoolView("http", 0, 198, -1, -1, -1, -1, -1)), first.pools());

        told.after(4000).from(1, "workers:197|g").after(1500);
        for (int port = 2; port <= 3 * SourceRegistry.MOST_SOURCES; port++) {
            told.from(port, "workers.lease:5000|g\nworkers:7|g");
        }
        assertEquals(SourceRegistry.MOST_SOURCES, told.standing().current());
        assertEquals(197, ofPort(1).able());
        assertTrue(ofPort(1).current());
    }

    @Test
    void sendersOfOneHash_areApart() throws Exception {
        int hash = senderOfOneHash(0).hashCode();
        for (int i = 0; i < 1000; i++) {
            assertEquals(hash, senderOfOneHash(i).hashCode());
            told.from(senderOfOneHash(i), "workers.lease:5000|g\nworkers:" + i + "|g");
        }
        assertEquals(1000, told.standing().current());
        assertEquals(1000 * 999 / 2, able());
        told.from(senderOfOneHash(1), "workers:0|g");
        assertEquals(1000 * 999 / 2 - 1, able());
    }

    @Test
    void sendersOfIpv6_areApart() throws Exception {
        for (String address : List.of("::1", "::2", "0:0:0:1::1", "1::", "::1:0:0", "::1")) {
            told.from(new InetSocketAddress(InetAddress.getByName(address), 1), "workers.lease:5000|g\nworkers:1|g");
        }
        assertEquals(5, able());
    }

    // Comings and goings.

    @Test
    void comings_areToldOnceEach() {
        assertEquals(List.of(), comings());
        told.from(1, AGENT).from(2, "gunicorn.workers:4|g");
        assertEquals(List.of("CAME gunicorn.workers 127.0.0.1:2", "CAME workers 127.0.0.1:1"), comings());
        told.after(1000).from(1, "workers:197|g");
        assertEquals(List.of(), comings());
        told.from(1, "workers.draining:1|g");
        assertEquals(List.of("DRAINS workers 127.0.0.1:1"), comings());
        told.after(5001);
        assertEquals(List.of("WENT workers 127.0.0.1:1"), comings());
        told.from(1, AGENT);
        assertEquals(List.of("CAME workers 127.0.0.1:1"), comings());
    }

    @Test
    void entryThatGetsALease_doesNotComeAgain() {
        told.from(1, "workers:198|g");
        assertEquals(1, comings().size());
        told.from(1, AGENT);
        assertEquals(List.of(), comings());
    }

    @Test
    void comingsBeyondTheMost_areCounted_alsoOfSourcesThatMadeRoom() {
        for (int port = 1; port <= SourceRegistry.MOST_SOURCES; port++) {
            told.from(port, "workers.lease:5000|g");
        }
        SourceEvents came = told.workers.takeComings(told.now(), 3);
        assertEquals(3, came.told().size());
        assertEquals(SourceRegistry.MOST_SOURCES - 3, came.untold());
        told.after(5001).from(1 << 17, AGENT);
        SourceEvents went = told.workers.takeComings(told.now(), 3);
        // The one that was heard last is not forgotten.
        assertEquals(
                Set.of(SourceEvents.What.CAME, SourceEvents.What.WENT),
                went.told().stream().map(SourceEvents.Coming::what).collect(toSet()));
        assertEquals(SourceRegistry.MOST_SOURCES - 1, went.untold());
        assertEquals(0, told.workers.takeComings(told.now(), 3).untold());
    }

    @Test
    void names_areBounded_andTheKnownOnesAlwaysHaveRoom() {
        for (int i = 0; i < 1000; i++) {
            told.from(1, "x" + i + ".gunicorn.workers:1|g");
            told.from(1, "y" + i + ".gunicorn.workers.lease:1000|g");
        }
        assertTrue(told.counters.get(Counter.DROPPED_NAMES) > 0);
        assertTrue(told.standing().current() <= SourceRegistry.MOST_NAMES);
        long before = able();
        told.from(1, "workers:3|g\ngunicorn.workers:4|g");
        assertEquals(before + 7, able());
    }

    @Test
    void pools_areBoundedEachAndInAll() {
        for (int port = 1; port <= 200; port++) {
            told.from(port, "workers.lease:5000|g");
            for (int i = 0; i < 100; i++) {
                told.from(port, "workers.pool.p" + i + ":1|g");
            }
        }
        long shown = told.sources().stream()
                .mapToLong(source -> source.pools().size())
                .sum();
        assertEquals(SourceRegistry.MOST_POOLS, shown);
        assertEquals(20_000 - SourceRegistry.MOST_POOLS, told.counters.get(Counter.DROPPED_POOLS));
        assertEquals(
                SourceRegistry.MOST_POOLS_EACH,
                told.sources().stream()
                        .mapToInt(source -> source.pools().size())
                        .max()
                        .orElseThrow());
        // Room is made by time alone.
        told.after(5001).workers.sweep();
        told.from(300, "workers.lease:5000|g\nworkers.pool.late:0|g");
        assertEquals(1, told.standing().deadPools());
    }

    @Test
    void deadSources_areForgotten_exceptTheLast() {
        told.from(1, AGENT).from(2, AGENT).after(Duration.ofMinutes(11).toMillis());
        told.workers.sweep();
        assertEquals(
                List.of("127.0.0.1:2"),
                told.sources().stream().map(SourceView::address).toList());
        assertTrue(told.standing().newest().isPresent());
    }

    @Test
    void deadSource_isRememberedForAWhile() {
        told.from(1, AGENT).from(2, AGENT).after(Duration.ofMinutes(9).toMillis());
        told.workers.sweep();
        assertEquals(2, told.sources().size());
        assertFalse(told.sources().get(0).current());
    }

    @Test
    void changes_areThoseThatMayTurnAVerdict() {
        assertTrue(told.from(1, AGENT).workers.takeChanged());
        assertFalse(told.workers.takeChanged());
        assertFalse(told.from(1, AGENT + "\nworkers.pool.http.busy:9|g").workers.takeChanged());
        assertTrue(told.from(1, "workers:197|g").workers.takeChanged());
        assertTrue(told.from(1, "workers.pool.http:0|g").workers.takeChanged());
        assertTrue(told.from(1, "workers.draining:1|g").workers.takeChanged());
    }

    private long able() {
        return told.standing().able();
    }

    private SourceView ofPort(int port) {
        return told.sources().stream()
                .filter(source -> source.address().equals("127.0.0.1:" + port))
                .findFirst()
                .orElseThrow();
    }

    /** The sum of address and port is the same for all. */
    private static InetSocketAddress senderOfOneHash(int number) throws UnknownHostException {
        return new InetSocketAddress(
                InetAddress.getByAddress(new byte[] {127, 0, (byte) (number >> 8), (byte) number}), 10_000 - number);
    }

    private List<String> comings() {
        return told.workers.takeComings(told.now(), 100).told().stream()
                .map(coming -> coming.what() + " " + coming.source().name() + " "
                        + coming.source().address())
                .toList();
    }

    private List<String> poolNames() {
        return told.sources().get(0).pools().stream().map(PoolView::name).toList();
    }
}
