package com.approck.healthcheck.sidecar.show;

import com.approck.healthcheck.sidecar.count.Counter;
import com.approck.healthcheck.sidecar.health.Verdict;
import com.approck.healthcheck.sidecar.ready.Answer;
import com.approck.healthcheck.sidecar.workers.SourceView;
import com.approck.healthcheck.sidecar.workers.SourceView.PoolView;
import com.approck.healthcheck.sidecar.workers.WorkersSnapshot;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalLong;
import tools.jackson.core.JsonGenerator;

/**
 * The long bodies: the fields that the probe gets without {@code ?verbose}, then all that led to them.
 *
 * <p>Shows {@value #MAX_SOURCES} sources and {@value #MAX_POOLS} pools, as far as they have room in {@value #MAX_BYTES} bytes, since some
 * such bodies are in a small heap at a time; if that is not all, {@code truncated} is true. {@code sources_current} counts all. Times in
 * milliseconds; what was not told is left out.
 */
public final class Verbose {
    static final int MAX_SOURCES = 100;
    static final int MAX_POOLS = 200;
    static final int MAX_BYTES = 128 * 1024;

    private static final int SIZE_BYTES = 2048;

    private final ProbeJson writer;
    private final Facts facts;

    public Verbose(ProbeJson writer, Facts facts) {
        this.writer = writer;
        this.facts = facts;
    }

    /** The body of a probe that was not passed on to the application. */
    public ByteBuffer of(Verdict verdict) {
        return writer.object(SIZE_BYTES, (json, bytes) -> {
            ProbeJson.verdict(json, verdict);
            state(json, bytes, facts.ticker().nanos());
        });
    }

    /** The body of a probe that the application answered. */
    public ByteBuffer of(Answer answer) {
        return writer.object(SIZE_BYTES, (json, bytes) -> {
            ProbeJson.answer(json, answer);
            state(json, bytes, facts.ticker().nanos());
        });
    }

    /** What is known at {@code now}; {@code bytes} is where it is written. */
    void state(JsonGenerator json, ByteArrayOutputStream bytes, long now) {
        WorkersSnapshot snapshot = facts.workers().snapshot(now);
        json.writeStringProperty(
                "state", facts.health().policy().state(snapshot).label());
        json.writeBooleanProperty("draining", facts.health().isStopping());
        json.writeNumberProperty("workers", snapshot.able());
        json.writeNumberProperty("min_workers", facts.health().policy().minWorkers());
        json.writeNumberProperty("sources_current", snapshot.current());
        json.writeNumberProperty("min_sources", facts.health().policy().minSources());
        json.writeNumberProperty("uptime_ms", millis(snapshot.uptimeNanos()));
        json.writeStringProperty("listening", facts.health().policy().listening());
        sources(json, bytes, now);
        json.writeObjectPropertyStart("counters");
        for (Counter counter : Counter.values()) {
            json.writeNumberProperty(counter.label(), facts.counters().get(counter));
        }
        json.writeEndObject();
        OptionalLong drops = facts.sockets().kernelDrops();
        if (drops.isPresent()) {
            json.writeNumberProperty("kernel_drops", drops.getAsLong());
        }
    }

    private void sources(JsonGenerator json, ByteArrayOutputStream bytes, long now) {
        List<SourceView> sources = facts.workers().sources(now, MAX_SOURCES + 1, MAX_POOLS + 1);
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
            json.writeNumberProperty("age_ms", millis(source.ageNanos()));
            told(json, "lease_ms", source.leaseNanos() == 0 ? -1 : millis(source.leaseNanos()));
            told(json, "workers", source.able());
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
        told(json, "able", pool.able());
        told(json, "alive", pool.alive());
        told(json, "busy", pool.busy());
        told(json, "stuck", pool.stuck());
        told(json, "queued", pool.queued());
        told(json, "capacity", pool.capacity());
        json.writeEndObject();
    }

    private static void told(JsonGenerator json, String name, long number) {
        if (number >= 0) {
            json.writeNumberProperty(name, number);
        }
    }

    static long millis(long nanos) {
        return nanos / 1_000_000;
    }
}
