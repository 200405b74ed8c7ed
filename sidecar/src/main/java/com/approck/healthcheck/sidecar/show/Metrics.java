package com.approck.healthcheck.sidecar.show;

import com.approck.healthcheck.sidecar.count.ConnectionStats;
import com.approck.healthcheck.sidecar.count.Counter;
import com.approck.healthcheck.sidecar.count.Durations;
import com.approck.healthcheck.sidecar.health.Probe;
import com.approck.healthcheck.sidecar.health.WorkersState;
import com.approck.healthcheck.sidecar.ready.Answer;
import com.approck.healthcheck.sidecar.ready.Application;
import com.approck.healthcheck.sidecar.workers.SourceView;
import com.approck.healthcheck.sidecar.workers.SourceView.PoolView;
import com.approck.healthcheck.sidecar.workers.WorkersSnapshot;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.ToLongFunction;

/**
 * What Prometheus scrapes, every name with {@code healthcheck_} in front.
 *
 * <p>Of sources at most {@value #MAX_SOURCES} are told one by one, of pools {@value #MAX_POOLS}, as far as the text has room; the sums
 * are over all. A source has
 * its address as a label only if it has a lease: who speaks without one shares a slot with others, and may use a new
 * port each time.
 */
public final class Metrics {
    static final int MAX_SOURCES = Verbose.MAX_SOURCES;
    static final int MAX_POOLS = Verbose.MAX_POOLS;

    private final Facts facts;

    public Metrics(Facts facts) {
        this.facts = facts;
    }

    /** The text of now. */
    public ByteBuffer text() {
        Exposition text = new Exposition();
        long now = facts.ticker().nanos();
        WorkersSnapshot snapshot = facts.workers().snapshot(now);
        sidecar(text, snapshot);
        verdicts(text, snapshot);
        sums(text, snapshot);
        datagrams(text);
        probes(text);
        connections(text);
        facts.application().ifPresent(application -> calls(text, application));
        oneByOne(text, facts.workers().sources(now, MAX_SOURCES + 1, MAX_POOLS + 1));
        return text.bytes();
    }

    private static void sidecar(Exposition text, WorkersSnapshot snapshot) {
        String version = Metrics.class.getPackage().getImplementationVersion();
        text.family("healthcheck_build_info", "gauge", "The sidecar's version and the Java that runs it, always 1.");
        text.number(
                1,
                "version",
                version == null ? "" : version,
                "java",
                Runtime.version().toString());
        text.family("healthcheck_uptime_seconds", "gauge", "Time since the sidecar began to listen.");
        text.seconds(snapshot.uptimeNanos());
    }

    private void verdicts(Exposition text, WorkersSnapshot snapshot) {
        text.family(
                "healthcheck_probe_success", "gauge", "Whether the verdict is well, before an application is asked.");
        text.number(facts.health().live().isHealthy() ? 1 : 0, "probe", Probe.LIVE.label());
        text.number(facts.health().ready().isHealthy() ? 1 : 0, "probe", Probe.READY.label());
        text.family("healthcheck_verdict_flips_total", "counter", "How often the verdict turned.");
        text.number(facts.counters().get(Counter.LIVE_FLIPS), "probe", Probe.LIVE.label());
        text.number(facts.counters().get(Counter.READY_FLIPS), "probe", Probe.READY.label());
        text.family("healthcheck_state", "gauge", "1 for what is so: never heard, zero, stale or alive.");
        WorkersState state = facts.health().policy().state(snapshot);
        for (WorkersState each : WorkersState.values()) {
            text.number(each == state ? 1 : 0, "state", each.label());
        }
    }

    private void sums(Exposition text, WorkersSnapshot snapshot) {
        text.family("healthcheck_workers", "gauge", "Able workers, over all current sources.");
        text.number(snapshot.able());
        text.family("healthcheck_min_workers", "gauge", "Able workers below which there are none.");
        text.number(facts.health().policy().minWorkers());
        text.family("healthcheck_sources", "gauge", "Sources whose word holds.");
        text.number(snapshot.current());
        text.family("healthcheck_min_sources", "gauge", "Sources below which there are no workers.");
        text.number(facts.health().policy().minSources());
    }

    /** Last, since it is as long as senders make it. */
    private static void oneByOne(Exposition text, List<SourceView> all) {
        List<SourceView> sources = all.size() > MAX_SOURCES ? all.subList(0, MAX_SOURCES) : all;
        List<PoolOf> pools = pools(sources);
        sources(text, sources);
        List<PoolOf> some = pools.size() > MAX_POOLS ? pools.subList(0, MAX_POOLS) : pools;
        pools(text, some, "able", "Workers that can take or finish work.", PoolView::able);
        pools(text, some, "alive", "Live threads.", PoolView::alive);
        pools(text, some, "busy", "Workers on a request.", PoolView::busy);
        pools(text, some, "stuck", "Workers that are stuck.", PoolView::stuck);
        pools(text, some, "queued", "Tasks that wait for a worker.", PoolView::queued);
        pools(text, some, "capacity", "The most workers that can be on requests at once.", PoolView::capacity);
        boolean truncated = all.size() > MAX_SOURCES || pools.size() > MAX_POOLS || text.isFull();
        text.family(
                "healthcheck_truncated",
                "gauge",
                "Whether there are more sources or pools than are told one by one above.");
        text.number(truncated ? 1 : 0);
    }

    private static void sources(Exposition text, List<SourceView> sources) {
        text.family("healthcheck_source_age_seconds", "gauge", "Age of the source's last word.");
        for (SourceView source : sources) {
            text.seconds(source.ageNanos(), labels(source));
        }
        text.family("healthcheck_source_lease_seconds", "gauge", "For how long its word is good.");
        for (SourceView source : sources) {
            if (source.leaseNanos() > 0) {
                text.seconds(source.leaseNanos(), labels(source));
            }
        }
        text.family("healthcheck_source_current", "gauge", "Whether its word still holds.");
        for (SourceView source : sources) {
            text.number(source.current() ? 1 : 0, labels(source));
        }
        text.family("healthcheck_source_draining", "gauge", "Whether it has begun to shut down.");
        for (SourceView source : sources) {
            text.number(source.draining() ? 1 : 0, labels(source));
        }
        text.family("healthcheck_source_workers", "gauge", "Able workers of a source whose word holds.");
        for (SourceView source : sources) {
            if (source.current() && source.able() >= 0) {
                text.number(source.able(), labels(source));
            }
        }
    }

    private static void pools(
            Exposition text, List<PoolOf> pools, String what, String help, ToLongFunction<PoolView> number) {
        text.family("healthcheck_pool_" + what, "gauge", help);
        for (PoolOf pool : pools) {
            long value = number.applyAsLong(pool.pool);
            if (value >= 0) {
                String[] of = labels(pool.source);
                text.number(value, of[0], of[1], of[2], of[3], "pool", pool.pool.name());
            }
        }
    }

    private static List<PoolOf> pools(List<SourceView> sources) {
        List<PoolOf> pools = new ArrayList<>();
        for (SourceView source : sources) {
            for (PoolView pool : source.pools()) {
                pools.add(new PoolOf(source, pool));
            }
        }
        return pools;
    }

    private static String[] labels(SourceView source) {
        return new String[] {"source", source.leaseNanos() > 0 ? source.address() : "", "name", source.name()};
    }

    private void datagrams(Exposition text) {
        single(text, "healthcheck_datagrams_total", "Datagrams read.", Counter.DATAGRAMS);
        OptionalLong drops = facts.sockets().kernelDrops();
        if (drops.isPresent()) {
            text.family(
                    "healthcheck_kernel_dropped_datagrams_total",
                    "counter",
                    "Datagrams that the kernel dropped at our sockets, which were full.");
            text.number(drops.getAsLong());
        }
        single(text, "healthcheck_lines_total", "Lines in the datagrams.", Counter.LINES);
        single(text, "healthcheck_gauges_total", "Lines that told something about workers.", Counter.GAUGES);
        byReason(
                text,
                "healthcheck_ignored_lines_total",
                "Lines that are good and not for us.",
                "name",
                Counter.IGNORED_NAME,
                "type",
                Counter.IGNORED_TYPE);
        byReason(
                text,
                "healthcheck_bad_lines_total",
                "Lines under our names that were skipped, by what is wrong.",
                "no_type",
                Counter.BAD_NO_TYPE,
                "value",
                Counter.BAD_VALUE,
                "pool",
                Counter.BAD_POOL);
        byReason(
                text,
                "healthcheck_dropped_gauges_total",
                "Gauges not taken, by the table that was full.",
                "names",
                Counter.DROPPED_NAMES,
                "sources",
                Counter.DROPPED_SOURCES,
                "pools",
                Counter.DROPPED_POOLS);
        single(text, "healthcheck_forwarded_datagrams_total", "Datagrams sent on.", Counter.FORWARDED);
        byReason(
                text,
                "healthcheck_forward_dropped_datagrams_total",
                "Datagrams not sent on, by the reason.",
                "away",
                Counter.FORWARD_DROPPED_AWAY,
                "full",
                Counter.FORWARD_DROPPED_FULL,
                "unknown",
                Counter.FORWARD_DROPPED_UNKNOWN);
        single(
                text,
                "healthcheck_failures_total",
                "Datagrams whose handling failed, which are bugs.",
                Counter.FAILURES);
    }

    private void single(Exposition text, String name, String help, Counter counter) {
        text.family(name, "counter", help);
        text.number(facts.counters().get(counter));
    }

    /** {@code reasons} are labels and their counters by turns. */
    private void byReason(Exposition text, String name, String help, Object... reasons) {
        text.family(name, "counter", help);
        for (int i = 0; i < reasons.length; i += 2) {
            text.number(facts.counters().get((Counter) reasons[i + 1]), "reason", (String) reasons[i]);
        }
    }

    private void probes(Exposition text) {
        text.family(
                "healthcheck_probe_duration_seconds",
                "histogram",
                "Time from a probe's last byte to the last byte of its answer.");
        for (Probe probe : Probe.values()) {
            for (boolean well : new boolean[] {true, false}) {
                histogram(text, probe, well);
            }
        }
    }

    private void connections(Exposition text) {
        ConnectionStats connections = facts.connections();
        text.family("healthcheck_http_connections", "gauge", "Connections of those who ask.");
        text.number(connections.open());
        text.family(
                "healthcheck_http_hung_up_total",
                "counter",
                "Connections that we ended: the client was late, or there were too many and it had been idle longest.");
        text.number(connections.timedOut(), "reason", "late");
        text.number(connections.evicted(), "reason", "crowded_out");
    }

    private void histogram(Exposition text, Probe probe, boolean well) {
        String status = well ? "200" : "422";
        long[] bounds = Durations.boundsNanos();
        long[] counts = facts.durations().counts(probe, well);
        long sum = facts.durations().sumNanos(probe, well);
        long count = 0;
        for (int i = 0; i < counts.length; i++) {
            count += counts[i];
            String bound = i < bounds.length ? Exposition.inSeconds(bounds[i]) : "+Inf";
            text.sample("_bucket", Long.toString(count), "probe", probe.label(), "status", status, "le", bound);
        }
        text.sample("_sum", Exposition.inSeconds(sum), "probe", probe.label(), "status", status);
        text.sample("_count", Long.toString(count), "probe", probe.label(), "status", status);
    }

    private static void calls(Exposition text, Application application) {
        text.family("healthcheck_ready_url_calls_total", "counter", "Calls to the application's URL, by what came.");
        for (Answer.Result result : Answer.Result.values()) {
            text.number(application.calls(result), "result", result.label());
        }
    }

    /** A pool and whose it is. */
    private record PoolOf(SourceView source, PoolView pool) {}
}
