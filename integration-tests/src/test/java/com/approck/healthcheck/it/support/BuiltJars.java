package com.approck.healthcheck.it.support;

import java.nio.file.Path;

/** What the build left of each module, looked at when the tests start: sources may be edited while they run. */
public final class BuiltJars {

    private static final BuiltJar AGENT = BuiltJar.find(Path.of("../agent"), "healthcheck-agent.jar");
    private static final BuiltJar SIDECAR = BuiltJar.find(Path.of("../sidecar"), "healthcheck-sidecar.jar");
    private static final BuiltJar SAMPLES = BuiltJar.find(Path.of("samples"), "healthcheck-samples.jar");
    private static final BuiltJar JETTY_SERVLET_SAMPLE =
            BuiltJar.find(Path.of("samples-jetty-servlet"), "healthcheck-samples-jetty-servlet.jar");
    private static final BuiltJar DEMO = BuiltJar.find(Path.of(""), "healthcheck-demo.jar");

    private BuiltJars() {}

    public static Path agent() {
        return AGENT.path();
    }

    public static Path sidecar() {
        return SIDECAR.path();
    }

    /** The directory with the launcher in it. */
    public static Path launcher() {
        return SIDECAR.path().resolveSibling("healthcheck-sidecar");
    }

    public static Path samples() {
        return SAMPLES.path();
    }

    /** The classes of {@link #samples()}. */
    public static Path sampleClasses() {
        return SAMPLES.path().resolveSibling("classes");
    }

    /** The sample for Jetty 9.4 to 11; it needs {@link #samples()} beside it. */
    public static Path jettyServletSample() {
        return JETTY_SERVLET_SAMPLE.path();
    }

    public static Path demo() {
        return DEMO.path();
    }
}
