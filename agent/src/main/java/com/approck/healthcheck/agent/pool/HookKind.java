package com.approck.healthcheck.agent.pool;

/** What the call of a hooked method means. */
public enum HookKind {
    /** The pool, or its owner, has started once the method returns. */
    POOL_STARTED,
    /** The pool, or its owner, has stopped once the method ends, normally or by an exception. */
    POOL_STOPPED,
    /** The thread is on a request while the method runs. */
    TASK,
    /** A request begins on this thread when the method is called. */
    TASK_BEGAN,
    /** The request ends on this thread when the method is called. */
    TASK_ENDED;

    boolean isOfTask() {
        return this != POOL_STARTED && this != POOL_STOPPED;
    }
}
