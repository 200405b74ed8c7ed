package com.approck.healthcheck.sidecar.endpoints;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class PrometheusTextWriterTest {
    private final PrometheusTextWriter text = new PrometheusTextWriter();

    @Test
    void hostileLabels_areEscaped() {
        text.family("m", "gauge", "Help.");
        text.number(3, "a", "q\" b\\ n\n r\r", "b", "");
        assertEquals("# HELP m Help.\n# TYPE m gauge\nm{a=\"q\\\" b\\\\ n\\n r\r\",b=\"\"} 3\n", text());
    }

    @Test
    void sampleOfEqualLabels_isLeftOut() {
        text.family("m", "gauge", "Help.");
        text.number(1, "a", "x");
        text.number(2, "a", "x");
        text.family("n", "gauge", "Help.");
        text.number(3, "a", "x");
        assertEquals(
                "# HELP m Help.\n# TYPE m gauge\nm{a=\"x\"} 1\n# HELP n Help.\n# TYPE n gauge\nn{a=\"x\"} 3\n", text());
    }

    @Test
    void times_areInSeconds() {
        assertEquals("0", PrometheusTextWriter.inSeconds(0));
        assertEquals("60", PrometheusTextWriter.inSeconds(60_000_000_000L));
        assertEquals("0.0025", PrometheusTextWriter.inSeconds(2_500_000));
        assertEquals("0.0001", PrometheusTextWriter.inSeconds(100_000));
    }

    private String text() {
        return StandardCharsets.UTF_8.decode(text.bytes()).toString();
    }
}
