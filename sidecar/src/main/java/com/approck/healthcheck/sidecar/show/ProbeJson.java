package com.approck.healthcheck.sidecar.show;

import com.approck.healthcheck.sidecar.health.Verdict;
import com.approck.healthcheck.sidecar.ready.Answer;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Writes all JSON that the sidecar sends, through Jackson's generator: to bind records would load 900 classes more, and the first
 * probe comes while the sidecar starts. Any thread.
 */
public final class ProbeJson {
    private static final int PROBE_BYTES = 512;

    private final JsonFactory factory = new JsonFactory();

    /** Returns the body of a probe whose verdict is not well. */
    public ByteBuffer of(Verdict verdict) {
        return object(PROBE_BYTES, (json, bytes) -> verdict(json, verdict));
    }

    /** Returns the body of a probe that the application's response made fail. */
    public ByteBuffer of(Answer answer) {
        return object(PROBE_BYTES, (json, bytes) -> answer(json, answer));
    }

    /** Returns an object with the fields that {@code fields} writes; {@code sizeBytes} is a first guess at its size. */
    ByteBuffer object(int sizeBytes, Fields fields) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(sizeBytes);
        try (JsonGenerator json = factory.createGenerator(ObjectWriteContext.empty(), bytes)) {
            json.writeStartObject();
            fields.write(json, bytes);
            json.writeEndObject();
        }
        return ByteBuffer.wrap(bytes.toByteArray());
    }

    /** Writes the fields of a verdict; none if it is well. */
    static void verdict(JsonGenerator json, Verdict verdict) {
        if (verdict.code().isPresent()) {
            json.writeStringProperty("code", verdict.code().get().label());
            json.writeStringProperty("description", verdict.description());
        }
    }

    /** Writes the fields of an application's response; its JSON as it came. */
    static void answer(JsonGenerator json, Answer answer) {
        verdict(json, answer.verdict());
        if (answer.json().isPresent()) {
            json.writeName(answer.verdict().isHealthy() ? "application" : "fields");
            json.writeRawValue(answer.json().get());
        } else {
            json.writeArrayPropertyStart("non_field_errors");
            json.writeString(answer.text().orElse(""));
            json.writeEndArray();
        }
    }

    /** Writes the fields of an object. */
    @FunctionalInterface
    interface Fields {
        /** {@code bytes} is what {@code json} writes to. */
        void write(JsonGenerator json, ByteArrayOutputStream bytes);
    }
}
