package com.approck.healthcheck.sidecar.readiness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ReadinessResponseParserTest {
    private final ReadinessResponseParser reader = new ReadinessResponseParser("http://app/ready");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json",
                "application/json; charset=utf-8",
                "application/json;charset=\"UTF-8\"",
                "Application/JSON; a=b",
                "application/problem+json"
            })
    void errorOfAJsonType_hasFields(String contentType) {
        assertEquals(
                Optional.of("{\"é\":1}"), read(500, contentType, "{\"é\":1}").json());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "text/plain", "text/json-ish", "application/jsonp", "nonsense;;;"})
    void errorOfAnotherType_hasText(String contentType) {
        ReadinessResult answer = read(500, contentType, "{\"a\":1}");
        assertEquals(Optional.empty(), answer.json());
        assertEquals(Optional.of("{\"a\":1}"), answer.text());
    }

    @ParameterizedTest
    @CsvSource({"text/plain", "application/json", "''"})
    void okWithJson_isReady_whateverItsType(String contentType) {
        ReadinessResult answer = read(200, contentType, "{\"a\":1}");
        assertTrue(answer.verdict().isHealthy());
        assertEquals("application/json", answer.contentType());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "{", "{}{}", "{} x", "NaN", "OK", "{'a':1}", "<html>"})
    void okWithoutJson_isNotReady(String body) {
        ReadinessResult answer = read(200, "application/json", body);
        assertFalse(answer.verdict().isHealthy());
        assertEquals(Optional.of(body.isBlank() ? "status 200 with an empty body" : body.strip()), answer.text());
    }

    @Test
    void deepJson_isNoJson() {
        assertFalse(read(200, "application/json", "[".repeat(30_000) + "]".repeat(30_000))
                .verdict()
                .isHealthy());
    }

    @Test
    void text_isDecodedByItsCharset() {
        byte[] latin = "zu spät".getBytes(StandardCharsets.ISO_8859_1);
        assertEquals(
                Optional.of("zu spät"),
                reader.read(503, "text/plain; charset=iso-8859-1", latin).text());
        assertEquals(
                Optional.of("zu sp\ufffdt"),
                reader.read(503, "text/plain; charset=nonsense", latin).text());
    }

    @Test
    void longText_isCut() {
        String text = read(503, "text/plain", "x".repeat(5000)).text().orElseThrow();
        assertEquals("x".repeat(ReadinessResponseParser.LONGEST_TEXT) + "…", text);
    }

    private ReadinessResult read(int status, String contentType, String body) {
        return reader.read(status, contentType, body.getBytes(StandardCharsets.UTF_8));
    }
}
