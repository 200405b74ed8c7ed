package com.approck.healthcheck.agent.pool;

import java.util.function.Predicate;

/** Turns the names of pools into names that a gauge may have. Stateless. */
final class GaugeNames {
    private static final String ALLOWED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

    private GaugeNames() {}

    /**
     * Returns the name with every other character replaced by {@code _}, and with a number behind it if it is taken.
     *
     * @param isTaken whether another pool has that gauge name
     */
    static String unique(String poolName, Predicate<String> isTaken) {
        StringBuilder gauge = new StringBuilder();
        for (int i = 0; i < poolName.length(); i++) {
            char c = poolName.charAt(i);
            gauge.append(ALLOWED.indexOf(c) >= 0 ? c : '_');
        }
        String first = gauge.length() == 0 ? "_" : gauge.toString();
        String candidate = first;
        for (int n = 2; isTaken.test(candidate); n++) {
            candidate = first + "-" + n;
        }
        return candidate;
    }
}
