package com.approck.healthcheck.agent.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A list of patterns over names: {@code *} stands for any run of characters, {@code ?} for one, and a pattern behind
 * {@code !} excludes. A name matches if a pattern includes it (or no pattern includes anything) and none excludes it.
 * Immutable.
 */
public final class Globs {
    private final List<String> included = new ArrayList<>();
    private final List<String> excluded = new ArrayList<>();

    /** @param patterns an empty list matches every name */
    Globs(List<String> patterns) {
        for (String pattern : patterns) {
            if (pattern.startsWith("!")) {
                excluded.add(pattern.substring(1));
            } else {
                included.add(pattern);
            }
        }
    }

    /** Whether these patterns let the name in. */
    public boolean matches(String name) {
        return (included.isEmpty() || any(included, name)) && !any(excluded, name);
    }

    /** The patterns that name something to be included, as they were given. */
    public List<String> included() {
        return Collections.unmodifiableList(included);
    }

    private static boolean any(List<String> patterns, String name) {
        for (String pattern : patterns) {
            if (matches(pattern, name)) {
                return true;
            }
        }
        return false;
    }

    /** Whether one pattern matches the whole of a name. Linear in their product at worst, without recursion. */
    public static boolean matches(String pattern, String name) {
        int p = 0;
        int n = 0;
        int star = -1;
        int starName = 0;
        while (n < name.length()) {
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                starName = n;
            } else if (p < pattern.length() && (pattern.charAt(p) == '?' || pattern.charAt(p) == name.charAt(n))) {
                p++;
                n++;
            } else if (star >= 0) {
                p = star + 1;
                n = ++starName;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }
}
