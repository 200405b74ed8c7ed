package com.approck.healthcheck.it.peers;

/** What is true of a process under a fault, for whoever has to decide whether it is restarted. */
enum Truth {
    ALIVE("alive"),
    DEAD("dead"),
    /** Whoever calls it dead is early, and whoever calls it alive will be wrong: no answer is judged. */
    FAILING("serves, and only a restart mends it");

    private final String words;

    Truth(String words) {
        this.words = words;
    }

    /** Whether the answer of a probe that does or does not restart it is wrong. */
    boolean makesWrong(boolean restarts) {
        return this != FAILING && restarts != (this == DEAD);
    }

    @Override
    public String toString() {
        return words;
    }
}
