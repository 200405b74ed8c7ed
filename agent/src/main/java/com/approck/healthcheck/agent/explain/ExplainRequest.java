package com.approck.healthcheck.agent.explain;

import java.nio.file.Path;
import java.nio.file.Paths;

/** What the asking process gives to the other JVM as the agent's argument. Immutable. */
public final class ExplainRequest {
    /** The entry class knows it as well, which sees none of these classes. */
    private static final String OPTION = "--explain ";

    private static final char SEPARATOR = '\n';

    private final String file;
    private final String settings;

    /**
     * @param file where the answer is to be written, as the other JVM names it
     * @param settings those of the agent, {@code key=value,key=value}, for a JVM in which none is at work
     */
    public ExplainRequest(String file, String settings) {
        this.file = file;
        this.settings = settings;
    }

    /**
     * Reads what {@link #toArgument} has made.
     *
     * @param text the argument without the option at its beginning
     */
    public static ExplainRequest parse(String text) {
        int separator = text.indexOf(SEPARATOR);
        return separator < 0
                ? new ExplainRequest(text, "")
                : new ExplainRequest(text.substring(0, separator), text.substring(separator + 1));
    }

    /** Returns the argument of the agent. */
    public String toArgument() {
        return OPTION + file + SEPARATOR + settings;
    }

    /** Returns where the answer is to be written. */
    public Path file() {
        return Paths.get(file);
    }

    /** Returns the agent's settings. */
    public String settings() {
        return settings;
    }
}
