package com.approck.healthcheck.it.sample;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The arguments of a sample: {@code key=value}, every one with a default, an unknown one refused by name. */
public final class Options {

    private static final Set<String> KEYS =
            Set.of("port", "threads", "min", "idle", "management", "late", "graceful", "stopAtShutdown", "pool");

    private final Map<String, String> given = new LinkedHashMap<>();

    public Options(String... args) {
        for (String arg : args) {
            int equals = arg.indexOf('=');
            String key = equals < 0 ? arg : arg.substring(0, equals);
            if (equals < 0 || !KEYS.contains(key)) {
                throw new IllegalArgumentException(arg + ": want key=value with a key of " + KEYS);
            }
            given.put(key, arg.substring(equals + 1));
        }
    }

    /** The port to serve at; 0 lets the kernel choose. */
    public int port() {
        return Integer.parseInt(given.getOrDefault("port", "0"));
    }

    /** The most threads of the request pool; 0 leaves the server's own default. */
    public int threads() {
        return Integer.parseInt(given.getOrDefault("threads", "0"));
    }

    /** The threads that an idle request pool keeps; -1 leaves the server's own default. */
    public int minThreads() {
        return Integer.parseInt(given.getOrDefault("min", "-1"));
    }

    /** How long a thread above that minimum stays without work, in milliseconds. */
    public int idleMillis() {
        return Integer.parseInt(given.getOrDefault("idle", "60000"));
    }

    /** The port of a second server or connector with a pool of its own; -1 for none. */
    public int managementPort() {
        return Integer.parseInt(given.getOrDefault("management", "-1"));
    }

    /** How long the program is up before it starts its server, in milliseconds. */
    public long lateMillis() {
        return Long.parseLong(given.getOrDefault("late", "0"));
    }

    /** How long a stop waits for requests in flight, in milliseconds. */
    public long gracefulMillis() {
        return Long.parseLong(given.getOrDefault("graceful", "0"));
    }

    /** What the server runs requests on, in the words of its sample; {@code own} is what it has by itself. */
    public String pool() {
        return given.getOrDefault("pool", "own");
    }

    /** Whether SIGTERM stops the server, or only the JVM. */
    public boolean stopAtShutdown() {
        return Boolean.parseBoolean(given.getOrDefault("stopAtShutdown", "true"));
    }
}
