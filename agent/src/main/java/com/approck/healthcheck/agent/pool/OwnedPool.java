package com.approck.healthcheck.agent.pool;

/** The pool of an owner, or the reason why it has none that is to be watched. Immutable. */
public final class OwnedPool {
    private final Object pool;
    private final String reason;

    private OwnedPool(Object pool, String reason) {
        this.pool = pool;
        this.reason = reason;
    }

    /** Returns a pool to be watched. */
    public static OwnedPool of(Object pool) {
        if (pool == null) {
            throw new IllegalArgumentException("no pool");
        }
        return new OwnedPool(pool, null);
    }

    /**
     * Returns that there is none.
     *
     * @param reason for the log: "it is not running"
     */
    public static OwnedPool none(String reason) {
        return new OwnedPool(null, reason);
    }

    /** Returns the pool; null if there is none. */
    public Object pool() {
        return pool;
    }

    /** Returns why there is no pool; null if there is one. */
    public String reason() {
        return reason;
    }
}
