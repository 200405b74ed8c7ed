package com.approck.healthcheck.sidecar.endpoints;

import com.approck.healthcheck.sidecar.health.Probe;
import com.approck.healthcheck.sidecar.health.WorkersState;
import com.approck.healthcheck.sidecar.metrics.ConnectionStats;
import com.approck.healthcheck.sidecar.metrics.Counter;
import com.approck.healthcheck.sidecar.readiness.ReadinessClient;
import com.approck.healthcheck.sidecar.readiness.ReadinessResult;
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
 * <p>At most {@value #MAX_SOURCES} sources and {@value #MAX_POOLS} pools have samples of their own, as far as the text has room; the sums
 * are over all. A source has its address as a label only if it has a lease: senders without one share an entry, and may use a new port
 * each time.
 */
public final class PrometheusMetrics {
    static final int MAX_SOURCES = VerboseJson.MAX_SOURCES;
    static final int MAX_POOLS = VerboseJson.MAX_POOLS;

    private final EndpointInputs inputs;

    public PrometheusMetrics(EndpointInputs inputs) {
        this.inputs = inputs;
    }

    /** The text of now. */
    public ByteBuffer text() {
        PrometheusTextWriter text = new PrometheusTextWriter();
        long now = inputs.ticker().nanos();
        WorkersSnapshot snapshot = inputs.workers().snapshot(now);
        sidecar(text, snapshot);
        verdicts(text, snapshot);
        sums(text, snapshot);
        datagrams(text);
        probes(text);
        connections(text);
        inputs.application().ifPresent(application -> calls(text, application));
        oneByOne(text, inputs.workers().sources(now, MAX_SOURCES + 1, MAX_POOLS + 1));
        return text.bytes();
    }

    private static void sidecar(PrometheusTextWriter text, WorkersSnapshot snapshot) {
        String version = PrometheusMetrics.class.getPackage().getImplementationVersion();
        text.family("healthcheck_build_info", "gauge", "The sidecar's version and the Java that runs it, always 1.");
        text.number(
                1,
                "version",
                version == null ? "" : version,
                "java",
                Runtime.version().toString());
        text.family("healthcheck_uptime_seconds", "gauge", "Time since the sidecar started.");
        text.seconds(snapshot.uptimeNanos());
    }

    private void verdicts(PrometheusTextWriter text, WorkersSnapshot snapshot) {
        text.family("healthcheck_probe_success", "gauge", "1 if the probe succeeds, before the application is asked.");
        text.number(inputs.health().live().isHealthy() ? 1 : 0, "probe", Probe.LIVE.label());
        text.number(inputs.health().ready().isHealthy() ? 1 : 0, "probe", Probe.READY.label());
        text.family("healthcheck_verdict_transitions_total", "counter", "Changes of the verdict.");
        text.number(inputs.counters().get(Counter.LIVE_TRANSITIONS), "probe", Probe.LIVE.label());
        text.number(inputs.counters().get(Counter.READY_TRANSITIONS), "probe", Probe.READY.label());
        text.family("healthcheck_state", "gauge", "1 for the state of the workers: never heard, zero, stale or alive.");
        WorkersState state = inputs.health().policy().state(snapshot);
        for (WorkersState each : WorkersState.values()) {
            text.number(each == state ? 1 : 0, "state", each.label());
        }
    }

    private void sums(PrometheusTextWriter text, WorkersSnapshot snapshot) {
        text.family("healthcheck_workers", "gauge", "Able workers of all current sources.");
        text.number(snapshot.able());
        text.family("healthcheck_min_workers", "gauge", "Minimum number of able workers (--min-workers).");
        text.number(inputs.health().policy().minWorkers());
        text.family("healthcheck_sources", "gauge", "Current sources: their last report has not expired.");
        text.number(snapshot.current());
        text.family("healthcheck_min_sources", "gauge", "Minimum number of current sources (--min-sources).");
        text.number(inputs.health().policy().minSources());
    }

    /** Last, because senders decide how long it is. */
    private static void oneByOne(PrometheusTextWriter text, List<SourceView> all) {
        List<SourceView> sources = all.size() > MAX_SOURCES ? all.subList(0, MAX_SOURCES) : all;
        List<PoolOf> pools = pools(sources);
        sources(text, sources);
        List<PoolOf> some = pools.size() > MAX_POOLS ? pools.subList(0, MAX_POOLS) : pools;
        pools(text, some, "able", "Workers that can take or finish work.", PoolView::able);
        pools(text, some, "alive", "Live threads.", PoolView::alive);
        pools(text, some, "busy", "Workers on a request.", PoolView::busy);
        pools(text, some, "stuck", "Workers that are stuck.", PoolView::stuck);
        pools(text, some, "queued", "Tasks that wait for a worker.", PoolView::queued);
        pools(text, some, "capacity", "Maximum number of workers on requests at once.", PoolView::capacity);
        boolean truncated = all.size() > MAX_SOURCES || pools.size() > MAX_POOLS || text.isFull();
        text.family("healthcheck_truncated", "gauge", "1 if there are more sources or pools than are listed above.");
        text.number(truncated ? 1 : 0);
    }

    private static void sources(PrometheusTextWriter text, List<SourceView> sources) {
        text.family("healthcheck_source_age_seconds", "gauge", "Time since the source's last report.");
        for (SourceView source : sources) {
            text.seconds(source.ageNanos(), labels(source));
        }
        text.family("healthcheck_source_lease_seconds", "gauge", "Time that a report of the source is valid.");
        for (SourceView source : sources) {
            if (source.leaseNanos() > 0) {
                text.seconds(source.leaseNanos(), labels(source));
            }
        }
        text.family("healthcheck_source_current", "gauge", "1 if the source's last report has not expired.");
        for (SourceView source : sources) {
            text.number(source.current() ? 1 : 0, labels(source));
        }
        text.family("healthcheck_source_draining", "gauge", "1 if the source is shutting down.");
        for (SourceView source : sources) {
            text.number(source.draining() ? 1 : 0, labels(source));
        }
        text.family("healthcheck_source_workers", "gauge", "Able workers of a current source.");
        for (SourceView source : sources) {
            if (source.current() && source.able() >= 0) {
                text.number(source.able(), labels(source));
            }
        }
    }

    private static void pools(
            PrometheusTextWriter text, List<PoolOf> pools, String what, String help, ToLongFunction<PoolView> number) {
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

    private void datagrams(PrometheusTextWriter text) {
        single(text, "healthcheck_datagrams_total", "Datagrams read.", Counter.DATAGRAMS);
        OptionalLong drops = inputs.sockets().kernelDrops();
        if (drops.isPresent()) {
            text.family(
                    "healthcheck_kernel_dropped_datagrams_total",
                    "counter",
                    "Datagrams that the kernel dropped because a receive buffer was full.");
            text.number(drops.getAsLong());
        }
        single(text, "healthcheck_lines_total", "Lines in the datagrams.", Counter.LINES);
        single(text, "healthcheck_gauges_total", "Gauges about workers that were accepted.", Counter.GAUGES);
        byReason(
                text,
                "healthcheck_ignored_lines_total",
                "Well-formed lines that are not about workers.",
                "name",
                Counter.IGNORED_NAME,
                "type",
                Counter.IGNORED_TYPE);
        byReason(
                text,
                "healthcheck_bad_lines_total",
                "Malformed lines about workers, by reason.",
                "no_type",
                Counter.BAD_NO_TYPE,
                "value",
                Counter.BAD_VALUE,
                "pool",
                Counter.BAD_POOL);
        byReason(
                text,
                "healthcheck_dropped_gauges_total",
                "Gauges that do not count: a table was full, or they have no lease and others report the name with one.",
                "names",
                Counter.DROPPED_NAMES,
                "sources",
                Counter.DROPPED_SOURCES,
                "pools",
                Counter.DROPPED_POOLS,
                "no_lease",
                Counter.DROPPED_NO_LEASE);
        single(
                text,
                "healthcheck_forwarded_datagrams_total",
                "Datagrams relayed to the other StatsD server.",
                Counter.FORWARDED);
        byReason(
                text,
                "healthcheck_forward_dropped_datagrams_total",
                "Datagrams not relayed, by reason.",
                "unreachable",
                Counter.FORWARD_DROPPED_UNREACHABLE,
                "socket_full",
                Counter.FORWARD_DROPPED_SOCKET_FULL,
                "unresolved",
                Counter.FORWARD_DROPPED_UNRESOLVED);
        single(text, "healthcheck_failures_total", "Datagrams that failed because of a bug.", Counter.FAILURES);
    }

    private void single(PrometheusTextWriter text, String name, String help, Counter counter) {
        text.family(name, "counter", help);
        text.number(inputs.counters().get(counter));
    }

    /** {@code reasons} are labels and their counters by turns. */
    private void byReason(PrometheusTextWriter text, String name, String help, Object... reasons) {
        text.family(name, "counter", help);
        for (int i = 0; i < reasons.length; i += 2) {
            text.number(inputs.counters().get((Counter) reasons[i + 1]), "reason", (String) reasons[i]);
        }
    }

    private void probes(PrometheusTextWriter text) {
        text.family(
                "healthcheck_probe_duration_seconds",
                "histogram",
                "Time from the last byte of a probe's request to the last byte of its response.");
        for (Probe probe : Probe.values()) {
            for (boolean well : new boolean[] {true, false}) {
                histogram(text, probe, well);
            }
        }
    }

    private void connections(PrometheusTextWriter text) {
        ConnectionStats connections = inputs.connections();
        text.family("healthcheck_http_connections", "gauge", "Open HTTP connections.");
        text.number(connections.open());
        text.family(
                "healthcheck_http_closed_connections_total",
                "counter",
                "Connections that the sidecar closed after a timeout, or to make room for a new one.");
        text.number(connections.timedOut(), "reason", "timeout");
        text.number(connections.evicted(), "reason", "evicted");
    }

    private void histogram(PrometheusTextWriter text, Probe probe, boolean well) {
        String status = well ? "200" : "422";
        long[] bounds = LatencyHistograms.boundsNanos();
        long[] counts = inputs.durations().counts(probe, well);
        long sum = inputs.durations().sumNanos(probe, well);
        long count = 0;
        for (int i = 0; i < counts.length; i++) {
            count += counts[i];
            String bound = i < bounds.length ? PrometheusTextWriter.inSeconds(bounds[i]) : "+Inf";
            text.sample("_bucket", Long.toString(count), "probe", probe.label(), "status", status, "le", bound);
        }
        text.sample("_sum", PrometheusTextWriter.inSeconds(sum), "probe", probe.label(), "status", status);
        text.sample("_count", Long.toString(count), "probe", probe.label(), "status", status);
    }

    private static void calls(PrometheusTextWriter text, ReadinessClient application) {
        text.family(
                "healthcheck_ready_url_calls_total",
                "counter",
                "Requests to the application's readiness URL, by result.");
        for (ReadinessResult.Result result : ReadinessResult.Result.values()) {
            text.number(application.calls(result), "result", result.label());
        }
    }

    /** A pool and whose it is. */
    private record PoolOf(SourceView source, PoolView pool) {}
}
