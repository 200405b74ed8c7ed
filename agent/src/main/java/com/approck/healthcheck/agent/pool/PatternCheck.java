package com.approck.healthcheck.agent.pool;

import com.approck.healthcheck.agent.config.Globs;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Finds patterns of the setting {@code pools} that match no pool: most likely a mistake. Not thread-safe. */
final class PatternCheck {
    /** The number of samples after the first pool until a pattern without a match counts as a mistake. */
    private static final int SAMPLES_UNTIL_REPORT = 10;

    /** The most names of pools that are kept for the message. */
    private static final int MAX_NAMES = 10;

    private final Set<String> unmatched;
    private final Set<String> names = new LinkedHashSet<>();
    private int samplesLeft = SAMPLES_UNTIL_REPORT;

    PatternCheck(Collection<String> patterns) {
        this.unmatched = new LinkedHashSet<>(patterns);
    }

    /** Adds the name of a pool that was found, watched or not. */
    void addName(String name) {
        if (samplesLeft > 0) {
            unmatched.removeIf(pattern -> Globs.matches(pattern, name));
            if (names.size() < MAX_NAMES) {
                names.add(name);
            }
        }
    }

    /** Counts a sample; returns, once, a sentence for each pattern that has matched nothing, and otherwise none. */
    List<String> countSample() {
        if (names.isEmpty() || samplesLeft == 0 || --samplesLeft > 0) {
            return new ArrayList<>();
        }
        List<String> problems = new ArrayList<>();
        for (String pattern : unmatched) {
            problems.add("the setting pools has the pattern '" + pattern + "', which matches no pool; pools: "
                    + String.join(", ", names));
        }
        return problems;
    }
}
