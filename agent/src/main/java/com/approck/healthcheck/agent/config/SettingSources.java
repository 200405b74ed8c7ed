package com.approck.healthcheck.agent.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * Where settings come from, the strongest first: the agent's argument, the system property {@code healthcheck.<key>}, the
 * environment. An empty text counts as none.
 *
 * <p>{@code HEALTHCHECK_HOST} and {@code HEALTHCHECK_PORT} are the sidecar's own address in an environment that both share,
 * so {@code host} and {@code port} are read from {@code HEALTHCHECK_STATSD_…} and {@code STATSD_…}.
 */
final class SettingSources {
    static final List<String> KEYS = Arrays.asList(
            "host",
            "port",
            "prefix",
            "interval",
            "lease",
            "stuck-after",
            "exhausted-after",
            "pools",
            "executors",
            "log",
            "enabled");

    private static final String PROPERTY = "healthcheck.";
    private static final String VARIABLE = "HEALTHCHECK_";

    private final Map<String, String> arguments = new LinkedHashMap<>();
    private final Properties properties;
    private final Map<String, String> environment;

    /** What was found, or null, by key: a property may be changed later. */
    private final Map<String, Setting> found = new HashMap<>();

    /** @param problems gets a sentence for each piece of the argument that is no setting */
    SettingSources(String argument, Properties properties, Map<String, String> environment, List<String> problems) {
        this.properties = properties;
        this.environment = environment;
        readArgument(argument == null ? "" : argument, problems);
    }

    /** The strongest source's text, without blanks around it; null if no source has any. */
    Setting find(String key) {
        if (!found.containsKey(key)) {
            found.put(key, look(key));
        }
        return found.get(key);
    }

    private Setting look(String key) {
        Setting argument = setting(arguments.get(key), "argument " + key);
        if (argument != null) {
            return argument;
        }
        Setting property = setting(properties.getProperty(PROPERTY + key), "system property " + PROPERTY + key);
        if (property != null) {
            return property;
        }
        for (String name : variables(key)) {
            String text = environment.get(name);
            Setting variable = isOfPlatform(name, text) ? null : setting(text, "variable " + name);
            if (variable != null) {
                return variable;
            }
        }
        return null;
    }

    /**
     * Names that are nearly ours: of variables, and of system properties. They may be somebody else's, so they are worth a
     * sentence and switch nothing off.
     */
    List<String> remarks() {
        List<String> ours = new ArrayList<>();
        List<String> ourVariables = new ArrayList<>();
        for (String key : KEYS) {
            ours.add(PROPERTY + key);
            ourVariables.addAll(variables(key));
        }
        List<String> remarks = new ArrayList<>();
        for (String name : properties.stringPropertyNames()) {
            remark("system property", name, PROPERTY, ours, remarks);
        }
        for (Map.Entry<String, String> variable : new TreeMap<>(environment).entrySet()) {
            if (!isOfPlatform(variable.getKey(), variable.getValue()) && !isOfSidecar(variable.getKey())) {
                remark("variable", variable.getKey(), VARIABLE, ourVariables, remarks);
            }
        }
        return remarks;
    }

    private static void remark(String kind, String name, String prefix, List<String> ours, List<String> remarks) {
        if (name.startsWith(prefix) && !ours.contains(name)) {
            String nearest = Nearest.of(name, ours);
            if (Nearest.distance(name, nearest) <= 2) {
                remarks.add(kind + " " + name + " is not a setting; did you mean " + nearest + "?");
            }
        }
    }

    private static List<String> variables(String key) {
        String upper = key.toUpperCase(Locale.ROOT).replace('-', '_');
        return key.equals("host") || key.equals("port")
                ? Arrays.asList(VARIABLE + "STATSD_" + upper, "STATSD_" + upper)
                : Arrays.asList(VARIABLE + upper);
    }

    /**
     * Kubernetes and Docker give a container that starts after a service called {@code statsd} or {@code healthcheck} its
     * addresses: {@code STATSD_PORT=udp://10.0.0.7:8125}, {@code STATSD_SERVICE_HOST}, {@code STATSD_PORT_8125_UDP_ADDR}.
     */
    private static boolean isOfPlatform(String name, String text) {
        return name.contains("_SERVICE_")
                || name.contains("_PORT_")
                || (text != null
                        && (text.startsWith("tcp://") || text.startsWith("udp://") || text.startsWith("sctp://")));
    }

    /** The sidecar's variables that are one or two letters from ours. */
    private static boolean isOfSidecar(String name) {
        return name.equals("HEALTHCHECK_HOST") || name.equals("HEALTHCHECK_PORT");
    }

    private static Setting setting(String text, String origin) {
        return text == null || text.trim().isEmpty() ? null : new Setting(text.trim(), origin);
    }

    private void readArgument(String argument, List<String> problems) {
        String last = null;
        for (String piece : argument.split(",", -1)) {
            String trimmed = piece.trim();
            int equals = trimmed.indexOf('=');
            if (trimmed.isEmpty()) {
                continue;
            }
            if (equals < 0 && last != null && isList(last)) {
                arguments.put(last, arguments.get(last) + "," + trimmed);
            } else if (equals < 0) {
                problems.add("argument '" + trimmed + "' is not key=value" + nearest(trimmed));
            } else {
                last = trimmed.substring(0, equals).trim();
                if (KEYS.contains(last)) {
                    arguments.put(last, trimmed.substring(equals + 1).trim());
                } else {
                    problems.add("argument '" + last + "' is not a setting (value '" + trimmed.substring(equals + 1)
                            + "')" + nearest(last));
                }
            }
        }
    }

    private static boolean isList(String key) {
        return key.equals("pools") || key.equals("executors");
    }

    private static String nearest(String wrong) {
        String best = Nearest.of(wrong.toLowerCase(Locale.ROOT), KEYS);
        return Nearest.distance(best, wrong.toLowerCase(Locale.ROOT)) <= Math.max(2, wrong.length() / 2)
                ? "; did you mean '" + best + "'?"
                : "; known: " + String.join(", ", KEYS);
    }
}
