package com.approck.healthcheck.sidecar.endpoints;

import com.approck.healthcheck.sidecar.health.Sample;
import com.approck.healthcheck.sidecar.health.Verdict;
import com.approck.healthcheck.sidecar.health.VerdictChange;
import com.approck.healthcheck.sidecar.readiness.ReadinessClient;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;
import tools.jackson.core.JsonGenerator;

/**
 * What the status page shows: both verdicts, the state as {@code ?verbose} has it, ten minutes of history and the last changes. Never asks
 * the application: it shows the last answer that a probe got.
 *
 * <p>Every time is an age in milliseconds, so that it does not depend on a clock.
 */
public final class StatusJson {
    private static final int SIZE_BYTES = 32 * 1024;

    private final ProbeJson writer;
    private final EndpointInputs inputs;
    private final VerboseJson verbose;

    public StatusJson(ProbeJson writer, EndpointInputs inputs, VerboseJson verbose) {
        this.writer = writer;
        this.inputs = inputs;
        this.verbose = verbose;
    }

    /** The status of now. */
    public ByteBuffer json() {
        long now = inputs.ticker().nanos();
        return writer.object(SIZE_BYTES, (json, bytes) -> {
            verdict(json, "live", inputs.health().live());
            verdict(json, "ready", ready());
            application(json, now);
            verbose.state(json, bytes, now);
            history(json, now, inputs.history().samples());
            flips(json, now, inputs.history().changes());
        });
    }

    /** Of the workers first, as for a probe; then what the application said last, if it was ever asked. */
    private Verdict ready() {
        Verdict verdict = inputs.health().ready();
        return verdict.isHealthy()
                ? inputs.application()
                        .flatMap(ReadinessClient::last)
                        .map(ReadinessClient.Last::verdict)
                        .orElse(verdict)
                : verdict;
    }

    private void application(JsonGenerator json, long now) {
        if (inputs.application().isEmpty()) {
            return;
        }
        json.writeObjectPropertyStart("application");
        Optional<ReadinessClient.Last> last = inputs.application().get().last();
        json.writeBooleanProperty("asked", last.isPresent());
        if (last.isPresent()) {
            json.writeNumberProperty(
                    "age_ms", VerboseJson.millis(now - last.get().at()));
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
        column(json, "age_ms", samples, sample -> VerboseJson.millis(now - sample.at()));
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
        json.writeArrayPropertyStart("transitions");
        for (VerdictChange flip : flips) {
            json.writeStartObject();
            json.writeNumberProperty("age_ms", VerboseJson.millis(now - flip.at()));
            json.writeStringProperty("subject", flip.subject());
            fields(json, flip.verdict());
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
