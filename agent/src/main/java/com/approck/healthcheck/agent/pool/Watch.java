package com.approck.healthcheck.agent.pool;

/** How the sampler learns what the workers of a pool do. */
public enum Watch {
    /** A hook in the method that runs a request moves the worker's counter. */
    HOOK,
    /** The pool itself keeps a counter for each worker, which is read at each sample. Nothing is hooked. */
    COUNTER,
    /**
     * Each thread runs one loop for ever, and only its stack tells whether it waits for work or hangs inside some. Read
     * only for a thread that has used no CPU for long. Nothing is hooked.
     */
    STACK
}
