package com.approck.healthcheck.sidecar.ready;

import com.approck.healthcheck.sidecar.policy.Verdict;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * What came of asking the application.
 *
 * @param verdict well, or ServiceNotReady
 * @param contentType of {@code body}
 * @param body the application's JSON as it came, if the verdict is well; empty otherwise; to be duplicated before it is read
 * @param json the application's JSON as text, if it sent any
 * @param text what it sent that is no JSON, or what happened instead; empty if there is JSON
 */
public record Answer(
        Verdict verdict, String contentType, ByteBuffer body, Optional<String> json, Optional<String> text) {
    private static final ByteBuffer NONE = ByteBuffer.allocate(0).asReadOnlyBuffer();

    static Answer ready(String contentType, byte[] body, String json) {
        return new Answer(
                Verdict.WELL,
                contentType,
                ByteBuffer.wrap(body).asReadOnlyBuffer(),
                Optional.of(json),
                Optional.empty());
    }

    static Answer notReady(Verdict verdict, String json) {
        return new Answer(verdict, "", NONE, Optional.of(json), Optional.empty());
    }

    static Answer notReadyText(Verdict verdict, String text) {
        return new Answer(verdict, "", NONE, Optional.empty(), Optional.of(text));
    }
}
