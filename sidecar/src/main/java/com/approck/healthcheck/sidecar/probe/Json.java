package com.approck.healthcheck.sidecar.probe;

import com.approck.healthcheck.sidecar.health.Verdict;
import com.approck.healthcheck.sidecar.ready.Answer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The small bodies: what a probe is told. Written by hand, since the first probe comes while the sidecar starts and
 * should not wait for a JSON library to load.
 */
final class Json {
    private static final String HEX = "0123456789abcdef";

    private Json() {}

    static ByteBuffer of(Verdict verdict) {
        StringBuilder json = new StringBuilder(256).append('{');
        verdict(json, verdict);
        return bytes(json.append('}'));
    }

    static ByteBuffer of(Answer answer) {
        StringBuilder json = new StringBuilder(256).append('{');
        answer(json, answer);
        return bytes(json.append('}'));
    }

    /** The fields of a verdict that is not well; nothing otherwise. */
    static void verdict(StringBuilder json, Verdict verdict) {
        if (verdict.code().isPresent()) {
            json.append("\"code\":");
            string(json, verdict.code().get().label());
            json.append(",\"description\":");
            string(json, verdict.description());
        }
    }

    /** The fields of an answer that is not well. */
    static void answer(StringBuilder json, Answer answer) {
        verdict(json, answer.verdict());
        if (answer.json().isPresent()) {
            json.append(",\"fields\":").append(answer.json().get());
        } else {
            json.append(",\"non_field_errors\":[");
            string(json, answer.text().orElse(""));
            json.append(']');
        }
    }

    /** Appends a JSON string, quoted and escaped; harmless in HTML too. */
    static void string(StringBuilder json, String text) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> json.append("\\\"");
                case '\\' -> json.append("\\\\");
                case '\n' -> json.append("\\n");
                case '\r' -> json.append("\\r");
                case '\t' -> json.append("\\t");
                default -> {
                    if (c < ' ' || c == '<' || c == '>' || c == '&' || c == 0x7f || Character.isSurrogate(c)) {
                        json.append("\\u");
                        for (int shift = 12; shift >= 0; shift -= 4) {
                            json.append(HEX.charAt(c >> shift & 0xf));
                        }
                    } else {
                        json.append(c);
                    }
                }
            }
        }
        json.append('"');
    }

    static ByteBuffer bytes(CharSequence json) {
        return ByteBuffer.wrap(json.toString().getBytes(StandardCharsets.UTF_8));
    }
}
