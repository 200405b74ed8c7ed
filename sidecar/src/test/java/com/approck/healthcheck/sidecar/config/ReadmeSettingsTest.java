package com.approck.healthcheck.sidecar.config;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The tables of flags and of variables in the README are complete. */
final class ReadmeSettingsTest {

    @ParameterizedTest
    @EnumSource
    void flag_standsInTheReadme_withItsVariable(Flag flag) throws IOException {
        String readme = Files.readString(Path.of("../README.md"));
        assertTrue(readme.matches("(?s).*" + flag.flag() + "\\b.*"), flag.flag());
        assertTrue(flag.variable() == null || readme.contains("`" + flag.variable() + "`"), flag::variable);
    }
}
