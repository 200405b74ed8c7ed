package com.approck.healthcheck.sidecar.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The environment's twin of each flag: {@code HEALTHCHECK_STATSD_PORT}, and {@code STATSD_HOST}, {@code STATSD_PORT}
 * after it. An empty value counts as not set, and so does a variable that a platform injects.
 */
final class Environment {
    static final String PREFIX = "HEALTHCHECK_";

    /** What the agent and the Python hooks read besides, from an environment that all share. */
    private static final Set<String> OF_THE_OTHERS = Set.of(
            "HEALTHCHECK_PREFIX",
            "HEALTHCHECK_INTERVAL",
            "HEALTHCHECK_LEASE",
            "HEALTHCHECK_STUCK_AFTER",
            "HEALTHCHECK_EXHAUSTED_AFTER",
            "HEALTHCHECK_POOLS",
            "HEALTHCHECK_EXECUTORS",
            "HEALTHCHECK_LOG",
            "HEALTHCHECK_ENABLED");

    private final Map<String, String> variables;

    Environment(Map<String, String> variables) {
        this.variables = variables;
    }

    /** Null if it is not set. */
    RawSetting get(Flag flag) {
        RawSetting ours = get(flag.variable());
        if (ours != null) {
            return ours;
        }
        return switch (flag) {
            case STATSD_HOST -> get("STATSD_HOST");
            case STATSD_PORT -> get("STATSD_PORT");
            default -> null;
        };
    }

    /**
     * Names that are one or two letters from one of ours. They may be somebody else's, so they are worth a line in the log
     * and keep nothing from starting.
     */
    List<String> remarks() {
        List<String> known = new ArrayList<>();
        for (Flag flag : Flag.values()) {
            if (flag.variable() != null) {
                known.add(flag.variable());
            }
        }
        List<String> remarks = new ArrayList<>();
        for (Map.Entry<String, String> variable : new TreeMap<>(variables).entrySet()) {
            String name = variable.getKey();
            if (!name.startsWith(PREFIX)
                    || known.contains(name)
                    || OF_THE_OTHERS.contains(name)
                    || isOfPlatform(name, variable.getValue())) {
                continue;
            }
            String nearest = Suggestions.of(name, known);
            if (Suggestions.distance(name, nearest) <= 2) {
                remarks.add("the variable " + name + " is not a setting; did you mean " + nearest + "?");
            }
        }
        return remarks;
    }

    private RawSetting get(String name) {
        String text = variables.get(name);
        return text == null || text.isEmpty() || isOfPlatform(name, text) ? null : new RawSetting(name, text);
    }

    /**
     * Kubernetes and Docker give a container that starts after a service called {@code healthcheck} or {@code statsd} its
     * addresses: {@code HEALTHCHECK_PORT=tcp://10.0.0.8:80}, {@code HEALTHCHECK_SERVICE_HOST},
     * {@code HEALTHCHECK_PORT_80_TCP_ADDR}.
     */
    private static boolean isOfPlatform(String name, String text) {
        return name.contains("_SERVICE_")
                || name.contains("_PORT_")
                || text.startsWith("tcp://")
                || text.startsWith("udp://")
                || text.startsWith("sctp://");
    }
}
