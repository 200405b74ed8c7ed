package com.approck.healthcheck.sidecar.ready;

import com.approck.healthcheck.sidecar.policy.Code;
import com.approck.healthcheck.sidecar.policy.Verdict;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Turns the application's response into an {@link Answer}. Pure; never throws.
 *
 * <p>A 200 is passed on if its body is JSON, whatever its media type says, as the Python original does. Of any other
 * status the body counts as JSON if it is that and says so ({@code application/json}, {@code application/*+json}, any
 * parameters). The JSON is only checked, never rewritten: numbers, spaces and order of fields stay.
 */
final class AnswerReader {
    static final int LONGEST_TEXT = 1000;

    private final JsonMapper mapper = new JsonMapper();
    private final String url;

    /** Reads answers of {@code url}, which is named in the descriptions. */
    AnswerReader(String url) {
        this.url = url;
    }

    Answer read(int status, String contentType, byte[] body) {
        String text = new String(body, charset(contentType));
        if (status == 200) {
            return isJson(text)
                    ? Answer.ready(isJsonType(contentType) ? contentType : "application/json", body, text)
                    : Answer.notReadyText(
                            Answer.Result.NOT_READY,
                            notReady(url + " answered 200 with a body that is not JSON."),
                            shown(text, status));
        }
        Verdict verdict = notReady(url + " answered " + status + ".");
        return isJsonType(contentType) && isJson(text)
                ? Answer.notReady(verdict, text)
                : Answer.notReadyText(Answer.Result.NOT_READY, verdict, shown(text, status));
    }

    /** The answer when there is none; {@code happened} is a clause: {@code refused the connection}. */
    Answer failed(String happened) {
        return none(Answer.Result.ERROR, happened);
    }

    /** The answer when there is none by the deadline; a clause as well. */
    Answer timedOut(String happened) {
        return none(Answer.Result.TIMEOUT, happened);
    }

    private Answer none(Answer.Result result, String happened) {
        String sentence = url + " " + happened + ".";
        return Answer.notReadyText(result, notReady(sentence), sentence);
    }

    private static Verdict notReady(String description) {
        return Verdict.of(Code.SERVICE_NOT_READY, description);
    }

    private boolean isJson(String text) {
        if (text.isBlank()) {
            return false;
        }
        try {
            mapper.readTree(text);
            return true;
        } catch (JacksonException e) {
            return false;
        }
    }

    private static String shown(String text, int status) {
        String stripped = text.strip();
        if (stripped.isEmpty()) {
            return "status " + status + " with an empty body";
        }
        if (stripped.length() <= LONGEST_TEXT) {
            return stripped;
        }
        // Half of a surrogate pair cannot be encoded.
        int end = Character.isHighSurrogate(stripped.charAt(LONGEST_TEXT - 1)) ? LONGEST_TEXT - 1 : LONGEST_TEXT;
        return stripped.substring(0, end) + "…";
    }

    private static boolean isJsonType(String contentType) {
        int semicolon = contentType.indexOf(';');
        String type = (semicolon < 0 ? contentType : contentType.substring(0, semicolon))
                .strip()
                .toLowerCase(Locale.ROOT);
        return type.equals("application/json") || (type.startsWith("application/") && type.endsWith("+json"));
    }

    private static Charset charset(String contentType) {
        String lower = contentType.toLowerCase(Locale.ROOT);
        int at = lower.indexOf("charset=");
        if (at < 0) {
            return StandardCharsets.UTF_8;
        }
        String name = contentType.substring(at + "charset=".length());
        int semicolon = name.indexOf(';');
        name = (semicolon < 0 ? name : name.substring(0, semicolon)).strip().replace("\"", "");
        try {
            return Charset.forName(name);
        } catch (IllegalArgumentException e) {
            return StandardCharsets.UTF_8;
        }
    }
}
