package com.approck.healthcheck.sidecar.readiness;

import com.approck.healthcheck.sidecar.health.ReasonCode;
import com.approck.healthcheck.sidecar.health.Verdict;
import java.io.StringWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Turns the application's response into an {@link ReadinessResult}. Pure; never throws.
 *
 * <p>A 200 is passed on if its body is JSON, whatever its media type says, as the Python original does. Of any other
 * status the body counts as JSON if it is that and says so ({@code application/json}, {@code application/*+json}, any
 * parameters). The JSON is only checked, not rewritten: numbers, spaces and order of fields stay. The exceptions are what
 * Python's parser takes and JSON does not have: a byte order mark is left out, NaN and the infinities become null.
 */
final class ReadinessResponseParser {
    static final int MAX_TEXT_CHARS = 1000;

    private final JsonMapper strict = new JsonMapper();
    private final JsonMapper lenient = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();
    private final String url;

    /** Reads answers of {@code url}, which is named in the descriptions. */
    ReadinessResponseParser(String url) {
        this.url = url;
    }

    ReadinessResult read(int status, String contentType, byte[] body) {
        Charset charset = charset(contentType, body);
        String text = withoutMark(new String(body, charset));
        if (status == 200) {
            Optional<String> json = json(text);
            return json.isPresent()
                    ? ready(contentType, body, charset, json.get())
                    : ReadinessResult.notReadyText(
                            ReadinessResult.Result.NOT_READY,
                            notReady(url + " answered 200 with a body that is not JSON."),
                            shown(text, status));
        }
        Verdict verdict = notReady(url + " answered " + status + ".");
        Optional<String> json = isJsonType(contentType) ? json(text) : Optional.empty();
        return json.isPresent()
                ? ReadinessResult.notReady(verdict, json.get())
                : ReadinessResult.notReadyText(ReadinessResult.Result.NOT_READY, verdict, shown(text, status));
    }

    /** As it came, if that is JSON and says how it is written. */
    private static ReadinessResult ready(String contentType, byte[] body, Charset charset, String json) {
        boolean asItCame = isJsonType(contentType) && new String(body, charset).equals(json);
        return asItCame
                        && (isUtf8(charset)
                                || contentType.toLowerCase(Locale.ROOT).contains("charset="))
                ? ReadinessResult.ready(contentType, body, json)
                : ReadinessResult.ready("application/json", json.getBytes(StandardCharsets.UTF_8), json);
    }

    private static boolean isUtf8(Charset charset) {
        return charset.equals(StandardCharsets.UTF_8);
    }

    private static String withoutMark(String text) {
        return text.startsWith("\ufeff") ? text.substring(1) : text;
    }

    /** The result of a call that failed; {@code happened} is a clause: {@code refused the connection}. */
    ReadinessResult failed(String happened) {
        return none(ReadinessResult.Result.ERROR, happened);
    }

    /** The result of a call without an answer by the deadline; a clause as well. */
    ReadinessResult timedOut(String happened) {
        return none(ReadinessResult.Result.TIMEOUT, happened);
    }

    private ReadinessResult none(ReadinessResult.Result result, String happened) {
        String sentence = url + " " + happened + ".";
        return ReadinessResult.notReadyText(result, notReady(sentence), sentence);
    }

    private static Verdict notReady(String description) {
        return Verdict.of(ReasonCode.SERVICE_NOT_READY, description);
    }

    /** The text as valid JSON; empty if it is not JSON. */
    private Optional<String> json(String text) {
        if (text.isBlank()) {
            return Optional.empty();
        }
        try {
            strict.readTree(text);
            return Optional.of(text);
        } catch (JacksonException e) {
            return withNullForNaN(text);
        }
    }

    /** Rewrites what only Python writes: NaN, Infinity and -Infinity. */
    private Optional<String> withNullForNaN(String text) {
        if (!text.contains("NaN") && !text.contains("Infinity")) {
            return Optional.empty();
        }
        StringWriter valid = new StringWriter();
        try (JsonParser parser = lenient.createParser(text);
                JsonGenerator generator = lenient.createGenerator(valid)) {
            lenient.readTree(text);
            while (parser.nextToken() != null) {
                if (parser.currentToken() == JsonToken.VALUE_NUMBER_FLOAT && parser.isNaN()) {
                    generator.writeNull();
                } else {
                    generator.copyCurrentEventExact(parser);
                }
            }
        } catch (JacksonException e) {
            return Optional.empty();
        }
        return Optional.of(valid.toString());
    }

    private static String shown(String text, int status) {
        String stripped = text.strip();
        if (stripped.isEmpty()) {
            return "status " + status + " with an empty body";
        }
        if (stripped.length() <= MAX_TEXT_CHARS) {
            return stripped;
        }
        // Half of a surrogate pair cannot be encoded.
        int end = Character.isHighSurrogate(stripped.charAt(MAX_TEXT_CHARS - 1)) ? MAX_TEXT_CHARS - 1 : MAX_TEXT_CHARS;
        return stripped.substring(0, end) + "…";
    }

    private static boolean isJsonType(String contentType) {
        int semicolon = contentType.indexOf(';');
        String type = (semicolon < 0 ? contentType : contentType.substring(0, semicolon))
                .strip()
                .toLowerCase(Locale.ROOT);
        return type.equals("application/json") || (type.startsWith("application/") && type.endsWith("+json"));
    }

    /** What the type says; else what the first bytes say, as RFC 4627 section 3 and Python have it: UTF-8, -16 or -32. */
    private static Charset charset(String contentType, byte[] body) {
        String lower = contentType.toLowerCase(Locale.ROOT);
        int at = lower.indexOf("charset=");
        if (at < 0) {
            return guessed(body);
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

    private static Charset guessed(byte[] body) {
        if (body.length < 4) {
            return StandardCharsets.UTF_8;
        }
        boolean bigMark = body[0] == (byte) 0xfe && body[1] == (byte) 0xff;
        boolean littleMark = body[0] == (byte) 0xff && body[1] == (byte) 0xfe;
        if (body[0] == 0 && body[1] == 0) {
            return Charset.forName("UTF-32BE");
        }
        if ((littleMark || body[1] == 0) && body[2] == 0 && body[3] == 0) {
            return Charset.forName("UTF-32LE");
        }
        if (bigMark || body[0] == 0) {
            return StandardCharsets.UTF_16BE;
        }
        return littleMark || body[1] == 0 ? StandardCharsets.UTF_16LE : StandardCharsets.UTF_8;
    }
}
