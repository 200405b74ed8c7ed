package com.approck.healthcheck.sidecar.workers;

import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.sidecar.count.Counter;
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

    private final WorkersDriver wire = new WorkersDriver();

    // Without a lease.

    @Test
    void valueWithoutLease_standsForEver() {
        wire.from(1, "workers:3|g").after(Duration.ofDays(30).toMillis());
        assertEquals(3, able());
    }

    @Test
    void valuesWithoutLease_shareOneEntryPerName() {
        wire.from(1, "workers:3|g").from(2, "workers:2|g").from(3, "gunicorn.workers:5|g");
        assertEquals(7, able());
        assertEquals(2, wire.sources().size());
    }

    @Test
    void gunicornUnderAPrefix_hasAnEntryOfItsOwn() {
        wire.from(1, "gunicorn.workers:3|g").from(2, "a.gunicorn.workers:4|g");
        assertEquals(7, able());
    }

    @Test
    void valueWithoutLease_expiresAfterTheTimeToLive() {
        WorkersDriver mortal = new WorkersDriver(Duration.ofSeconds(2));
        mortal.from(1, "workers:3|g").after(2000);
        assertEquals(3, mortal.snapshot().able());
        mortal.after(1);
        assertEquals(0, mortal.snapshot().able());
        assertTrue(mortal.snapshot().lastReport().get().expired());
        assertEquals(
                Duration.ofSeconds(2).toNanos(),
                mortal.snapshot().lastReport().get().validNanos());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"workers:-1|g", "workers:0|g", "workers:0.9|g", "workers:+0|g", "workers:3|g\nworkers:-7|g"})
    void belowOne_isNone(String datagram) {
        assertEquals(0, wire.from(1, datagram).snapshot().able());
        assertEquals(1, wire.snapshot().current());
    }

    @Test
    void delta_isAddedToWhatStands() {
        wire.from(1, "workers:3|g\nworkers:+1|g");
        assertEquals(4, able());
        wire.from(2, "workers:-2|g");
        assertEquals(2, able());
        wire.from(3, "workers:-5|g").from(4, "workers:+1|g");
        assertEquals(1, able());
        wire.from(5, "gunicorn.workers:+0.5|g\ngunicorn.workers:+0.5|g");
        assertEquals(2, able());
    }

    // With a lease.

    @Test
    void leasedValue_diesWithItsLease() {
        wire.from(1, AGENT).after(5000);
        assertEquals(198, able());
        wire.after(1);
        assertEquals(0, able());
        assertEquals(0, wire.snapshot().current());
        assertEquals("127.0.0.1:1", wire.snapshot().lastReport().get().source());
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
    void anyGaugeOfASource_renewsItsLease(String datagram) {
        wire.from(1, AGENT).after(4900).from(1, datagram).after(4900);
        assertEquals(198, able());
    }

    @Test
    void otherSource_doesNotRenewALease_norRaiseItsNumbers() {
        wire.from(1, AGENT)
                .after(4000)
                .from(2, "workers:0|g\nworkers.pool.http:7|g")
                .after(1001);
        assertEquals(0, able());
        assertEquals(0, wire.sources().get(0).able());
    }

    @Test
    void leasedSources_areAddedUp() {
        wire.from(1, AGENT).from(2, "workers.lease:5000|g\nworkers:2|g");
        assertEquals(200, able());
        wire.after(3000).from(2, "workers:2|g").after(3000);
        assertEquals(2, able());
        assertEquals(1, wire.snapshot().current());
    }

    @Test
    void lostLease_laterValuesCountAsLeased() {
        wire.from(1, AGENT).after(6000).from(1, "workers:7|g");
        assertEquals(7, able());
        wire.after(5001);
        assertEquals(0, able());
    }

    @Test
    void lostFirstLease_valueIsNotLeftStanding() {
        wire.from(1, "workers:198|g\nworkers.pool.http:198|g").after(1000).from(1, AGENT);
        assertEquals(198, able());
        assertEquals(1, wire.sources().size());
        wire.after(5001);
        assertEquals(0, able());
        assertEquals(0, wire.snapshot().current());
    }

    @Test
    void leaseOfAnother_leavesTheSharedEntry() {
        wire.from(1, "workers:3|g").from(2, AGENT);
        assertEquals(201, able());
        wire.after(5001);
        assertEquals(3, able());
    }

    @Test
    void lostFirstNumber_isTheSumOfThePools() {
        wire.from(1, "workers.lease:5000|g\nworkers.pool.a:3|g\nworkers.pool.b:4|g");
        assertEquals(7, able());
        wire.from(1, "workers:5|g");
        assertEquals(5, able());
    }

    @Test
    void namesOfOneSource_areApart() {
        wire.from(1, "workers.lease:5000|g\nworkers:3|g\ngunicorn.workers.lease:1000|g\ngunicorn.workers:4|g");
        assertEquals(7, able());
        wire.after(1001);
        assertEquals(3, able());
        wire.after(4000);
        assertEquals(0, able());
    }

    @Test
    void leaseOfASource_canChange() {
        wire.from(1, AGENT).from(1, "workers.lease:1000|g").after(1001);
        assertEquals(0, able());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"workers.lease:0|g", "workers.lease:-5|g", "workers.lease:+5|g", "workers.lease:86400001|g"})
    void leaseOutOfRange_isBad(String datagram) {
        wire.from(1, datagram);
        assertEquals(1, wire.counters.get(Counter.BAD_VALUE));
        assertTrue(wire.snapshot().lastReport().isEmpty());
    }

    @Test
    void newOwnerOfAPort_doesNotInheritItsEnd() {
        wire.from(1, AGENT + "\nworkers.draining:1|g\nworkers:0|g\nworkers.pool.http:0|g")
                .after(6000);
        wire.from(1, "workers.lease:5000|g\nworkers:3|g");
        assertFalse(wire.sources().get(0).draining());
        assertEquals(List.of(), wire.sources().get(0).pools());
        assertEquals(3, wire.snapshot().ableStaying());
    }

    // Leases against what could have been received.

    @Test
    void lease_isNotExpired_untilWhatArrivedWasRead() {
        wire.from(1, AGENT).afterUnread(20_000);
        assertEquals(198, able());
        wire.from(1, "workers:198|g").allRead();
        assertEquals(198, able());
    }

    @Test
    void lease_isExpired_onceEverythingWasRead() {
        wire.from(1, AGENT).afterUnread(20_000).allRead();
        assertEquals(0, able());
    }

    @Test
    void ownPause_countsAgainstNoLease() {
        wire.from(1, AGENT).after(1000).afterUnread(20_000);
        wire.registry.extendLeases(Duration.ofSeconds(20).toNanos());
        wire.allRead();
        assertEquals(198, able());
        wire.after(4001);
        assertEquals(0, able());
    }

    @Test
    void watermark_neverMovesBack() {
        wire.from(1, AGENT).after(5001);
        wire.registry.setWatermark(wire.now() - 1_000_000_000L);
        assertEquals(0, able());
    }

    // Pools.

    @Test
    void poolAtZero_isNamed() {
        wire.from(1, AGENT + "\nworkers.pool.admin:0|g\nworkers.pool.admin.stuck:4|g\nworkers.pool.admin.capacity:4|g")
                .after(3000);
        WorkersSnapshot snapshot = wire.snapshot();
        assertEquals(1, snapshot.poolsAtZero());
        assertEquals(
                new WorkersSnapshot.PoolAtZero(
                        "admin", "127.0.0.1:1", Duration.ofSeconds(3).toNanos(), 4, 4),
                snapshot.poolAtZero().get());
    }

    @Test
    void poolAtZero_keepsTheTimeOfItsFirstZero() {
        wire.from(1, "workers.lease:5000|g\nworkers.pool.a:0|g")
                .after(1000)
                .from(1, "workers.pool.a:0|g")
                .after(1000);
        assertEquals(
                Duration.ofSeconds(2).toNanos(),
                wire.snapshot().poolAtZero().get().forNanos());
        wire.from(1, "workers.pool.a:1|g");
        assertEquals(0, wire.snapshot().poolsAtZero());
        wire.from(1, "workers.pool.a:0|g");
        assertEquals(0, wire.snapshot().poolAtZero().get().forNanos());
    }

    @Test
    void poolThatIsNoLongerReported_isDropped() {
        wire.from(1, AGENT + "\nworkers.pool.admin:0|g")
                .after(4000)
                .from(1, AGENT)
                .after(1001);
        assertEquals(0, wire.snapshot().poolsAtZero());
        assertEquals(198, able());
        assertEquals(List.of("http"), poolNames());
        wire.registry.sweep();
        assertEquals(List.of("http"), poolNames());
    }

    @Test
    void poolAtZero_isAtZeroAgainAfterItWasDropped() {
        String dead = "\nworkers.pool.admin:0|g";
        wire.from(1, AGENT + dead).after(4000).from(1, AGENT).after(1001);
        wire.registry.sweep();
        assertEquals(0, wire.snapshot().poolsAtZero());
        wire.from(1, AGENT + dead);
        assertEquals(1, wire.snapshot().poolsAtZero());

        wire.after(6000).from(1, AGENT);
        assertEquals(0, wire.snapshot().poolsAtZero());
        wire.from(1, AGENT + dead + dead);
        assertEquals(1, wire.snapshot().poolsAtZero());
    }

    @Test
    void poolWithOnlyOtherNumbers_isNotAtZero() {
        wire.from(1, AGENT + "\nworkers.pool.admin.busy:0|g");
        assertEquals(0, wire.snapshot().poolsAtZero());
    }

    @Test
    void poolNumbers_areShown() {
        wire.from(1, "workers.lease:5000|g\nworkers.pool.a:3|g\nworkers.pool.a.alive:10|g\nworkers.pool.a.queued:7|g");
        assertEquals(
                List.of(new PoolView("a", 0, 3, 10, -1, -1, 7, -1)),
                wire.sources().get(0).pools());
    }

    @Test
    void poolOfADrainingSource_mayBeAtZero() {
        wire.from(1, AGENT + "\nworkers.pool.admin:0|g\nworkers.draining:1|g");
        assertEquals(0, wire.snapshot().poolsAtZero());
    }

    // Draining.

    @Test
    void drainingSource_countsWhileItHasWorkers() {
        wire.from(1, AGENT + "\nworkers.draining:1|g");
        assertEquals(198, able());
        assertEquals(0, wire.snapshot().ableStaying());
        assertEquals(1, wire.snapshot().counted());
        assertEquals(1, wire.snapshot().drainingAble());
        wire.from(1, "workers:0|g");
        assertEquals(0, wire.snapshot().counted());
        assertEquals(1, wire.snapshot().current());
    }

    @Test
    void draining_canBeTakenBack() {
        wire.from(1, AGENT + "\nworkers.draining:1|g\nworkers.draining:0|g");
        assertEquals(198, wire.snapshot().ableStaying());
    }

    // Bounds.

    @Test
    void sources_areBounded_andExpiredOnesMakeRoom() {
        for (int port = 1; port <= SourceRegistry.MAX_SOURCES; port++) {
            wire.from(port, "workers.lease:5000|g\nworkers:1|g");
        }
        wire.from(1 << 17, AGENT);
        assertEquals(SourceRegistry.MAX_SOURCES, wire.snapshot().current());
        assertTrue(wire.counters.get(Counter.DROPPED_SOURCES) > 0);
        wire.after(3000).from(1, "workers:1|g").after(3000).from(1 << 17, AGENT);
        assertEquals(2, wire.snapshot().current());
        assertEquals(
                2,
                wire.sources().stream()
                        .filter(source -> source.leaseNanos() > 0)
                        .count());
    }

    @Test
    void fullTable_evictsNobody_andNobodyRaisesAnothersNumbers() {
        wire.from(1, AGENT);
        for (int port = 2; port <= 3 * SourceRegistry.MAX_SOURCES; port++) {
            wire.from(port, "workers.lease:5000|g\nworkers:+7|g\nworkers.pool.http:+7|g\nworkers.pool.http.stuck:7|g");
        }
        assertEquals(SourceRegistry.MAX_SOURCES, wire.snapshot().current());
        SourceView first = ofPort(1);
        assertEquals(198, first.able());
        assertEquals(List.of(new PoolView("http", 0, 198, -1, -1, -1, -1, -1)), first.pools());

        wire.after(4000).from(1, "workers:197|g").after(1500);
        for (int port = 2; port <= 3 * SourceRegistry.MAX_SOURCES; port++) {
            wire.from(port, "workers.lease:5000|g\nworkers:7|g");
        }
        assertEquals(SourceRegistry.MAX_SOURCES, wire.snapshot().current());
        assertEquals(197, ofPort(1).able());
        assertTrue(ofPort(1).current());
    }

    @Test
    void sendersOfOneHash_areApart() throws Exception {
        int hash = senderOfOneHash(0).hashCode();
        for (int i = 0; i < 1000; i++) {
            assertEquals(hash, senderOfOneHash(i).hashCode());
            wire.from(senderOfOneHash(i), "workers.lease:5000|g\nworkers:" + i + "|g");
        }
        assertEquals(1000, wire.snapshot().current());
        assertEquals(1000 * 999 / 2, able());
        wire.from(senderOfOneHash(1), "workers:0|g");
        assertEquals(1000 * 999 / 2 - 1, able());
    }

    @Test
    void sendersOfIpv6_areApart() throws Exception {
        for (String address : List.of("::1", "::2", "0:0:0:1::1", "1::", "::1:0:0", "::1")) {
            wire.from(new InetSocketAddress(InetAddress.getByName(address), 1), "workers.lease:5000|g\nworkers:1|g");
        }
        assertEquals(5, able());
    }

    // SourceEvents and goings.

    @Test
    void events_areReportedOnceEach() {
        assertEquals(List.of(), events());
        wire.from(1, AGENT).from(2, "gunicorn.workers:4|g");
        assertEquals(List.of("APPEARED gunicorn.workers 127.0.0.1:2", "APPEARED workers 127.0.0.1:1"), events());
        wire.after(1000).from(1, "workers:197|g");
        assertEquals(List.of(), events());
        wire.from(1, "workers.draining:1|g");
        assertEquals(List.of("DRAINING workers 127.0.0.1:1"), events());
        wire.after(5001);
        assertEquals(List.of("EXPIRED workers 127.0.0.1:1"), events());
        wire.from(1, AGENT);
        assertEquals(List.of("APPEARED workers 127.0.0.1:1"), events());
    }

    @Test
    void entryThatGetsALease_doesNotAppearAgain() {
        wire.from(1, "workers:198|g");
        assertEquals(1, events().size());
        wire.from(1, AGENT);
        assertEquals(List.of(), events());
    }

    @Test
    void eventsBeyondTheMaximum_areCounted_alsoOfSourcesThatMadeRoom() {
        for (int port = 1; port <= SourceRegistry.MAX_SOURCES; port++) {
            wire.from(port, "workers.lease:5000|g");
        }
        SourceEvents came = wire.registry.takeEvents(wire.now(), 3);
        assertEquals(3, came.events().size());
        assertEquals(SourceRegistry.MAX_SOURCES - 3, came.omitted());
        wire.after(5001).from(1 << 17, AGENT);
        SourceEvents went = wire.registry.takeEvents(wire.now(), 3);
        // The one that was heard last is not forgotten.
        assertEquals(
                Set.of(SourceEvents.Kind.APPEARED, SourceEvents.Kind.EXPIRED),
                went.events().stream().map(SourceEvents.SourceEvent::kind).collect(toSet()));
        assertEquals(SourceRegistry.MAX_SOURCES - 1, went.omitted());
        assertEquals(0, wire.registry.takeEvents(wire.now(), 3).omitted());
    }

    @Test
    void names_areBounded_andTheKnownOnesAlwaysHaveRoom() {
        for (int i = 0; i < 1000; i++) {
            wire.from(1, "x" + i + ".gunicorn.workers:1|g");
            wire.from(1, "y" + i + ".gunicorn.workers.lease:1000|g");
        }
        assertTrue(wire.counters.get(Counter.DROPPED_NAMES) > 0);
        assertTrue(wire.snapshot().current() <= NameTable.MAX_NAMES);
        long before = able();
        wire.from(1, "workers:3|g\ngunicorn.workers:4|g");
        assertEquals(before + 7, able());
    }

    @Test
    void pools_areBoundedEachAndInAll() {
        for (int port = 1; port <= 200; port++) {
            wire.from(port, "workers.lease:5000|g");
            for (int i = 0; i < 100; i++) {
                wire.from(port, "workers.pool.p" + i + ":1|g");
            }
        }
        long shown = wire.sources().stream()
                .mapToLong(source -> source.pools().size())
                .sum();
        assertEquals(SourceRegistry.MAX_POOLS, shown);
        assertEquals(20_000 - SourceRegistry.MAX_POOLS, wire.counters.get(Counter.DROPPED_POOLS));
        assertEquals(
                SourceRegistry.MAX_POOLS_EACH,
                wire.sources().stream()
                        .mapToInt(source -> source.pools().size())
                        .max()
                        .orElseThrow());
        // Room is made by time alone.
        wire.after(5001).registry.sweep();
        wire.from(300, "workers.lease:5000|g\nworkers.pool.late:0|g");
        assertEquals(1, wire.snapshot().poolsAtZero());
    }

    @Test
    void deadSources_areForgotten_exceptTheLast() {
        wire.from(1, AGENT).from(2, AGENT).after(Duration.ofMinutes(11).toMillis());
        wire.registry.sweep();
        assertEquals(
                List.of("127.0.0.1:2"),
                wire.sources().stream().map(SourceView::address).toList());
        assertTrue(wire.snapshot().lastReport().isPresent());
    }

    @Test
    void deadSource_isRememberedForAWhile() {
        wire.from(1, AGENT).from(2, AGENT).after(Duration.ofMinutes(9).toMillis());
        wire.registry.sweep();
        assertEquals(2, wire.sources().size());
        assertFalse(wire.sources().get(0).current());
    }

    @Test
    void changes_areThoseThatAVerdictDependsOn() {
        assertTrue(wire.from(1, AGENT).registry.takeChanged());
        assertFalse(wire.registry.takeChanged());
        assertFalse(
                wire.from(1, AGENT + "\nworkers.pool.http.busy:9|g").registry.takeChanged());
        assertTrue(wire.from(1, "workers:197|g").registry.takeChanged());
        assertTrue(wire.from(1, "workers.pool.http:0|g").registry.takeChanged());
        assertTrue(wire.from(1, "workers.draining:1|g").registry.takeChanged());
    }

    private long able() {
        return wire.snapshot().able();
    }

    private SourceView ofPort(int port) {
        return wire.sources().stream()
                .filter(source -> source.address().equals("127.0.0.1:" + port))
                .findFirst()
                .orElseThrow();
    }

    /** The sum of address and port is the same for all. */
    private static InetSocketAddress senderOfOneHash(int number) throws UnknownHostException {
        return new InetSocketAddress(
                InetAddress.getByAddress(new byte[] {127, 0, (byte) (number >> 8), (byte) number}), 10_000 - number);
    }

    private List<String> events() {
        return wire.registry.takeEvents(wire.now(), 100).events().stream()
                .map(coming -> coming.kind() + " " + coming.source().name() + " "
                        + coming.source().address())
                .toList();
    }

    private List<String> poolNames() {
        return wire.sources().get(0).pools().stream().map(PoolView::name).toList();
    }
}
