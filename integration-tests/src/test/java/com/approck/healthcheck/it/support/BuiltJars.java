package com.approck.healthcheck.it.support;

import java.nio.file.Files;
import java.nio.file.Path;

/** The jars as the build left them. */
public final class BuiltJars {

    private BuiltJars() {}

    public static Path agent() {
        return built("../agent/target/healthcheck-agent.jar");
    }

    public static Path sidecar() {
        return built("../sidecar/target/healthcheck-sidecar.jar");
    }

    /** The directory with the launcher in it. */
    public static Path launcher() {
        return built("../sidecar/target/healthcheck-sidecar");
    }

    public static Path demo() {
        return built("target/healthcheck-demo.jar");
    }

    private static Path built(String jar) {
        Path path = Path.of(jar).toAbsolutePath().normalize();
        if (!Files.isReadable(path)) {
            throw new AssertionError("no " + path + ": run mvn package first");
        }
        return path;
    }
}
