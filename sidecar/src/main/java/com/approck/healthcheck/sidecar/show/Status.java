package com.approck.healthcheck.sidecar.show;

import com.approck.healthcheck.sidecar.health.Sample;
import com.approck.healthcheck.sidecar.health.Verdict;
import com.approck.healthcheck.sidecar.health.VerdictChange;
import com.approck.healthcheck.sidecar.ready.Application;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;
import tools.jackson.core.JsonGenerator;

/**
 * What the status page shows: both verdicts, the state as {@code ?verbose} has it, ten minutes of history and the last flips. Never asks
 * the application: of that it tells the last answer that a probe got.
 *
 * <p>Every time is an age in milliseconds, so that no clock of ours has to be right.
 */
public final class Status {
    private static final int SIZE_BYTES = 32 * 1024;

    private final ProbeJson writer;
    private final Facts facts;
    private final Verbose verbose;

    public Status(ProbeJson writer, Facts facts, Verbose verbose) {
        this.writer = writer;
        this.facts = facts;
        this.verbose = verbose;
    }

    /** The status of now. */
    public ByteBuffer json() {
        long now = facts.ticker().nanos();
        return writer.object(SIZE_BYTES, (json, bytes) -> {
            verdict(json, "live", facts.health().live());
            verdict(json, "ready", ready());
            application(json, now);
            verbose.state(json, bytes, now);
            history(json, now, facts.history().samples());
            flips(json, now, facts.history().changes());
        });
    }

    /** Of the workers first, as for a probe; then what the application said last, if it was ever asked. */
    private Verdict ready() {
        Verdict verdict = facts.health().ready();
        return verdict.isHealthy()
                ? facts.application()
                        .flatMap(Application::last)
                        .map(Application.Last::verdict)
                        .orElse(verdict)
                : verdict;
    }

    private void application(JsonGenerator json, long now) {
        if (facts.application().isEmpty()) {
            return;
        }
        json.writeObjectPropertyStart("application");
        Optional<Application.Last> last = facts.application().get().last();
        json.writeBooleanProperty("asked", last.isPresent());
        if (last.isPresent()) {
            json.writeNumberProperty("age_ms", Verbose.millis(now - last.get().at()));
            fields(json, last.get().verdict());
        }
        json.writeEndObject();
    }

    private static void verdict(JsonGenerator json, String name, Verdict verdict) {
        json.writeObjectPropertyStart(name);
        fields(json, verdict);
        json.writeEndObject();
    }

    private static void fields(JsonGenerator json, Verdict verdict) {
        json.writeNumberProperty("status", verdict.isHealthy() ? 200 : 422);
        ProbeJson.verdict(json, verdict);
    }

    private static void history(JsonGenerator json, long now, List<Sample> samples) {
        json.writeObjectPropertyStart("history");
        column(json, "age_ms", samples, sample -> Verbose.millis(now - sample.at()));
        column(json, "able", samples, sample -> sample.totals().able());
        column(json, "busy", samples, sample -> sample.totals().busy());
        column(json, "stuck", samples, sample -> sample.totals().stuck());
        column(json, "queued", samples, sample -> sample.totals().queued());
        column(json, "capacity", samples, sample -> sample.totals().capacity());
        column(json, "live", samples, sample -> sample.live() ? 1 : 0);
        column(json, "ready", samples, sample -> sample.ready() ? 1 : 0);
        json.writeEndObject();
    }

    private static void column(JsonGenerator json, String name, List<Sample> samples, ToLongFunction<Sample> number) {
        json.writeArrayPropertyStart(name);
        for (Sample sample : samples) {
            json.writeNumber(number.applyAsLong(sample));
        }
        json.writeEndArray();
    }

    private static void flips(JsonGenerator json, long now, List<VerdictChange> flips) {
        json.writeArrayPropertyStart("flips");
        for (VerdictChange flip : flips) {
            json.writeStartObject();
            json.writeNumberProperty("age_ms", Verbose.millis(now - flip.at()));
            json.writeStringProperty("subject", flip.subject());
            fields(json, flip.verdict());
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
