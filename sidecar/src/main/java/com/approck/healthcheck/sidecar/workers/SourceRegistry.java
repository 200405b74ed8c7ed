package com.approck.healthcheck.sidecar.workers;

import com.approck.healthcheck.sidecar.metrics.Counter;
import com.approck.healthcheck.sidecar.metrics.Counters;
import com.approck.healthcheck.sidecar.statsd.Gauge;
import com.approck.healthcheck.sidecar.statsd.GaugeKind;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Remembers what each source reported about its workers, and how long the report is valid.
 *
 * <p>A sender that has declared a lease for a name is a source of its own: what it reports under the name belongs to it,
 * and each of its gauges renews the lease. All senders without a lease share one entry for each name, in which the last
 * report is valid for the time to live. If the last sender that wrote to this entry turns out to have a lease (the
 * datagram that declared it came late, or the first one was lost), the entry becomes its own source. While a source with
 * a lease is remembered, the entry of the same name does not count ({@link LeaseClaim}).
 *
 * <p>Limits, beyond which gauges are dropped and counted: {@value NameTable#MAX_NAMES} names, {@value #MAX_SOURCES}
 * sources with a lease, {@value #MAX_POOLS_EACH} pools a source, {@value #MAX_POOLS} pools in all, a lease of {@value
 * #MAX_LEASE_MILLIS} ms. A source is forgotten ten minutes after its lease expired, or at once if the table is full.
 * The source that reported last is kept, so that "stale" never turns into "never heard".
 *
 * <p>One thread writes, any thread reads. The lock is held for a few nanoseconds by the writer, and by readers for a
 * time that grows with the number of sources (some 35 µs for 1,000). A gauge allocates only if its source, name or pool
 * is new.
 */
public final class SourceRegistry {
    static final int MAX_SOURCES = 10_000;
    static final int MAX_POOLS_EACH = 64;
    static final int MAX_POOLS = 10_000;
    static final long MAX_LEASE_MILLIS = 24L * 60 * 60 * 1000;

    private static final long FORGET_NANOS = Duration.ofMinutes(10).toNanos();
    private static final long FULL_CHECK_NANOS = Duration.ofSeconds(1).toNanos();

    private final long startedAt;
    private final Counters counters;
    private final ReceptionClock clock;
    private final NameTable names;
    private final LeasedSources leased = new LeasedSources();

    private int poolCount;
    private Source newest;
    private long changedAt;
    private boolean changed = true;
    /** Sources that were forgotten before {@link #takeEvents} could report that they expired. */
    private long forgottenWithoutEvent;

    private boolean full;
    private long fullUntil;

    /**
     * Starts with nothing received.
     *
     * @param known names that always have a place in the table
     * @param ttl how long a report without a lease is valid; zero: without end
     */
    public SourceRegistry(List<String> known, Duration ttl, Counters counters, long now) {
        this.names = new NameTable(known);
        this.clock = new ReceptionClock(ttl.toNanos(), now);
        this.counters = counters;
        this.startedAt = now;
        this.changedAt = now;
    }

    /** The counts without a lease that are not ignored, one for each name at most. */
    public synchronized List<RetainedCount> retained() {
        List<RetainedCount> retained = new ArrayList<>();
        for (SourceName name : names.all()) {
            Source source = name.withoutLease;
            if (source != null && source.able >= 0 && !source.isIgnored()) {
                retained.add(new RetainedCount(name.toString(), source.able, source.address, source.reportedAt));
            }
        }
        return retained;
    }

    /** Takes a count that an earlier process received, as if it had been received then; not if the name has one. */
    public synchronized void restore(RetainedCount count) {
        SourceName name = names.findOrAdd(count.name().getBytes(StandardCharsets.UTF_8));
        if (name == null || name.withoutLease != null) {
            return;
        }
        Source source = new Source(name, count.from());
        source.recordReport(count.from(), count.reportedAt(), clock.pausedNanos());
        source.able = Math.max(0, count.able());
        name.withoutLease = source;
        newest = newest == null || count.reportedAt() - newest.reportedAt > 0 ? source : newest;
        changed = true;
    }

    /** Takes one gauge, read at {@code now}. */
    public synchronized void apply(InetSocketAddress sender, Gauge gauge, long now) {
        Source source = leased.find(sender, gauge);
        if (gauge.aspect() == GaugeKind.LEASE) {
            applyLease(source, sender, gauge, now);
            return;
        }
        if (source == null) {
            source = findOrAddWithoutLease(sender, gauge, now);
            if (source == null) {
                return;
            }
        }
        forgetIfExpired(source);
        recordReport(source, sender, now);
        boolean differs = switch (gauge.aspect()) {
            case ABLE -> source.applyAble(gauge);
            case DRAINING -> source.applyDraining(gauge, now);
            default -> applyToPool(source, gauge, now);
        };
        if (differs && !source.isIgnored()) {
            changed = true;
            changedAt = now;
        }
    }

    /** Everything that had arrived by {@code nanos} has been read. Never moves back. */
    public synchronized void setWatermark(long nanos) {
        clock.setWatermark(nanos);
    }

    /** The process did not run for {@code nanos}, which is added to every lease. */
    public synchronized void extendLeases(long nanos) {
        clock.addPause(nanos);
    }

    /** Returns whether, since the last call, something changed that a verdict depends on, other than time. */
    public synchronized boolean takeChanged() {
        boolean was = changed;
        changed = false;
        return was;
    }

    /** All that a verdict at {@code now} needs. */
    public synchronized WorkersSnapshot snapshot(long now) {
        SnapshotBuilder builder = new SnapshotBuilder(clock, now);
        forEach(builder);
        return builder.build(now - startedAt, now - changedAt, newest);
    }

    /** Sums over the current sources. */
    public synchronized Totals totals() {
        TotalsBuilder builder = new TotalsBuilder(clock);
        forEach(builder);
        return builder.build();
    }

    /** At most {@code maxSources} sources, those without a lease first, with at most {@code maxPools} pools in all. */
    public synchronized List<SourceView> sources(long now, int maxSources, int maxPools) {
        List<SourceView> views = new ArrayList<>();
        int[] poolsLeft = {maxPools};
        forEach(source -> {
            if (views.size() < maxSources) {
                SourceView view = SourceView.of(source, clock, now, poolsLeft[0]);
                poolsLeft[0] -= view.pools().size();
                views.add(view);
            }
        });
        return views;
    }

    /** What happened to sources since the last call, {@code maxEvents} of it one by one. */
    public synchronized SourceEvents takeEvents(long now, int maxEvents) {
        SourceEventCollector collector = new SourceEventCollector(clock, now, maxEvents);
        forEach(collector);
        SourceEvents events = collector.events(forgottenWithoutEvent);
        forgottenWithoutEvent = 0;
        return events;
    }

    /**
     * Reports without a lease that are ignored, each name once. The second call in a row that finds one returns it: a
     * source whose first lease was lost declares another one in time. To be called each second.
     */
    public synchronized List<SourceView> takeNewlyIgnored(long now) {
        List<SourceView> ignored = new ArrayList<>();
        for (SourceName name : names.all()) {
            if (name.takeNewlyIgnored()) {
                ignored.add(SourceView.of(name.withoutLease, clock, now, 0));
            }
        }
        return ignored;
    }

    /** Drops pools that their source no longer reports, and sources that expired long ago. To be called each second. */
    public synchronized void sweep() {
        sweep(FORGET_NANOS);
    }

    private void forEach(Consumer<Source> consumer) {
        for (SourceName name : names.all()) {
            if (name.withoutLease != null) {
                consumer.accept(name.withoutLease);
            }
        }
        leased.forEach(consumer);
    }

    private void applyLease(Source known, InetSocketAddress sender, Gauge gauge, long now) {
        if (gauge.delta() || gauge.value() < 1 || gauge.value() > MAX_LEASE_MILLIS) {
            counters.add(Counter.BAD_VALUE);
            return;
        }
        Source source = known == null ? addLeased(sender, gauge, now) : known;
        if (source == null) {
            return;
        }
        forgetIfExpired(source);
        source.leaseNanos = (long) (gauge.value() * 1e6);
        recordReport(source, sender, now);
    }

    private void recordReport(Source source, InetSocketAddress by, long now) {
        source.recordReport(by, now, clock.pausedNanos());
        if (source.isIgnored()) {
            counters.add(Counter.DROPPED_NO_LEASE);
        } else {
            newest = source;
        }
    }

    /** The port may belong to another process by now. Only a count without a lease can still be valid. */
    private void forgetIfExpired(Source source) {
        if (!clock.isExpired(source)) {
            return;
        }
        changed = true;
        source.draining = false;
        poolCount -= source.pools.size();
        source.pools.clear();
        source.poolsAtZero = 0;
        if (source.leaseNanos > 0) {
            source.able = Pool.UNKNOWN;
        }
    }

    /** A new source; the shared entry under its name becomes that source if the sender was the last to write there. */
    private Source addLeased(InetSocketAddress sender, Gauge gauge, long now) {
        SourceName name = nameWithRoom(gauge, now);
        if (name == null) {
            return null;
        }
        Source source = name.withoutLease;
        if (source != null && source.address.equals(sender)) {
            name.withoutLease = null;
        } else {
            source = new Source(name, sender);
        }
        leased.add(source);
        name.claim.addSource();
        changed = true;
        changedAt = now;
        return source;
    }

    private Source findOrAddWithoutLease(InetSocketAddress sender, Gauge gauge, long now) {
        // In a full table the sender may be one whose lease had no room: its count must not stay valid without end.
        SourceName name = nameWithRoom(gauge, now);
        if (name == null) {
            return null;
        }
        if (name.withoutLease == null) {
            name.withoutLease = new Source(name, sender);
        }
        return name.withoutLease;
    }

    /** Null, and counted, if there is no room for the name or for a source. */
    private SourceName nameWithRoom(Gauge gauge, long now) {
        SourceName name = names.findOrAdd(gauge);
        if (name == null) {
            counters.add(Counter.DROPPED_NAMES);
            return null;
        }
        if (!hasRoomForSource(now)) {
            counters.add(Counter.DROPPED_SOURCES);
            return null;
        }
        return name;
    }

    private boolean hasRoomForSource(long now) {
        if (leased.size() < MAX_SOURCES) {
            return true;
        }
        if (full && clock.watermark() - fullUntil < 0 && now - fullUntil < 0) {
            return false;
        }
        sweep(0);
        // Looking again costs a walk through the table: not for each datagram of a flood.
        full = leased.size() >= MAX_SOURCES;
        fullUntil = clock.watermark() + FULL_CHECK_NANOS;
        return !full;
    }

    private boolean applyToPool(Source source, Gauge gauge, long now) {
        Pool pool = source.findPool(gauge);
        if (pool == null) {
            if (poolCount >= MAX_POOLS || source.pools.size() >= MAX_POOLS_EACH) {
                counters.add(Counter.DROPPED_POOLS);
                return false;
            }
            pool = new Pool(gauge.poolBytes());
            source.pools.add(pool);
            poolCount++;
        }
        source.poolsAtZero -= pool.isAtZero() ? 1 : 0;
        boolean differs = pool.apply(gauge, now, clock.pausedNanos());
        source.poolsAtZero += pool.isAtZero() ? 1 : 0;
        return differs && gauge.aspect() == GaugeKind.POOL_ABLE;
    }

    private void sweep(long keepNanos) {
        for (SourceName name : names.all()) {
            if (name.withoutLease != null) {
                sweepPools(name.withoutLease);
            }
        }
        leased.removeIf(source -> {
            sweepPools(source);
            boolean forgotten = source != newest && clock.expiredNanos(source) > keepNanos;
            if (forgotten) {
                poolCount -= source.pools.size();
                source.name.claim.removeSource();
                forgottenWithoutEvent += source.appearedInEvents ? 1 : 0;
            }
            return forgotten;
        });
    }

    private void sweepPools(Source source) {
        for (int i = source.pools.size() - 1; i >= 0; i--) {
            if (clock.isExpired(source, source.pools.get(i))) {
                source.poolsAtZero -= source.pools.remove(i).isAtZero() ? 1 : 0;
                poolCount--;
                changed = true;
            }
        }
    }
}
