package com.approck.healthcheck.agent.pool;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What was found and is not watched, a sentence for each kind. Bounded, thread-safe. */
final class SkippedPools {
    private static final int MAX_SENTENCES = 100;

    private final Set<String> sentences = new LinkedHashSet<>();

    /** Returns whether it is new, and there was room for it. */
    synchronized boolean add(String sentence) {
        return sentences.size() < MAX_SENTENCES && sentences.add(sentence);
    }

    synchronized List<String> sentences() {
        return new ArrayList<>(sentences);
    }
}
