package com.approck.healthcheck.agent.pool;

/** Where the sampler learns whether the workers of a pool make progress. */
public enum ProgressSource {
    /** A hook in the method that runs a request moves the worker's counter. */
    HOOK,
    /** The pool keeps a counter for each worker, which is read at each sample. Nothing is hooked. */
    COUNTER,
    /**
     * Each thread runs one endless loop, and its stack shows whether it waits for work or hangs. The stack is read only for a
     * thread that has used no CPU for {@code stuck-after}. Nothing is hooked.
     */
    STACK
}
