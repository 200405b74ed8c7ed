package com.approck.healthcheck.sidecar.endpoints;

import com.approck.healthcheck.sidecar.health.Verdict;
import com.approck.healthcheck.sidecar.metrics.Counter;
import com.approck.healthcheck.sidecar.readiness.ReadinessResult;
import com.approck.healthcheck.sidecar.workers.SourceView;
import com.approck.healthcheck.sidecar.workers.SourceView.PoolView;
import com.approck.healthcheck.sidecar.workers.WorkersSnapshot;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalLong;
import tools.jackson.core.JsonGenerator;

/**
 * The bodies of {@code ?verbose}: the fields of the plain probe, then everything that led to them.
 *
 * <p>Shows {@value #MAX_SOURCES} sources and {@value #MAX_POOLS} pools, as far as they have room in {@value #MAX_BYTES} bytes, because several
 * such bodies share a small heap; if that is not all, {@code truncated} is true. {@code sources_current} counts all. Times in
 * milliseconds; what was not reported is left out.
 */
public final class VerboseJson {
    static final int MAX_SOURCES = 100;
    static final int MAX_POOLS = 200;
    static final int MAX_BYTES = 128 * 1024;

    private static final int SIZE_BYTES = 2048;

    private final ProbeJson writer;
    private final EndpointInputs inputs;

    public VerboseJson(ProbeJson writer, EndpointInputs inputs) {
        this.writer = writer;
        this.inputs = inputs;
    }

    /** The body of a probe that was not passed on to the application. */
    public ByteBuffer of(Verdict verdict) {
        return writer.object(SIZE_BYTES, (json, bytes) -> {
            ProbeJson.verdict(json, verdict);
            state(json, bytes, inputs.ticker().nanos());
        });
    }

    /** The body of a probe that the application answered. */
    public ByteBuffer of(ReadinessResult answer) {
        return writer.object(SIZE_BYTES, (json, bytes) -> {
            ProbeJson.answer(json, answer);
            state(json, bytes, inputs.ticker().nanos());
        });
    }

    /** What is known at {@code now}; {@code bytes} is where it is written. */
    void state(JsonGenerator json, ByteArrayOutputStream bytes, long now) {
        WorkersSnapshot snapshot = inputs.workers().snapshot(now);
        json.writeStringProperty(
                "state", inputs.health().policy().state(snapshot).label());
        json.writeBooleanProperty("draining", inputs.health().isStopping());
        json.writeNumberProperty("workers", snapshot.able());
        json.writeNumberProperty("min_workers", inputs.health().policy().minWorkers());
        json.writeNumberProperty("sources_current", snapshot.current());
        json.writeNumberProperty("min_sources", inputs.health().policy().minSources());
        json.writeNumberProperty("uptime_ms", millis(snapshot.uptimeNanos()));
        json.writeStringProperty("listening", inputs.health().policy().listening());
        sources(json, bytes, now);
        json.writeObjectPropertyStart("counters");
        for (Counter counter : Counter.values()) {
            json.writeNumberProperty(counter.label(), inputs.counters().get(counter));
        }
        json.writeEndObject();
        OptionalLong drops = inputs.sockets().kernelDrops();
        if (drops.isPresent()) {
            json.writeNumberProperty("kernel_drops", drops.getAsLong());
        }
    }

    private void sources(JsonGenerator json, ByteArrayOutputStream bytes, long now) {
        List<SourceView> sources = inputs.workers().sources(now, MAX_SOURCES + 1, MAX_POOLS + 1);
        boolean truncated = sources.size() > MAX_SOURCES;
        int pools = 0;
        json.writeArrayPropertyStart("sources");
        for (SourceView source : truncated ? sources.subList(0, MAX_SOURCES) : sources) {
            if (bytes.size() >= MAX_BYTES) {
                truncated = true;
                break;
            }
            json.writeStartObject();
            json.writeStringProperty("name", source.name());
            json.writeStringProperty("address", source.address());
            json.writeBooleanProperty("current", source.current());
            if (source.ignored()) {
                json.writeBooleanProperty("ignored", true);
            }
            json.writeNumberProperty("age_ms", millis(source.ageNanos()));
            known(json, "lease_ms", source.leaseNanos() == 0 ? -1 : millis(source.leaseNanos()));
            known(json, "workers", source.able());
            json.writeBooleanProperty("draining", source.draining());
            json.writeArrayPropertyStart("pools");
            for (PoolView pool : source.pools()) {
                if (pools == MAX_POOLS || bytes.size() >= MAX_BYTES) {
                    truncated = true;
                    break;
                }
                pools++;
                pool(json, pool);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeBooleanProperty("truncated", truncated);
    }

    private static void pool(JsonGenerator json, PoolView pool) {
        json.writeStartObject();
        json.writeStringProperty("name", pool.name());
        json.writeNumberProperty("age_ms", millis(pool.ageNanos()));
        known(json, "able", pool.able());
        known(json, "alive", pool.alive());
        known(json, "busy", pool.busy());
        known(json, "stuck", pool.stuck());
        known(json, "queued", pool.queued());
        known(json, "capacity", pool.capacity());
        json.writeEndObject();
    }

    private static void known(JsonGenerator json, String name, long number) {
        if (number >= 0) {
            json.writeNumberProperty(name, number);
        }
    }

    static long millis(long nanos) {
        return nanos / 1_000_000;
    }
}
