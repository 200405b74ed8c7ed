package com.approck.healthcheck.agent.pool;

/** What the call of a hooked method means. */
public enum HookKind {
    /** The pool, or its owner, has started once the method returns. */
    POOL_STARTED,
    /** The pool, or its owner, has stopped once the method ends, normally or by an exception. */
    POOL_STOPPED,
    /** The thread is on a request while the method runs. */
    TASK,
    /** A class loader is asked for a class: it is changed to find the hook, for the classes that it loads. */
    BOOT_DELEGATION
}
