package com.approck.healthcheck.sidecar.config;

import java.util.List;

/** "Did you mean": edit distance, a swap of neighbours counting as one. */
final class Suggestions {
    private Suggestions() {}

    static String of(String word, List<String> known) {
        String nearest = known.get(0);
        int lowest = Integer.MAX_VALUE;
        for (String candidate : known) {
            int distance = distance(word, candidate);
            if (distance < lowest) {
                lowest = distance;
                nearest = candidate;
            }
        }
        return nearest;
    }

    /** Optimal string alignment; a word of more than 100 characters is cut. */
    static int distance(String one, String other) {
        String a = one.length() > 100 ? one.substring(0, 100) : one;
        int[][] cost = new int[a.length() + 1][other.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= other.length(); j++) {
                if (i == 0 || j == 0) {
                    cost[i][j] = i + j;
                    continue;
                }
                int same = a.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1;
                int lowest = Math.min(cost[i - 1][j - 1] + same, Math.min(cost[i - 1][j], cost[i][j - 1]) + 1);
                if (i > 1
                        && j > 1
                        && a.charAt(i - 1) == other.charAt(j - 2)
                        && a.charAt(i - 2) == other.charAt(j - 1)) {
                    lowest = Math.min(lowest, cost[i - 2][j - 2] + 1);
                }
                cost[i][j] = lowest;
            }
        }
        return cost[a.length()][other.length()];
    }
}
