package com.approck.healthcheck.sidecar.metrics;

import java.util.Locale;

/** What is counted. The order is the order of display. */
public enum Counter {
    /** Datagrams read and handled, whatever was in them. */
    DATAGRAMS,
    /** Lines in them, without empty ones. */
    LINES,
    /** Lines that report workers and were taken. */
    GAUGES,
    /** Lines under names that are not ours. */
    IGNORED_NAME,
    /** Lines under our names that are no gauge. */
    IGNORED_TYPE,
    /** Lines under our names without {@code |type}. */
    BAD_NO_TYPE,
    /** Lines under our names whose value is no number, or one that cannot be meant. */
    BAD_VALUE,
    /** Lines under {@code name.pool.} whose pool has no usable name. */
    BAD_POOL,
    /** Gauges not taken because the table of names, sources or pools was full. */
    DROPPED_NAMES,
    DROPPED_SOURCES,
    DROPPED_POOLS,
    /** Gauges that do not count, because they came without a lease and others report the same name with one. */
    DROPPED_NO_LEASE,
    /** Datagrams whose handling failed: bugs. */
    FAILURES,
    /** How many times a verdict changed; the first verdict is no change. */
    LIVE_TRANSITIONS,
    READY_TRANSITIONS,
    /** Datagrams forwarded to another server. */
    FORWARDED,
    /** Datagrams not forwarded: it does not take them; our socket was full; its address is not known. */
    FORWARD_DROPPED_UNREACHABLE,
    FORWARD_DROPPED_SOCKET_FULL,
    FORWARD_DROPPED_UNRESOLVED;

    /** As shown: {@code bad_value}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
