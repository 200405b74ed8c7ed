package com.approck.healthcheck.it.support;

import java.time.Duration;

/** The times that the product promises; the only ones by which a test passes or fails. */
public final class PromisedTimes {

    /** How long what the agent said is good for, by default. */
    static final Duration LEASE = Duration.ofSeconds(5);

    /** From the last sign of life to 422. */
    public static final Duration SILENCE_IS_SEEN = LEASE.plusSeconds(1);

    /** From the start of a pool, or of the sidecar, to 200. */
    public static final Duration LIFE_IS_SEEN = Duration.ofSeconds(2);

    /**
     * From a datagram that changes the verdict, or from SIGTERM: "at once" as a prober sees it on a machine whose two
     * cores start four JVMs meanwhile. Where it has to be told from "at the next beat", the test makes the beat long.
     */
    public static final Duration AT_ONCE = Duration.ofSeconds(2);

    private PromisedTimes() {}
}
