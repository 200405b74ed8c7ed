package com.approck.healthcheck.agent.log;

import com.approck.healthcheck.agent.config.AgentConfig.LogLevel;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Logs one line at a time on stderr. Thread-safe. Never waits for the reader of stderr, and never throws because of
 * stderr, not even when its disk is full.
 */
public final class Log {
    /** How many different warnings are said; a JVM that has more of them has a worse problem than its log. */
    private static final int MAX_WARNINGS = 100;

    private final LogLevel level;
    private final Consumer<String> lines;
    private final Runnable resume;
    private final Set<String> said = new LinkedHashSet<>();

    /** Logs on stderr. */
    public Log(LogLevel level) {
        this(level, new LogWriter(() -> System.err));
    }

    private Log(LogLevel level, LogWriter writer) {
        this(level, writer, writer::resume);
    }

    /** Gives each line to {@code lines}, on the thread that logs: for tests. */
    public Log(LogLevel level, Consumer<String> lines) {
        this(level, lines, () -> {});
    }

    private Log(LogLevel level, Consumer<String> lines, Runnable resume) {
        this.level = level;
        this.lines = lines;
        this.resume = resume;
    }

    /** Writes lines that wait because the JVM could create no thread when they came. To be called now and then. */
    public void resume() {
        resume.run();
    }

    /** Says what an operator wants to know. */
    public void info(String sentence) {
        if (level != LogLevel.OFF) {
            say(sentence);
        }
    }

    /** Says what only somebody who looks into the agent wants to know. */
    public void debug(String sentence) {
        if (level == LogLevel.DEBUG) {
            say(sentence);
        }
    }

    /** Says what is wrong, each sentence once. */
    public void warn(String sentence) {
        if (isNews(sentence)) {
            say(sentence);
        }
    }

    /**
     * Says what is wrong and how it shows, each sentence once for each class of what was thrown: its message may name an
     * address or a number that is another every time.
     */
    public void warn(String sentence, Throwable e) {
        if (isNews(sentence + e.getClass().getName())) {
            say(sentence + e);
        }
    }

    /** Returns what has been found to be wrong so far, whether it was logged or not. */
    public List<String> warnings() {
        synchronized (said) {
            return new ArrayList<>(said);
        }
    }

    private boolean isNews(String warning) {
        synchronized (said) {
            return said.size() < MAX_WARNINGS && said.add(warning) && level != LogLevel.OFF;
        }
    }

    private void say(String sentence) {
        lines.accept(line(sentence));
    }

    static String line(String sentence) {
        return "healthcheck: " + sentence.replace('\n', ' ').replace('\r', ' ');
    }
}
