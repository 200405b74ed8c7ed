package com.approck.healthcheck.agent.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class GlobsTest {
    @ParameterizedTest
    @CsvSource({
        "http, http, true",
        "http, https, false",
        "https, http, false",
        "HTTP, http, false",
        "http-*, http-, true",
        "http-*, http-nio-8080, true",
        "http-*, ajp-http-, false",
        "*, '', true",
        "*, x, true",
        "'', '', true",
        "'', x, false",
        "?, '', false",
        "?, x, true",
        "h??p, http, true",
        "*8080, http-nio-8080, true",
        "*8080, 80808080, true",
        "*8080, http-nio-8081, false",
        "a*b*c, aXbXbXc, true",
        "a*b*c, aXcXb, false",
        "a**c, abc, true",
        "a*?c, ac, false",
        "a.c, abc, false",
        "[a], a, false"
    })
    void pattern_matchesTheWholeName(String pattern, String name, boolean matches) {
        assertEquals(matches, Globs.matches(pattern, name));
    }

    @Test
    void emptyList_matchesEveryName() {
        assertTrue(new Globs(List.of()).matches("any"));
    }

    @Test
    void anyIncludingPattern_isEnough() {
        Globs globs = new Globs(List.of("a*", "b*"));

        assertTrue(globs.matches("a1"));
        assertTrue(globs.matches("b1"));
        assertFalse(globs.matches("c1"));
    }

    @Test
    void exclusion_beatsInclusionInAnyOrder() {
        assertFalse(new Globs(List.of("!a1", "a*")).matches("a1"));
        assertFalse(new Globs(List.of("a*", "!a1")).matches("a1"));
        assertTrue(new Globs(List.of("!a1", "a*")).matches("a2"));
    }

    @Test
    void exclusionsAlone_matchAllOthers() {
        Globs globs = new Globs(List.of("!a*", "!b*"));

        assertTrue(globs.matches("c"));
        assertFalse(globs.matches("a"));
        assertFalse(globs.matches("b"));
    }

    @Test
    void included_areThePatternsThatName() {
        assertEquals(List.of("a", "b"), new Globs(List.of("a", "!c", "b")).included());
    }

    @Test
    void manyStars_areNotExponential() {
        assertFalse(Globs.matches("*a".repeat(200) + "b", "a".repeat(2_000)));
    }
}
