package com.approck.healthcheck.sidecar.workers;

import com.approck.healthcheck.sidecar.metrics.Counter;
import com.approck.healthcheck.sidecar.metrics.Counters;
import com.approck.healthcheck.sidecar.statsd.Gauge;
import com.approck.healthcheck.sidecar.statsd.GaugeKind;
import com.approck.healthcheck.sidecar.text.Format;
import com.approck.healthcheck.sidecar.workers.SourceView.PoolView;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Remembers what was told about workers, by whom, and until when it holds.
 *
 * <p>A sender that ever declared a lease for a name is a source of its own: what it says under the name belongs to it,
 * and everything it says renews the lease. All senders without a lease share one entry for each name, in which the last
 * word stands for the time to live. If the last writer of that entry turns out to have a lease (the datagram that
 * declared it came late or the first was lost), the entry becomes its own.
 *
 * <p>A word is over when its lease ran out <em>and</em> everything that had arrived by then was read: {@link
 * #heardThrough} says up to when that is so. Time for which we were paused ourselves does not count, since the kernel
 * may have dropped what came ({@link #paused}).
 *
 * <p>Limits, beyond which gauges are dropped and counted: {@value #MOST_NAMES} names, {@value #MOST_SOURCES} sources
 * with a lease, {@value #MOST_POOLS_EACH} pools a source, {@value #MOST_POOLS} pools in all, a lease of {@value
 * #LONGEST_LEASE_MILLIS} ms. A source is forgotten ten minutes after its lease ran out, at once if the table is full;
 * the one heard last is kept, so that "stale" never turns into "never heard".
 *
 * <p>One thread writes, any thread reads. The lock is held for a few nanoseconds by the writer, and by readers for a
 * time that grows with the number of sources (some 35 µs for 1,000). What is heard allocates only when a source, name or pool is new.
 */
public final class SourceRegistry {
    static final int MOST_NAMES = 64;
    static final int MOST_SOURCES = 10_000;
    static final int MOST_POOLS_EACH = 64;
    static final int MOST_POOLS = 10_000;
    static final long LONGEST_LEASE_MILLIS = 24L * 60 * 60 * 1000;

    private static final long FORGET_NANOS = Duration.ofMinutes(10).toNanos();

    private final long startedAt;
    private final long ttlNanos;
    private final Counters counters;
    private final Map<InetSocketAddress, Source> leased = new TreeMap<>(SourceRegistry::compare);
    private final List<byte[]> names = new ArrayList<>();
    /** Parallel to {@link #names}: what was told without a lease, or null. */
    private final List<Source> shared = new ArrayList<>();

    private int sources;
    private int pools;
    private Source newest;
    private long heardThrough;
    private long paused;
    private long changedAt;
    private boolean changed = true;
    /** Sources forgotten, of which {@link #takeComings} has told that they came and not that they went. */
    private long forgottenUntold;

    private long fullUntil;
    private boolean full;

    /**
     * Nothing heard yet.
     *
     * @param known names that always have a place in the table
     * @param ttl how long a word without a lease holds; zero for ever
     */
    public SourceRegistry(List<String> known, Duration ttl, Counters counters, long now) {
        for (String name : known) {
            names.add(name.getBytes(StandardCharsets.UTF_8));
            shared.add(null);
        }
        this.ttlNanos = ttl.toNanos();
        this.counters = counters;
        this.startedAt = now;
        this.heardThrough = now;
        this.changedAt = now;
    }

    /** What stands without a lease, for each name. */
    public synchronized List<RetainedCount> kept() {
        List<RetainedCount> kept = new ArrayList<>();
        for (Source source : shared) {
            if (source != null && source.able >= 0) {
                kept.add(new RetainedCount(Gauge.text(source.name), source.able, source.address, source.heardAt));
            }
        }
        return kept;
    }

    /** Takes what an earlier process was told, as if it had been told us then; not under a name heard since. */
    public synchronized void restore(RetainedCount word) {
        int name = name(word.name().getBytes(StandardCharsets.UTF_8));
        if (name < 0 || shared.get(name) != null) {
            return;
        }
        Source source = new Source(names.get(name), word.from());
        source.heard(word.from(), word.heardAt(), paused);
        source.able = Math.max(0, word.able());
        shared.set(name, source);
        newest = newest == null || word.heardAt() - newest.heardAt > 0 ? source : newest;
        changed = true;
    }

    /** Takes one gauge, read at {@code now}. */
    public synchronized void hear(InetSocketAddress sender, Gauge gauge, long now) {
        Source source = leased(sender, gauge);
        if (gauge.aspect() == GaugeKind.LEASE) {
            lease(source, sender, gauge, now);
            return;
        }
        if (source == null) {
            source = shared(sender, gauge, now);
            if (source == null) {
                return;
            }
        }
        heard(source, sender, now);
        boolean differs = switch (gauge.aspect()) {
            case ABLE -> able(source, gauge);
            case DRAINING -> draining(source, gauge);
            default -> pool(source, gauge, now);
        };
        if (differs) {
            changed = true;
            changedAt = now;
        }
    }

    /** Everything that had arrived by {@code nanos} has been read. Never goes back. */
    public synchronized void heardThrough(long nanos) {
        if (nanos - heardThrough > 0) {
            heardThrough = nanos;
        }
    }

    /**
     * The process did not run for {@code nanos}. That time counts against no lease: what came meanwhile may have overflowed the
     * socket's buffer, where the kernel drops the newest.
     */
    public synchronized void paused(long nanos) {
        paused += nanos;
    }

    /** Whether something on which a verdict depends changed, other than by time passing, since this was last asked. */
    public synchronized boolean takeChanged() {
        boolean was = changed;
        changed = false;
        return was;
    }

    /** What is known at {@code now}. */
    public synchronized WorkersSnapshot standing(long now) {
        Sum sum = new Sum(now);
        each(sum);
        return sum.standing();
    }

    /** What the sources whose word holds told, added up. */
    public synchronized Totals totals() {
        Adder adder = new Adder();
        each(adder);
        return new Totals(adder.able, adder.busy, adder.stuck, adder.queued, adder.capacity);
    }

    /** At most {@code most} sources, those without a lease first, with at most {@code mostPools} pools in all. */
    public synchronized List<SourceView> sources(long now, int most, int mostPools) {
        List<SourceView> views = new ArrayList<>();
        int[] left = {mostPools};
        each(source -> {
            if (views.size() < most) {
                SourceView view = view(source, now, left[0]);
                left[0] -= view.pools().size();
                views.add(view);
            }
        });
        return views;
    }

    /** What became of sources since this was last asked, {@code most} of them one by one. */
    public synchronized SourceEvents takeComings(long now, int most) {
        Watch watch = new Watch(now, most);
        each(watch);
        long untold = watch.untold + forgottenUntold;
        forgottenUntold = 0;
        return new SourceEvents(watch.told, untold);
    }

    /** Drops pools that their source no longer mentions, and sources that are long gone. Worth a call a second. */
    public synchronized void sweep() {
        sweep(FORGET_NANOS);
    }

    /** What stands after {@code gauge}: below zero is zero. */
    static double added(double before, Gauge gauge) {
        double base = gauge.delta() ? Math.max(0, before) : 0;
        return Math.max(0, Math.min(1e12, base + gauge.value()));
    }

    /**
     * Not a hash table: the hash of a sender is its address plus its port, so that whoever has many of both can have as many senders of
     * one hash. Allocates only for addresses of IPv6 that have a hash in common.
     */
    private static int compare(InetSocketAddress a, InetSocketAddress b) {
        int byPort = Integer.compare(a.getPort(), b.getPort());
        if (byPort != 0) {
            return byPort;
        }
        int byHash = Integer.compare(a.getAddress().hashCode(), b.getAddress().hashCode());
        if (byHash != 0 || a.equals(b)) {
            return byHash;
        }
        return Arrays.compare(a.getAddress().getAddress(), b.getAddress().getAddress());
    }

    private void each(Consumer<Source> consumer) {
        for (int i = 0; i < shared.size(); i++) {
            Source source = shared.get(i);
            if (source != null) {
                consumer.accept(source);
            }
        }
        for (Source first : leased.values()) {
            for (Source source = first; source != null; source = source.sibling) {
                consumer.accept(source);
            }
        }
    }

    private Source leased(InetSocketAddress sender, Gauge gauge) {
        Source source = leased.get(sender);
        while (source != null && !gauge.isNamed(source.name)) {
            source = source.sibling;
        }
        return source;
    }

    private void lease(Source known, InetSocketAddress sender, Gauge gauge, long now) {
        if (gauge.delta() || gauge.value() < 1 || gauge.value() > LONGEST_LEASE_MILLIS) {
            counters.add(Counter.BAD_VALUE);
            return;
        }
        Source source = known == null ? adopt(sender, gauge, now) : known;
        if (source == null) {
            return;
        }
        heard(source, sender, now);
        source.leaseNanos = (long) (gauge.value() * 1e6);
    }

    private void heard(Source source, InetSocketAddress by, long now) {
        if (isOver(source)) {
            // Its port may have a new owner by now: of what was said, only a value told without a lease can stand.
            forget(source);
            changed = true;
        }
        source.heard(by, now, paused);
        newest = source;
    }

    private void forget(Source source) {
        source.draining = false;
        pools -= source.pools.size();
        source.pools.clear();
        source.poolsAtZero = 0;
        if (source.leaseNanos > 0) {
            source.able = Pool.UNTOLD;
        }
    }

    /** A new source; the shared entry under its name is its own if it was the last to write there. */
    private Source adopt(InetSocketAddress sender, Gauge gauge, long now) {
        int name = name(gauge);
        if (name < 0 || !hasRoomForSource(now)) {
            counters.add(name < 0 ? Counter.DROPPED_NAMES : Counter.DROPPED_SOURCES);
            return null;
        }
        Source source = shared.get(name);
        if (source != null && source.address.equals(sender)) {
            shared.set(name, null);
        } else {
            source = new Source(names.get(name), sender);
        }
        source.sibling = leased.put(sender, source);
        sources++;
        changed = true;
        changedAt = now;
        return source;
    }

    private boolean hasRoomForSource(long now) {
        if (sources < MOST_SOURCES) {
            return true;
        }
        if (full && heardThrough - fullUntil < 0 && now - fullUntil < 0) {
            return false;
        }
        sweep(0);
        // Looking again costs a walk through the table: not for each datagram of a flood.
        full = sources >= MOST_SOURCES;
        fullUntil = heardThrough + Duration.ofSeconds(1).toNanos();
        return !full;
    }

    private Source shared(InetSocketAddress sender, Gauge gauge, long now) {
        int name = name(gauge);
        // In a full table the sender may be one whose lease we could not take: its word must not stand for ever.
        if (name < 0 || !hasRoomForSource(now)) {
            counters.add(name < 0 ? Counter.DROPPED_NAMES : Counter.DROPPED_SOURCES);
            return null;
        }
        Source source = shared.get(name);
        if (source == null) {
            source = new Source(names.get(name), sender);
            shared.set(name, source);
        }
        return source;
    }

    private int name(Gauge gauge) {
        for (int i = 0; i < names.size(); i++) {
            if (gauge.isNamed(names.get(i))) {
                return i;
            }
        }
        return newName(gauge.nameBytes());
    }

    private int name(byte[] name) {
        for (int i = 0; i < names.size(); i++) {
            if (Arrays.equals(names.get(i), name)) {
                return i;
            }
        }
        return newName(name);
    }

    private int newName(byte[] name) {
        if (names.size() >= MOST_NAMES) {
            return -1;
        }
        names.add(name);
        shared.add(null);
        return names.size() - 1;
    }

    private static boolean able(Source source, Gauge gauge) {
        double before = source.able;
        source.able = added(before, gauge);
        return before != source.able;
    }

    private static boolean draining(Source source, Gauge gauge) {
        boolean before = source.draining;
        source.draining = gauge.value() > 0;
        return before != source.draining;
    }

    private boolean pool(Source source, Gauge gauge, long now) {
        Pool pool = source.pool(gauge);
        if (pool == null) {
            if (pools >= MOST_POOLS || source.pools.size() >= MOST_POOLS_EACH) {
                counters.add(Counter.DROPPED_POOLS);
                return false;
            }
            pool = new Pool(gauge.poolBytes());
            source.pools.add(pool);
            pools++;
        }
        source.poolsAtZero -= pool.isAtZero() ? 1 : 0;
        boolean differs = pool.hear(gauge, now, paused);
        source.poolsAtZero += pool.isAtZero() ? 1 : 0;
        return differs && gauge.aspect() == GaugeKind.POOL_ABLE;
    }

    private boolean isOver(Source source) {
        return overNanos(source, source.heardAt, source.pausedAtHearing) > 0;
    }

    private boolean isOver(Source source, Pool pool) {
        return overNanos(source, pool.heardAt, pool.pausedAtHearing) > 0;
    }

    /** For how long a word of {@code source} has been over, as far as we could have heard; not positive if it holds. */
    private long overNanos(Source source, long heardAt, long pausedAtHearing) {
        long good = source.leaseNanos == 0 ? ttlNanos : source.leaseNanos;
        if (good == 0) {
            return 0;
        }
        return heardThrough - heardAt - good - (paused - pausedAtHearing);
    }

    /** What it said; before that (the datagram was lost) what its pools add up to. */
    private long able(Source source) {
        if (source.able >= 0) {
            return (long) source.able;
        }
        long sum = 0;
        for (int i = 0; i < source.pools.size(); i++) {
            Pool pool = source.pools.get(i);
            if (!isOver(source, pool)) {
                sum += Math.max(0, pool.number(GaugeKind.POOL_ABLE));
            }
        }
        return sum;
    }

    private void sweep(long keepNanos) {
        for (int i = 0; i < shared.size(); i++) {
            Source source = shared.get(i);
            if (source != null) {
                sweepPools(source);
            }
        }
        Iterator<Map.Entry<InetSocketAddress, Source>> entries =
                leased.entrySet().iterator();
        while (entries.hasNext()) {
            Map.Entry<InetSocketAddress, Source> entry = entries.next();
            Source kept = null;
            for (Source source = entry.getValue(), next; source != null; source = next) {
                next = source.sibling;
                sweepPools(source);
                if (source != newest && overNanos(source, source.heardAt, source.pausedAtHearing) > keepNanos) {
                    sources--;
                    pools -= source.pools.size();
                    forgottenUntold += source.told ? 1 : 0;
                } else {
                    source.sibling = kept;
                    kept = source;
                }
            }
            if (kept == null) {
                entries.remove();
            } else {
                entry.setValue(kept);
            }
        }
    }

    private void sweepPools(Source source) {
        for (int i = source.pools.size() - 1; i >= 0; i--) {
            if (isOver(source, source.pools.get(i))) {
                source.poolsAtZero -= source.pools.remove(i).isAtZero() ? 1 : 0;
                pools--;
                changed = true;
            }
        }
    }

    private SourceView view(Source source, long now, int mostPools) {
        List<PoolView> views = new ArrayList<>();
        for (Pool pool : source.pools) {
            if (views.size() < mostPools && !isOver(source, pool)) {
                views.add(new PoolView(
                        Gauge.text(pool.name),
                        now - pool.heardAt,
                        pool.number(GaugeKind.POOL_ABLE),
                        pool.number(GaugeKind.POOL_ALIVE),
                        pool.number(GaugeKind.POOL_BUSY),
                        pool.number(GaugeKind.POOL_STUCK),
                        pool.number(GaugeKind.POOL_QUEUED),
                        pool.number(GaugeKind.POOL_CAPACITY)));
            }
        }
        return new SourceView(
                Gauge.text(source.name),
                Format.of(source.address),
                now - source.heardAt,
                source.leaseNanos,
                !isOver(source),
                (long) source.able,
                source.draining,
                List.copyOf(views));
    }

    /** Compares sources with what was told of them before. */
    private final class Watch implements Consumer<Source> {
        private final long now;
        private final int most;
        private final List<SourceEvents.Coming> told = new ArrayList<>();
        private long untold;

        Watch(long now, int most) {
            this.now = now;
            this.most = most;
        }

        @Override
        public void accept(Source source) {
            boolean current = !isOver(source);
            if (current != source.told) {
                source.told = current;
                tell(current ? SourceEvents.What.CAME : SourceEvents.What.WENT, source);
            }
            boolean drains = current && source.draining;
            if (drains != source.toldDraining) {
                source.toldDraining = drains;
                if (drains) {
                    tell(SourceEvents.What.DRAINS, source);
                }
            }
        }

        private void tell(SourceEvents.What what, Source source) {
            if (told.size() < most) {
                told.add(new SourceEvents.Coming(what, view(source, now, 0)));
            } else {
                untold++;
            }
        }
    }

    /** Adds up what their pools told. */
    private final class Adder implements Consumer<Source> {
        private long able;
        private long busy;
        private long stuck;
        private long queued;
        private long capacity;

        @Override
        public void accept(Source source) {
            if (isOver(source)) {
                return;
            }
            able += able(source);
            for (int i = 0; i < source.pools.size(); i++) {
                Pool pool = source.pools.get(i);
                if (!isOver(source, pool)) {
                    busy += Math.max(0, pool.number(GaugeKind.POOL_BUSY));
                    stuck += Math.max(0, pool.number(GaugeKind.POOL_STUCK));
                    queued += Math.max(0, pool.number(GaugeKind.POOL_QUEUED));
                    capacity += Math.max(0, pool.number(GaugeKind.POOL_CAPACITY));
                }
            }
        }
    }

    /** Adds up the sources; only the one pool that is named becomes text. */
    private final class Sum implements Consumer<Source> {
        private final long now;
        private long able;
        private long ableStaying;
        private int current;
        private int counted;
        private int drainingAble;
        private int deadPools;
        private Source deadPoolOf;
        private Pool deadPool;

        Sum(long now) {
            this.now = now;
        }

        @Override
        public void accept(Source source) {
            if (isOver(source)) {
                return;
            }
            current++;
            long workers = able(source);
            able += workers;
            if (source.draining) {
                if (workers > 0) {
                    counted++;
                    drainingAble++;
                }
                return;
            }
            counted++;
            ableStaying += workers;
            // To walk through the pools of all sources costs more than to walk through the sources.
            for (int i = 0; source.poolsAtZero > 0 && i < source.pools.size(); i++) {
                Pool pool = source.pools.get(i);
                if (pool.isAtZero() && !isOver(source, pool)) {
                    deadPools++;
                    if (deadPool == null || pool.zeroSince - deadPool.zeroSince < 0) {
                        deadPool = pool;
                        deadPoolOf = source;
                    }
                }
            }
        }

        WorkersSnapshot standing() {
            return new WorkersSnapshot(
                    now - startedAt,
                    able,
                    ableStaying,
                    current,
                    counted,
                    drainingAble,
                    now - changedAt,
                    newest == null ? Optional.empty() : Optional.of(word(newest)),
                    deadPool == null ? Optional.empty() : Optional.of(dead()),
                    deadPools);
        }

        private WorkersSnapshot.Word word(Source source) {
            return new WorkersSnapshot.Word(
                    Gauge.text(source.name),
                    Format.of(source.address),
                    now - source.heardAt,
                    source.leaseNanos == 0 ? ttlNanos : source.leaseNanos,
                    isOver(source),
                    source.draining);
        }

        private WorkersSnapshot.DeadPool dead() {
            return new WorkersSnapshot.DeadPool(
                    Gauge.text(deadPool.name),
                    Format.of(deadPoolOf.address),
                    now - deadPool.zeroSince,
                    deadPool.number(GaugeKind.POOL_STUCK),
                    deadPool.number(GaugeKind.POOL_CAPACITY));
        }
    }
}
