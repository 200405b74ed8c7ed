package com.approck.healthcheck.agent.log;

import com.approck.healthcheck.agent.config.AgentConfig.LogLevel;
import java.util.HashSet;
import java.util.Set;

/** Says one line at a time on stderr. Thread-safe; never throws, not even when stderr's disk is full. */
public final class Log {
    /** How many different complaints are said; a JVM that has more of them has a worse problem than its log. */
    private static final int MAX_COMPLAINTS = 100;

    private final LogLevel level;
    private final Set<String> said = new HashSet<>();

    public Log(LogLevel level) {
        this.level = level;
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
    public void complain(String sentence) {
        if (isNews(sentence)) {
            say(sentence);
        }
    }

    /**
     * Says what is wrong and how it shows, each sentence once for each class of what was thrown: its message may name an
     * address or a number that is another every time.
     */
    public void complain(String sentence, Throwable e) {
        if (isNews(sentence + e.getClass().getName())) {
            say(sentence + e);
        }
    }

    private boolean isNews(String complaint) {
        if (level == LogLevel.OFF) {
            return false;
        }
        synchronized (said) {
            return said.size() < MAX_COMPLAINTS && said.add(complaint);
        }
    }

    private static void say(String sentence) {
        // PrintStream swallows what goes wrong with the stream below it.
        System.err.println("healthcheck: " + sentence.replace('\n', ' ').replace('\r', ' '));
    }
}
