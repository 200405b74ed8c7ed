package com.approck.healthcheck.agent.pool;

/** What the call of a hooked method means. */
public enum HookKind {
    /** The pool, or its owner, has started once the method returns. */
    POOL_STARTED,
    /** The pool, or its owner, has stopped once the method ends, normally or by an exception. */
    POOL_STOPPED,
    /** The thread is on a request while the method runs. */
    TASK,
    /** The method gives a request to an executor, which is its first argument. */
    REQUEST_EXECUTOR,
    /** The method gives out the executor that its object holds, for a request. */
    REQUEST_EXECUTOR_HOLDER,
    /** A class loader is asked for a class: it is changed to find the hook, for the classes that it loads. */
    BOOT_DELEGATION
}
