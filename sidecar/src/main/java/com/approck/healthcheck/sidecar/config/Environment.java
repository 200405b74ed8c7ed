package com.approck.healthcheck.sidecar.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The environment's twin of each flag: {@code HEALTHCHECK_STATSD_PORT}, and {@code STATSD_HOST}, {@code STATSD_PORT}
 * after it. An empty value is none.
 *
 * <p>A variable of that prefix that is not ours may be the agent's or somebody else's and is left alone, unless it is
 * one or two letters from one of ours.
 */
final class Environment {
    static final String PREFIX = "HEALTHCHECK_";

    private static final Set<String> OF_THE_AGENT = Set.of(
            "HEALTHCHECK_PREFIX",
            "HEALTHCHECK_INTERVAL",
            "HEALTHCHECK_LEASE",
            "HEALTHCHECK_STUCK_AFTER",
            "HEALTHCHECK_POOLS",
            "HEALTHCHECK_EXECUTORS",
            "HEALTHCHECK_LOG",
            "HEALTHCHECK_ENABLED");

    private final Map<String, String> variables;

    Environment(Map<String, String> variables) {
        this.variables = variables;
    }

    /** Null if there is none. */
    RawSetting get(Flag flag) {
        RawSetting ours = get(flag.variable(), flag);
        if (ours != null) {
            return ours;
        }
        return switch (flag) {
            case STATSD_HOST -> get("STATSD_HOST", flag);
            case STATSD_PORT -> get("STATSD_PORT", flag);
            default -> null;
        };
    }

    /** Names that can only be misspelt. */
    void check(List<String> problems) {
        List<String> known = new ArrayList<>();
        for (Flag flag : Flag.values()) {
            if (flag.variable() != null) {
                known.add(flag.variable());
            }
        }
        for (Map.Entry<String, String> variable : new TreeMap<>(variables).entrySet()) {
            String name = variable.getKey();
            if (!name.startsWith(PREFIX) || known.contains(name) || OF_THE_AGENT.contains(name)) {
                continue;
            }
            String nearest = Suggestions.of(name, known);
            if (Suggestions.distance(name, nearest) <= 2) {
                problems.add(name + ": '" + variable.getValue() + "' is set for an unknown setting; the nearest is "
                        + nearest);
            }
        }
    }

    private RawSetting get(String name, Flag flag) {
        String text = variables.get(name);
        if (text == null || text.isEmpty()) {
            return null;
        }
        // Kubernetes gives a pod STATSD_PORT=udp://10.0.0.7:8125 if there is a service called statsd (or healthcheck).
        boolean ofKubernetes = text.startsWith("tcp://") || text.startsWith("udp://") || text.startsWith("sctp://");
        boolean isPort = flag == Flag.PORT || flag == Flag.STATSD_PORT;
        return isPort && ofKubernetes ? null : new RawSetting(name, text);
    }
}
