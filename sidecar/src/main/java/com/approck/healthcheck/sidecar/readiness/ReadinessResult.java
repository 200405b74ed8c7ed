package com.approck.healthcheck.sidecar.readiness;

import com.approck.healthcheck.sidecar.health.Verdict;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The result of a call to the application.
 *
 * @param result of what kind it is
 * @param verdict well, or ServiceNotReady
 * @param contentType of {@code body}
 * @param body the application's JSON as it came, if the verdict is well; empty otherwise; to be duplicated before it is read
 * @param json the application's JSON as text, if it sent any
 * @param text what it sent that is no JSON, or what happened instead; empty if there is JSON
 */
public record ReadinessResult(
        Result result,
        Verdict verdict,
        String contentType,
        ByteBuffer body,
        Optional<String> json,
        Optional<String> text) {
    /** What can come. */
    public enum Result {
        READY("ready"),
        /** It answered, and said other than 200 or sent no JSON. */
        NOT_READY("not_ready"),
        /** No answer by the deadline. */
        TIMEOUT("timeout"),
        /** Could not be asked: refused, unknown host, broken off. */
        ERROR("error");

        private final String label;

        Result(String label) {
            this.label = label;
        }

        public String label() {
            return label;
        }
    }

    private static final ByteBuffer NONE = ByteBuffer.allocate(0).asReadOnlyBuffer();

    static ReadinessResult ready(String contentType, byte[] body, String json) {
        return new ReadinessResult(
                Result.READY,
                Verdict.HEALTHY,
                contentType,
                ByteBuffer.wrap(body).asReadOnlyBuffer(),
                Optional.of(json),
                Optional.empty());
    }

    static ReadinessResult notReady(Verdict verdict, String json) {
        return new ReadinessResult(Result.NOT_READY, verdict, "", NONE, Optional.of(json), Optional.empty());
    }

    static ReadinessResult notReadyText(Result result, Verdict verdict, String text) {
        return new ReadinessResult(result, verdict, "", NONE, Optional.empty(), Optional.of(text));
    }
}
