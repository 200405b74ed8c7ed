package com.approck.healthcheck.it.program;

/** An agent that does nothing: what the JVM itself takes for any agent. */
public final class EmptyAgent {
    private EmptyAgent() {}

    public static void premain(String arguments) {}
}
